// AWS's clients as processes, in an environment made from nothing.

import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import type { Keys } from './sdk-client.ts'
import type { AwsServer } from './server.ts'

export interface Outcome {
  readonly status: number | string
  readonly stdout: string
  readonly stderr: string
}

/** Never blocks: the server answers from this very process. */
export function run(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  input = '',
): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = execFile(command, [...args], { env, timeout: 30_000 }, (error, stdout, stderr) => {
      resolve({ status: error ? (error.code ?? error.signal ?? 'failed') : 0, stdout, stderr })
    })
    child.stdin?.on('error', () => {}).end(input)
  })
}

const home = mkdtempSync(join(tmpdir(), 'aws-server-test-'))
afterAll(() => rmSync(home, { recursive: true }))

/** A PATH and a HOME with nothing in it. */
export function createEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], HOME: home, AWS_EC2_METADATA_DISABLED: 'true' }
}

export function keysOf(
  server: AwsServer,
  { accessKeyId, secretAccessKey, sessionToken }: Keys,
): NodeJS.ProcessEnv {
  return {
    ...createEnvironment(),
    AWS_ENDPOINT_URL: server.url,
    AWS_DEFAULT_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    ...(sessionToken ? { AWS_SESSION_TOKEN: sessionToken } : {}),
  }
}

/** Whether the command is there and works: a pyenv shim is there without. */
export async function works(command: string, ...args: string[]): Promise<boolean> {
  return (await run(command, args, createEnvironment())).status === 0
}
