import { join } from 'node:path'
import { type ConnectProxy, connectTo, startConnectProxy } from '../aws/connect-proxy.ts'
import { type AwsServer, type Fault, startAwsServer, type User } from '../aws-server/server.ts'
import { keysOf, writeProfiles } from '../commands/tool.ts'
import { runProgram, withSandbox } from '../real-shells/run.ts'
import { type Recorder, startRecorder } from './recorder.ts'

/** A bundle, and a local AWS of its own. */
export interface Variant {
  readonly folder: string
  readonly server: AwsServer
  readonly plain: Recorder
  /** Shows a certificate for every host that the proxy is asked for. */
  readonly tls: Recorder
  readonly proxy: ConnectProxy
  close(): Promise<void>
}

/** One run of a bundle, the same for each. */
export interface Case {
  readonly words: readonly string[]
  readonly user?: keyof AwsServer['users']
  /** Behind the default profile. */
  readonly config?: string
  /** For the user's keys and device. */
  readonly edit?: (user: User) => Partial<User>
  readonly faults?: readonly Fault[]
  readonly clockOffsetMs?: number
  readonly environment?: (variant: Variant) => Record<string, string>
}

/** How a run has ended and what AWS got of it, less what is another each time. */
export interface Course {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
  readonly asked: readonly string[]
  readonly received: readonly string[]
}

export async function openVariant(
  folder: string,
  certificate: { key: string; cert: string } | undefined,
): Promise<Variant> {
  const server = await startAwsServer()
  server.addRole({ name: 'admin', trust: { requireMfa: true, externalId: 'blue' } })
  const { port } = new URL(server.url)
  const plain = await startRecorder(Number(port))
  const tls = await startRecorder(Number(port), certificate ?? { key: '', cert: '' })
  const proxy = await startConnectProxy(connectTo(tls.port))
  const close = async () => {
    for (const part of [proxy, tls, plain, server]) await part.close()
  }
  return { folder, server, plain, tls, proxy, close }
}

export const codeWord = 'CODE'

export function runCase(variant: Variant, { words, faults = [], ...given }: Case): Promise<Course> {
  return withSandbox(async (sandbox) => {
    const { server, plain, tls } = variant
    server.reset()
    server.clockOffsetMs = given.clockOffsetMs ?? 0
    const cast = server.users[given.user ?? 'alice']
    const code = server.nextTokenCode(cast)
    const user = { ...cast, ...given.edit?.(cast) }
    for (const fault of faults) server.fail(fault)
    await writeProfiles(sandbox, {
      config: `[default]\n${user.serialNumber === '' ? '' : `mfa_serial = ${user.serialNumber}\n`}${given.config ?? ''}`,
      credentials: keysOf(user),
    })
    const environment = {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${plain.port}`,
      ...given.environment?.(variant),
    }
    const program = [
      join(variant.folder, 'main.cjs'),
      ...words.map((word) => (word === codeWord ? code : word)),
    ]
    const ran = await runProgram(process.execPath, program, { sandbox, environment })
    const level = (text: string) =>
      levelOut(text, [
        [code, 'CODE'],
        [sandbox.folder, 'FOLDER'],
      ])
    return {
      status: ran.status,
      stdout: level(ran.stdout.toString()),
      stderr: level(ran.stderr.toString()),
      asked: server.requests.map(({ action }) => action),
      received: [...plain.take(), ...tls.take()].map((text) => level(levelHeaders(text))),
    }
  })
}

function levelHeaders(text: string): string {
  return text
    .replace(/^(user-agent|x-amz-user-agent): .+$/gim, '$1')
    .replace(/(?<=^amz-sdk-invocation-id: )[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/gim, 'UUID')
    .replace(/(?<=^x-amz-date: )\d{8}T\d{6}Z$/gim, 'TIME')
    .replace(/(?<=^x-amz-security-token: ).{100,}$/gim, 'TOKEN')
    .replace(/(?<=Credential=\w+\/)\d{8}/g, 'DATE')
    .replace(/(?<=Signature=)[0-9a-f]{64}/g, 'SIGNATURE')
}

/** What is drawn by lot, and what tells the time. */
function levelOut(text: string, known: readonly (readonly [text: string, name: string])[]): string {
  let rest = text.replace(/(?<="AWS_MFA_ENV_STATE":")[\w-]+/, (state) => `${Buffer.from(state, 'base64url')}`)
  for (const [part, name] of known) rest = rest.replaceAll(part, name)
  return rest
    .replace(/(?<=127\.0\.0\.1:|localhost:)\d+/g, 'PORT')
    .replace(/\bASIA[A-Z2-7]{16}\b/g, 'KEY')
    .replace(/(?<="(AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN)":")[^"]+/g, 'SECRET')
    .replace(/(?<=sha256:)[\w-]{22}/g, 'DIGEST')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, 'TIME')
    .replace(/(?<=next try is in )\d+/g, 'WAIT')
}
