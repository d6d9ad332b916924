import { execFileSync, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Sandbox } from './run.ts'
import { findOnPath } from './shells.ts'

/** The credentials that a client finds in an environment; empty where it finds none or fails. */
export interface Resolved {
  readonly accessKeyId?: string
  readonly sessionToken?: string
}

type Environment = Readonly<Record<string, string>>

/** Finds the credentials in an environment built from nothing, where the sandbox has the user's home. */
export type Client = (sandbox: Sandbox, environment: Environment) => Promise<Resolved>

const botocoreScript = `
import json, os, sys
import botocore.session
for line in sys.stdin:
    os.environ.clear()
    os.environ.update(json.loads(line))
    try:
        keys = botocore.session.Session().get_credentials()
        answer = {} if keys is None else {'accessKeyId': keys.access_key, 'sessionToken': keys.token}
    except Exception:
        answer = {}
    print(json.dumps({name: value for name, value in answer.items() if value}), flush=True)
`

const sdkScript = `
import { createInterface } from 'node:readline'
import { defaultProvider } from '${import.meta.resolve('@aws-sdk/credential-provider-node')}'
for await (const line of createInterface({ input: process.stdin })) {
  for (const name of Object.keys(process.env)) delete process.env[name]
  Object.assign(process.env, JSON.parse(line))
  const { accessKeyId, sessionToken } = await defaultProvider()().catch(() => ({}))
  console.log(JSON.stringify({ accessKeyId, sessionToken }))
}
`

const python = findPython()

/** What botocore, and so the AWS CLI, finds; undefined where it is not on this machine. */
export const askBotocore = python === undefined ? undefined : whenAsked(python, ['-c', botocoreScript])

/** What the SDK for JavaScript finds. */
export const askSdk = whenAsked(process.execPath, ['--input-type=module', '-e', sdkScript])

/** A client that takes environments line by line: to start one for each takes longer than all else in a test. */
function whenAsked(program: string, words: readonly string[]): Client {
  let ask: ((line: string) => Promise<string>) | undefined
  return async ({ home }, environment) => {
    ask ??= converse(program, words)
    const whole = {
      PATH: process.env['PATH'],
      HOME: home,
      LC_ALL: 'C.UTF-8',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      ...environment,
    }
    return JSON.parse(await ask(JSON.stringify(whole))) as Resolved
  }
}

/** A program that answers each line with one; it ends with those who ask. */
function converse(program: string, words: readonly string[]): (line: string) => Promise<string> {
  const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'inherit'] })
  const waiting: { resolve(line: string): void; reject(error: Error): void }[] = []
  const fail = (error: Error) => {
    for (const { reject } of waiting.splice(0)) reject(error)
  }
  createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.resolve(line))
  child.on('error', fail).on('exit', (status) => fail(new Error(`${program} ended with ${status}`)))
  child.unref()
  for (const stream of [child.stdin, child.stdout]) (stream as unknown as { unref(): void }).unref()
  return (line) =>
    new Promise((resolve, reject) => {
      waiting.push({ resolve, reject })
      child.stdin.write(`${line}\n`)
    })
}

function findPython(): string | undefined {
  const program = findOnPath('python3')
  try {
    if (program !== undefined) execFileSync(program, ['-c', 'import botocore'], { stdio: 'ignore' })
    return program
  } catch {
    console.warn('botocore is skipped: python3 does not have it')
    return undefined
  }
}
