// @module-tag slow
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { GetCallerIdentityCommand, GetSessionTokenCommand } from '@aws-sdk/client-sts'
import { afterEach, expect, it, vi } from 'vitest'
import { createEnvironment, run, works } from './child-client.ts'
import { createStsClient } from './sdk-client.ts'
import type { AwsServer } from './server.ts'

const main = ['--import', 'tsx', fileURLToPath(new URL('./main.ts', import.meta.url))]
const code = ['--import', 'tsx', fileURLToPath(new URL('./code.ts', import.meta.url))]
const runCode = (wanted: string) => run('node', [...code, wanted], createEnvironment())

let started: ChildProcess | undefined
afterEach(() => started?.kill('SIGKILL'))

async function start(command: string, args: readonly string[], env = createEnvironment()) {
  const child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'inherit'] })
  started = child
  const [line] = await once(createInterface(child.stdout), 'line')
  return { child, server: JSON.parse(line) as AwsServer, exit: once(child, 'exit') }
}

it('says where it is and whom it knows, and serves until stdin closes', async () => {
  const { child, server, exit } = await start('node', main)
  const { alice, bob } = server.users
  expect(await createStsClient(server, alice).send(new GetCallerIdentityCommand())).toMatchObject({
    Arn: alice.arn,
  })
  const { stdout } = await runCode(bob.serialNumber)
  const input = { SerialNumber: bob.serialNumber, TokenCode: stdout.trim() }
  expect(await createStsClient(server, bob).send(new GetSessionTokenCommand(input))).toHaveProperty(
    'Credentials',
  )
  child.stdin?.end()
  expect(await exit).toEqual([0, null])
})

it('ends on SIGTERM', async () => {
  const { child, exit } = await start('node', main)
  child.kill('SIGTERM')
  expect(await exit).toEqual([0, null])
})

// Shells stay in between, and stdin does not tell. Without ps only the parent itself can be watched.
const behindShell = `'${[process.execPath, ...main].join("' '")}' </dev/null; :`

async function expectEndWithShell(command: string, PATH: string | undefined) {
  const { child, server } = await start('/bin/sh', ['-c', command], { ...createEnvironment(), PATH })
  child.kill('SIGKILL')
  const isGone = async () => (await fetch(server.url).catch(() => undefined)) === undefined
  await vi.waitUntil(isGone, { timeout: 10_000, interval: 100 })
}

it('ends when its parent is killed', () => expectEndWithShell(behindShell, '/nowhere'))

it.skipIf(!(await works('ps')))("ends when its parent's parent is killed, as ps tells", () =>
  expectEndWithShell(`/bin/sh -c "${behindShell}"; :`, process.env['PATH']),
)

it.concurrent.each(['alice', 'arn:aws:iam::123456789012:mfa/team/paula', 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'])(
  'code.ts shows the code of %s',
  async (wanted) => {
    expect(await runCode(wanted)).toEqual({
      status: 0,
      stdout: expect.stringMatching(/^\d{6}\n$/),
      stderr: '',
    })
  },
)

it.concurrent('code.ts names whom it knows', async () => {
  const stderr =
    'code.ts: name one of alice, bob, carol, paula, root, denied, china, government, a serial number, or a secret\n'
  expect(await runCode('mallory')).toEqual({ status: 2, stdout: '', stderr })
})
