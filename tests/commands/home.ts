import { type ChildProcess, spawn } from 'node:child_process'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { AwsServer, User, UserSpec } from '../aws-server/server.ts'
import { type Ending, runProgram, type Sandbox, withSandbox } from '../real-shells/run.ts'
import { keysOf, runTool, type ToolRun, toolCommand, toolProgram, toolWords, writeProfiles } from './tool.ts'

/** A user at home: a default profile with long-term keys and a device, and the local AWS as the endpoint. */
export interface Home {
  readonly sandbox: Sandbox
  readonly server: AwsServer
  readonly user: User
  readonly environment: Readonly<Record<string, string | undefined>>
  /** What the user's keys and sessions have been used for: the actions, in order. */
  asked(): string[]
  code(): string
  run(words: readonly string[], more?: RunMore): Promise<ToolRun>
}

export interface RunMore {
  readonly environment?: Readonly<Record<string, string | undefined>>
  readonly input?: string
}

export interface HomeSpec {
  readonly user?: User | UserSpec
  /** Behind the default profile. */
  readonly config?: string
  readonly credentials?: string
  readonly region?: string
}

export function withHome<T>(
  server: AwsServer,
  use: (home: Home) => Promise<T>,
  spec: HomeSpec = {},
): Promise<T> {
  return withSandbox(async (sandbox) => use(await settle(server, sandbox, spec)))
}

/** The same in a sandbox that its owner removes. */
export async function settle(server: AwsServer, sandbox: Sandbox, spec: HomeSpec = {}): Promise<Home> {
  const user = isUser(spec.user) ? spec.user : server.addUser(spec.user)
  const region = spec.region === undefined ? '' : `region = ${spec.region}\n`
  const serial = user.serialNumber === '' ? '' : `mfa_serial = ${user.serialNumber}\n`
  await writeProfiles(sandbox, {
    config: `[default]\n${serial}${region}${spec.config ?? ''}`,
    credentials: keysOf(user) + (spec.credentials ?? ''),
  })
  const environment = { AWS_ENDPOINT_URL: server.url }
  const mark = server.requests.length
  const run = (words: readonly string[], { input, ...more }: RunMore = {}) => {
    const options = { sandbox, environment: { ...environment, ...more.environment } }
    return runTool(words, input === undefined ? options : { ...options, input })
  }
  return {
    sandbox,
    server,
    user,
    environment,
    asked: () => server.requests.slice(mark).map(({ action }) => action),
    code: () => server.nextTokenCode(user),
    run,
  }
}

function isUser(user: User | UserSpec | undefined): user is User {
  return user !== undefined && 'accessKeyId' in user
}

/** The tool's words as a shell takes them, for `runShell`. */
export function shellWords(...words: readonly string[]): string {
  const all = [...toolCommand, ...words]
  return all.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')
}

/** Runs lines of bash at home. */
export function runShell(home: Home, text: string, more: RunMore['environment'] = {}): Promise<Ending> {
  const environment = { ...home.environment, ...more }
  return runProgram('bash', ['-c', text], { sandbox: home.sandbox, environment })
}

/** The tool while it runs, without a terminal. */
export interface Running {
  readonly child: ChildProcess
  /** Resolves when stdout holds the text. */
  shown(text: string): Promise<void>
  readonly ended: Promise<{
    status: number | null
    signal: NodeJS.Signals | null
    stdout: string
    stderr: string
  }>
}

export function startTool(home: Home, words: readonly string[]): Running {
  const { sandbox, environment } = home
  const child = spawn(toolProgram, [...toolWords, ...words], {
    cwd: sandbox.folder,
    env: { PATH: process.env['PATH'], HOME: sandbox.home, LC_ALL: 'C.UTF-8', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    output.stderr += text
  })
  const ended = new Promise<Awaited<Running['ended']>>((resolve, reject) => {
    child.on('error', reject).on('close', (status, signal) => resolve({ status, signal, ...output }))
  })
  const shown = async (text: string) => {
    let over = false
    void ended.then(() => {
      over = true
    })
    while (!output.stdout.includes(text)) {
      if (over) throw new Error(`it ended without ${text}: ${JSON.stringify(output)}`)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
  return { child, shown, ended }
}

const cacheFolder = ({ sandbox }: Home) => join(sandbox.home, '.cache', 'aws-mfa-env')

/** The names of the cached sessions' files. */
export async function cachedSessions(home: Home): Promise<string[]> {
  const names = await readdir(cacheFolder(home)).catch(() => [])
  return names.filter((name) => name.startsWith('session-')).sort()
}

/** Lets every cached session end in so many seconds from now. */
export async function endSessionsIn(home: Home, seconds: number): Promise<void> {
  const expiration = new Date(Date.now() + seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z')
  for (const name of await cachedSessions(home)) {
    const file = join(cacheFolder(home), name)
    const record = JSON.parse(await readFile(file, 'utf8'))
    await writeFile(file, JSON.stringify({ ...record, expiration }))
  }
}

/** A file of ~/.aws. */
export function readAwsFile({ sandbox }: Home, name: 'config' | 'credentials'): Promise<string> {
  return readFile(join(sandbox.home, '.aws', name), 'utf8')
}
