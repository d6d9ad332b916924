// @module-tag slow
import { spawn } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startAwsServer } from '../aws-server/server.ts'
import { toolCommand } from '../commands/tool.ts'
import { runProgram, type Sandbox, withSandbox } from '../real-shells/run.ts'
import { findOnPath } from '../real-shells/shells.ts'
import { sessionBody, variablesFor } from './answers.ts'
import { tokenCode } from './harmless.ts'

const setpriv = process.getuid?.() === 0 ? findOnPath('setpriv') : undefined
const nobody = 65534

/** As a user whom modes bind, where this one is not: root is let into everything. */
const asUser =
  setpriv === undefined ? [] : [setpriv, `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups']

/** Runs the tool with a umask, in a home that has nothing in it. */
async function runWith(umask: string, words: readonly string[], sandbox: Sandbox, url: string) {
  const viaShell = ['/bin/sh', '-c', `umask ${umask}; exec "$@"`, 'sh', ...toolCommand, ...words]
  const [program = '', ...rest] = [...asUser, ...viaShell]
  const environment = { ...variablesFor(url), AWS_MFA_ENV_CACHE: 'on' }
  const { status, stderr } = await runProgram(program, rest, { sandbox, environment })
  expect({ status, stderr: stderr.toString().replace(/.*note: STS is asked at .*\n/, '') }).toEqual({
    status: 0,
    stderr: '',
  })
}

function modesBelow(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const modes = names.map((name) => {
    const shown = name.replace(/session-[\w-]+/, 'session').replace(/\w+\.turn-\d+$/, 'turn')
    return [shown, (statSync(join(folder, name)).mode & 0o777).toString(8)]
  })
  return Object.fromEntries(modes)
}

describe.runIf(process.platform === 'linux')('what is kept is for its user alone', () => {
  // 000 would let everybody in, 777 nobody, the user not either.
  it.each(['000', '022', '077', '777'])('with the umask %s', (umask) =>
    withSandbox(async (sandbox) => {
      const server = await startAwsServer()
      const { folder, home } = sandbox
      chmodSync(folder, 0o755)
      // What stands there already is left as its user has it; here it is as it is for most.
      mkdirSync(join(home, '.cache'), { mode: 0o755 })
      if (asUser.length > 0) for (const path of [home, join(home, '.cache')]) chownSync(path, nobody, nobody)
      for (const words of [[tokenCode], ['save', tokenCode]]) {
        server.fail({ kind: 'raw', answer: { status: 200, body: sessionBody() } })
        await runWith(umask, words, sandbox, server.url)
      }
      expect(modesBelow(home)).toEqual({
        '.aws': '700',
        '.aws/credentials': '600',
        '.cache': '755',
        '.cache/aws-mfa-env': '700',
        '.cache/aws-mfa-env/session.json': '600',
        '.cache/aws-mfa-env/turn': '600',
      })
      await server.close()
    }),
  )
})

/** Ends a program when it is ready for it, by a signal again and again; gives the memory images that were left. */
function endIn(
  folder: string,
  signal: NodeJS.Signals,
  words: readonly string[],
  environment: Record<string, string>,
  isReady: () => boolean,
) {
  return new Promise<{ status: number | null; left: string[] }>((resolve) => {
    const line = `ulimit -c unlimited; exec "$@"`
    const child = spawn('/bin/sh', ['-c', line, 'sh', ...words], {
      cwd: folder,
      env: environment,
      stdio: 'ignore',
    })
    const timer = setInterval(() => isReady() && child.kill(signal), 5)
    child.on('close', (status) => {
      clearInterval(timer)
      resolve({ status, left: readdirSync(folder).filter((name) => /core/.test(name)) })
    })
  })
}

describe.runIf(process.platform === 'linux')('a memory image', () => {
  it.for(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const)('is not left by %s', (signal, { skip }) =>
    withSandbox(async ({ folder, home }) => {
      const start = performance.now()
      const control = await endIn(
        home,
        'SIGQUIT',
        ['/bin/sleep', '9'],
        {},
        () => performance.now() > start + 500,
      )
      if (control.left.length === 0) skip('this system leaves none in the current folder')
      const server = await startAwsServer()
      server.fail({ kind: 'hang' })
      const words = [...toolCommand, '-s', 'sh', tokenCode]
      expect(
        await endIn(folder, signal, words, variablesFor(server.url), () => server.requests.length > 0),
      ).toEqual({ status: 130, left: [] })
      await server.close()
    }),
  )
})
