// The main job in a real shell on the local AWS: `npm run demo`. No account and no network are needed.

import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startAwsServer } from '../aws-server/server.ts'
import { keysOf } from '../commands/tool.ts'
import { identity, settle } from './home.ts'

const server = await startAwsServer()
const folder = await mkdtemp(join(tmpdir(), 'aws-mfa-env-demo-'))
try {
  process.exitCode = await play()
  if (process.exitCode === 0) console.log('\nThat was all of it; to set it up, see README.md.')
} finally {
  await rm(folder, { recursive: true, force: true })
  await server.close()
}

async function play(): Promise<number> {
  const user = server.addUser({ name: 'alice', devices: ['virtual', 'virtual'] })
  const environment = await settle(folder, {
    credentials: keysOf(user),
    config: `[default]\nregion = eu-central-1\nmfa_serial = ${user.serialNumber}\n`,
  })
  const code = server.nextTokenCode(user)
  const second = user.devices[1]?.serialNumber ?? ''
  console.log(
    `A local AWS listens on ${server.url}, as every note below says; alice's virtual MFA device shows ${code}.\n`,
  )
  const lines = [
    'cat ~/.aws/config',
    `eval "$(aws-mfa-env ${code})"`,
    identity,
    'aws-mfa-env status',
    '# A code serves once; a failure is seen although eval hides it:',
    `eval "$(aws-mfa-env ${code})" || echo "status $?"`,
    'eval "$(aws-mfa-env --unset)"',
    'aws-mfa-env status || echo "status $?"',
    '# The same by the wrapper, which a line in ~/.bashrc sets up:',
    'eval "$(aws-mfa-env init bash)"',
    `awsmfa --serial-number ${second} ${server.nextTokenCode(user, second)}`,
    'awsmfa --unset',
  ]
  return runInBash(lines, { ...environment, AWS_ENDPOINT_URL: server.url })
}

/** One bash for all lines, each shown as it would be typed; it ends at the first that fails, with its status. */
function runInBash(lines: readonly string[], environment: Record<string, string>): Promise<number> {
  const [mark, unmark] = process.stdout.isTTY ? ['\\033[1m', '\\033[0m'] : ['', '']
  const quoted = lines.map((line) => `'${line.replaceAll("'", "'\\''")}'`)
  const script = `for line in ${quoted.join(' ')}; do printf '${mark}$ %s${unmark}\\n' "$line"; eval "$line" || exit; done`
  const child = spawn('bash', ['--noprofile', '--norc', '-c', script], {
    cwd: folder,
    env: environment,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (status) => resolve(status ?? 1))
  })
}
