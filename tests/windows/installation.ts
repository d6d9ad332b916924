import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runProgram, type Sandbox } from '../real-shells/run.ts'

const project = fileURLToPath(new URL('../..', import.meta.url))
const isWindows = process.platform === 'win32'

/** What Windows' programs do not start without, and the user's folders in the sandbox; nothing of AWS's or npm's. */
export function systemVariables({ folder, home }: Sandbox): Record<string, string | undefined> {
  if (!isWindows) return {}
  const folders = { USERPROFILE: home, LOCALAPPDATA: join(folder, 'local'), APPDATA: join(folder, 'roaming') }
  return { ...Object.fromEntries(systemNames.map((name) => [name, process.env[name]])), ...folders }
}

const systemNames = [
  'ComSpec',
  'PATHEXT',
  'ProgramData',
  'ProgramFiles',
  'SystemDrive',
  'SystemRoot',
  'TEMP',
  'TMP',
  'windir',
]

/** Packs the package and installs that for the user, by npm; gives the folder that has to be on PATH. */
export async function installGlobally(sandbox: Sandbox): Promise<string> {
  const { folder } = sandbox
  // Built it is already.
  await runNpm(sandbox, 'pack', project, '--ignore-scripts', '--pack-destination', folder)
  const [archive = ''] = (await readdir(folder)).filter((name) => name.endsWith('.tgz'))
  const prefix = join(folder, 'npm')
  const quiet = ['--offline', '--no-audit', '--no-fund']
  await runNpm(sandbox, 'install', '--global', '--prefix', prefix, ...quiet, join(folder, archive))
  return isWindows ? prefix : join(prefix, 'bin')
}

/** The version of the npm on PATH. */
export async function npmVersion(sandbox: Sandbox): Promise<string> {
  return (await runNpm(sandbox, '--version')).trim()
}

async function runNpm(sandbox: Sandbox, ...words: string[]): Promise<string> {
  const [program = '', ...rest] = isWindows ? ['cmd.exe', '/d', '/c', 'npm', ...words] : ['npm', ...words]
  const { status, stdout, stderr } = await runProgram(program, rest, {
    sandbox,
    environment: systemVariables(sandbox),
  })
  if (status !== 0) throw new Error(`npm ${words[0]} ended with ${status}: ${stderr}`)
  return stdout.toString()
}
