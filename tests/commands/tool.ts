import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises'
import { delimiter, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { AwsServer, User } from '../aws-server/server.ts'
import { runProgram, type Sandbox } from '../real-shells/run.ts'

const bundle = fileURLToPath(new URL('../../dist/aws-mfa-env.cjs', import.meta.url))

/** The file of the program under test: the bundle that npm links, or the executable that AWS_MFA_ENV_TEST_TOOL names. */
export const toolPath = resolve(process.env['AWS_MFA_ENV_TEST_TOOL'] ?? bundle)

/** Whether it needs a Node.js to run it. */
export const isBundle = toolPath.endsWith('.cjs')

/** How it is started. */
export const toolCommand: readonly string[] = isBundle ? [process.execPath, toolPath] : [toolPath]
export const [toolProgram = '', ...toolWords] = toolCommand

/** The same, as a POSIX shell takes it. */
export const toolLine = toolCommand.map((word) => `'${word}'`).join(' ')

/** What has its runtime, Node.js or Bun, load a file first. */
export const preloading = (file: string) => ({
  NODE_OPTIONS: `--require=${file}`,
  BUN_OPTIONS: `--preload=${file}`,
})

/** How a run of the tool ended. */
export interface ToolRun {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface ToolOptions {
  readonly sandbox: Sandbox
  readonly environment?: Readonly<Record<string, string | undefined>>
  readonly input?: string
}

/** Runs the tool in an environment built from nothing, its stdout a pipe. */
export async function runTool(words: readonly string[], options: ToolOptions): Promise<ToolRun> {
  const { status, stdout, stderr } = await runProgram(toolProgram, [...toolWords, ...words], options)
  return { status, stdout: stdout.toString(), stderr: stderr.toString() }
}

/** Puts the tool into a folder of the sandbox as `aws-mfa-env`; gives a PATH that begins with it. */
export async function installTool(sandbox: Sandbox): Promise<string> {
  const bin = join(sandbox.folder, 'bin')
  await mkdir(bin)
  await chmod(toolPath, 0o755)
  await symlink(toolPath, join(bin, 'aws-mfa-env'))
  return `${bin}${delimiter}${process.env['PATH']}`
}

/** Writes ~/.aws/config and ~/.aws/credentials. */
export async function writeProfiles(
  sandbox: Sandbox,
  files: { config?: string; credentials?: string },
): Promise<void> {
  const folder = join(sandbox.home, '.aws')
  await mkdir(folder, { recursive: true })
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text, { mode: 0o600 })
}

/** A profile's lines for the credentials file. */
export function keysOf(user: User, profile = 'default'): string {
  return `[${profile}]\naws_access_key_id = ${user.accessKeyId}\naws_secret_access_key = ${user.secretAccessKey}\n`
}

/** The keys and device of a user as variables, and the local AWS as the endpoint. */
export function environmentOf(server: AwsServer, user: User): Record<string, string> {
  return {
    AWS_ACCESS_KEY_ID: user.accessKeyId,
    AWS_SECRET_ACCESS_KEY: user.secretAccessKey,
    AWS_MFA_SERIAL: user.serialNumber,
    AWS_ENDPOINT_URL: server.url,
  }
}

/** What the tool says of every request to the local AWS. */
export function endpointNote(server: AwsServer): string {
  return `aws-mfa-env: note: STS is asked at ${server.url}, which is not AWS's own\n`
}

/** The lines of an error as the tool prints them. */
export function errorText(message: string, ...hints: string[]): string {
  return [`error: ${message}`, ...hints.map((hint) => `hint: ${hint}`)]
    .map((line) => `aws-mfa-env: ${line}\n`)
    .join('')
}
