import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { copyFile, mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/** Builds the host once for each content of its sources, in a cache outside of the tree. */

const folder = fileURLToPath(new URL('.', import.meta.url))
const sources = ['powershell-host.csproj', 'Program.cs']
// Milliseconds.
const failureServes = 120_000
const longestBuild = 300_000

/** Program and leading arguments of the host, or why it cannot be built. `dotnet` is the program's path. */
export async function buildPowerShellHost(
  dotnet: string | undefined,
): Promise<readonly string[] | { missing: string }> {
  if (dotnet === undefined) return { missing: 'neither pwsh nor dotnet is on PATH' }
  const target = join(cacheFolder(), `powershell-host-${hashSources()}`)
  const launch = [dotnet, join(target, 'powershell-host.dll')]
  await mkdir(cacheFolder(), { recursive: true })
  return withLock(`${target}.lock`, async () => {
    if (existsSync(target)) return launch
    const known = await readRecentFailure(`${target}.failed`)
    const failure = known ?? (await publish(dotnet, target))
    if (failure === undefined) return launch
    await writeFile(`${target}.failed`, failure)
    return { missing: `neither pwsh nor a host of its engine is here: ${failure}` }
  })
}

function cacheFolder(): string {
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir() || tmpdir(), '.cache')
  return join(cache, 'aws-mfa-env-tests')
}

function hashSources(): string {
  const hash = createHash('sha256')
  for (const source of sources) hash.update(readFileSync(join(folder, source)))
  return hash.digest('hex').slice(0, 16)
}

/** One process at a time; a lock whose owner has died or that is too old is broken. */
async function withLock<T>(file: string, use: () => Promise<T>): Promise<T> {
  while (!(await takeLock(file))) {
    await setTimeout(200)
    if (await isAbandoned(file)) await rm(file, { force: true })
  }
  try {
    return await use()
  } finally {
    await rm(file, { force: true })
  }
}

async function takeLock(file: string): Promise<boolean> {
  try {
    const handle = await open(file, 'wx')
    await handle.writeFile(`${process.pid}`)
    await handle.close()
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

async function isAbandoned(file: string): Promise<boolean> {
  try {
    const owner = Number(await readFile(file, 'utf8'))
    if (Date.now() - (await stat(file)).mtimeMs > longestBuild) return true
    if (owner > 0) process.kill(owner, 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}

/** So that one run of the tests does not try again in every worker. */
async function readRecentFailure(file: string): Promise<string | undefined> {
  try {
    const { mtimeMs } = await stat(file)
    return Date.now() - mtimeMs < failureServes ? await readFile(file, 'utf8') : undefined
  } catch {
    return undefined
  }
}

/** Why it failed, in dotnet's words. */
async function publish(dotnet: string, target: string): Promise<string | undefined> {
  const build = `${target}.${process.pid}`
  await mkdir(build, { recursive: true })
  try {
    for (const source of sources) await copyFile(join(folder, source), join(build, source))
    const failure = await runDotnet(dotnet, build)
    if (failure === undefined && !existsSync(target)) await rename(join(build, 'out'), target)
    return failure
  } finally {
    await rm(build, { recursive: true, force: true })
  }
}

function runDotnet(dotnet: string, build: string): Promise<string | undefined> {
  // No server is left behind, neither of MSBuild nor of the compiler (the project says that one).
  const argumentList = [
    'publish',
    '--nologo',
    '--configuration',
    'Release',
    '--output',
    'out',
    '-nodeReuse:false',
  ]
  return new Promise((resolve) => {
    const child = spawn(dotnet, argumentList, {
      cwd: build,
      env: { ...process.env, DOTNET_CLI_TELEMETRY_OPTOUT: '1', DOTNET_CLI_USE_MSBUILD_SERVER: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 200_000,
    })
    let output = ''
    const collect = (chunk: Buffer) => {
      output += chunk.toString()
    }
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    child.on('error', (error) => resolve(error.message))
    child.on('close', (status) => {
      if (status === 0) return resolve(undefined)
      const lines = output.trim().split('\n')
      resolve(lines.find((line) => line.includes('error')) || lines.at(-1) || `dotnet ended with ${status}`)
    })
  })
}
