import { afterAll, expect, it } from 'vitest'
import { startAwsServer } from '../aws-server/server.ts'
import { withMachine } from '../commands/machine.ts'
import { script } from '../device/pseudo-terminal.ts'

const server = await startAwsServer()
afterAll(() => server.close())

// What each shell makes of the prompt: tests/real-shells/prompt.test.ts.
it.skipIf(script === undefined).each([
  { typed: ['000000', '000000', '1'], status: 4, asked: ['GetSessionToken'] },
  { typed: ['1', '22', 'x'], status: 2, asked: [] },
])('after $typed the run ends with $status', ({ typed, status, asked }) =>
  withMachine(server, {}, async (machine) => {
    const shown = `MFA code of ${machine.user.serialNumber}, profile default: `
    const replies = typed.map((code) => ({ shown, reply: `${code}\r` }))
    expect(await machine.runAtTerminal([], { replies })).toMatchObject({ status, asked })
  }),
)
