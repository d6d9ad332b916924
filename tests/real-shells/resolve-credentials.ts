import { execFileSync } from 'node:child_process'
import { runProgram, type Sandbox } from './run.ts'
import { findOnPath } from './shells.ts'

/** The credentials that a client finds in an environment; empty where it finds none or fails. */
export interface Resolved {
  readonly accessKeyId?: string
  readonly sessionToken?: string
}

type Environments = readonly Readonly<Record<string, string>>[]

const botocoreScript = `
import json, os, sys
import botocore.session
found = []
base = dict(os.environ)
for environment in json.load(sys.stdin):
    os.environ.clear()
    os.environ.update(base)
    os.environ.update(environment)
    try:
        keys = botocore.session.Session().get_credentials()
        answer = {} if keys is None else {'accessKeyId': keys.access_key, 'sessionToken': keys.token}
    except Exception:
        answer = {}
    found.append({name: value for name, value in answer.items() if value})
print(json.dumps(found))
`

const sdkScript = `
import { defaultProvider } from '${import.meta.resolve('@aws-sdk/credential-provider-node')}'
let text = ''
for await (const chunk of process.stdin) text += chunk
const found = []
const base = { ...process.env }
for (const environment of JSON.parse(text)) {
  for (const name of Object.keys(process.env)) delete process.env[name]
  Object.assign(process.env, base, environment)
  const { accessKeyId, sessionToken } = await defaultProvider()().catch(() => ({}))
  found.push({ accessKeyId, sessionToken })
}
console.log(JSON.stringify(found))
`

/** What botocore, and so the AWS CLI, finds in each environment; undefined where it is not on this machine. */
export async function resolveWithBotocore(sandbox: Sandbox, environments: Environments) {
  if (python === undefined) return undefined
  return ask(python, ['-c', botocoreScript], sandbox, environments)
}

/** What the SDK for JavaScript finds in each environment. */
export async function resolveWithSdk(sandbox: Sandbox, environments: Environments) {
  return ask(process.execPath, ['--input-type=module', '-e', sdkScript], sandbox, environments)
}

async function ask(program: string, words: string[], sandbox: Sandbox, environments: Environments) {
  const { status, stdout, stderr } = await runProgram(program, words, {
    sandbox,
    input: JSON.stringify(environments),
    environment: {
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    },
  })
  if (status !== 0) throw new Error(`${program} failed: ${stderr}`)
  return JSON.parse(stdout.toString()) as Resolved[]
}

const python = findPython()

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
