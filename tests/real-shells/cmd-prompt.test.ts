// @module-tag slow
// The code asked at the console while stdout is captured, as in `for /f`.

import { beforeAll, expect, it } from 'vitest'
import { type AwsServer, startAwsServer, type User } from '../aws-server/server.ts'
import { environmentOf } from '../commands/tool.ts'
import { type Sandbox, withSandbox } from './run.ts'
import { type NodeVersion, sandboxInCmd } from './wine/cmd.ts'
import { type Reply, runInConsole, script } from './wine/console.ts'
import { describeEachNode } from './wine/each-node.ts'
import { installPackage } from './wine/installation.ts'

const direct = `for /f "tokens=1,*" %%i in ('aws-mfa-env --shell cmd') do @set %%j`
const session = 'echo %ERRORLEVEL% [%AWS_ACCESS_KEY_ID:~0,4%]'

const question = (user: User) => `MFA code of ${user.serialNumber}, key ...${user.accessKeyId.slice(-4)}:`

function become(server: AwsServer, user: User): string[] {
  return Object.entries(environmentOf(server, user)).map(([name, value]) => `set "${name}=${value}"`)
}

describeEachNode('the prompt', (root, node) => {
  if (script === undefined) {
    it.skip('is skipped: script is not on PATH')
    return
  }
  let shown: Record<'answered' | 'interrupted', string>
  beforeAll(async () => {
    shown = await withSandbox(async (sandbox) => {
      await installPackage(sandbox)
      const answered = await answer(sandbox, root, node)
      return { answered, interrupted: await interrupt(sandbox, root, node) }
    })
  })

  it('takes a code in for /f, and through the wrapper after mistakes', () => {
    expect(shown.answered).toMatch(/^0 \[ASIA\]$/m)
    expect(shown.answered).toMatch(
      /^aws-mfa-env: error: that is not six digits\n.*^aws-mfa-env: error: AWS did not accept the code for .*^wrapper 0 \[ASIA\]$/ms,
    )
  })

  it('takes Ctrl-Z for an end', () => {
    expect(shown.answered).toMatch(/\^Z\n+aws-mfa-env: error: no code was typed\nend 130 \[AKIA\]$/m)
  })

  it('asks three times, says why, and fails', () => {
    expect(shown.answered).toMatch(
      /^aws-mfa-env: error: that code has been tried already: wait for the next one\ntries 4 \[AKIA\]$/m,
    )
  })

  it('is not asked in a console that nobody sees', () => {
    expect(shown.answered).toMatch(/^unseen 2 \[AKIA\]$/m)
  })

  it('shows no secret', () => {
    expect(shown.answered).not.toMatch(/AWS_(SECRET|SESSION)/)
  })

  it('takes Ctrl-C for an interruption, which leaves no session', () => {
    expect(shown.interrupted).toContain('aws-mfa-env: error: interrupted\n')
    expect(shown.interrupted).not.toContain('ASIA')
  })
})

async function answer(sandbox: Sandbox, root: string, node: NodeVersion): Promise<string> {
  const server = await startAwsServer()
  try {
    const [first, second, third] = [server.addUser(), server.addUser(), server.addUser()]
    const lines = [
      ...become(server, first),
      direct,
      session,
      ...['AWS_SESSION_TOKEN', 'AWS_MFA_ENV_STATE'].map((name) => `set ${name}=`),
      ...become(server, second),
      'call awsmfa.cmd',
      session.replace('echo', 'echo wrapper'),
      ...['AWS_SESSION_TOKEN', 'AWS_MFA_ENV_STATE'].map((name) => `set ${name}=`),
      ...become(server, third),
      'call awsmfa.cmd',
      session.replace('echo', 'echo end'),
      'call awsmfa.cmd',
      session.replace('echo', 'echo tries'),
      'set MSYSTEM=MINGW64',
      'cmd /d /c "aws-mfa-env --shell cmd 2>nul"',
      session.replace('echo', 'echo unseen'),
    ]
    // As an authenticator app shows it.
    const typed = server.nextTokenCode(first).replace(/^.../, '$& ')
    const replies: Reply[] = [
      { shown: question(first), type: `${typed}\r` },
      { shown: question(second), type: '12345\r' },
      { shown: question(second), type: '000000\r' },
      { shown: question(second), type: `${server.nextTokenCode(second)}\r` },
      { shown: question(third), type: '\x1a\r' },
      ...['12345', '000000', '000000'].map((code) => ({ shown: question(third), type: `${code}\r` })),
    ]
    const options = { sandbox, node, path: [`${sandboxInCmd}\\npm`], timeout: 100_000 }
    return await runInConsole(root, lines, replies, options)
  } finally {
    await server.close()
  }
}

async function interrupt(sandbox: Sandbox, root: string, node: NodeVersion): Promise<string> {
  const server = await startAwsServer()
  try {
    const user = server.addUser()
    const lines = [...become(server, user), direct, session]
    const replies = [{ shown: question(user), type: '\x03' }]
    return await runInConsole(root, lines, replies, { sandbox, node, path: [`${sandboxInCmd}\\npm`] })
  } finally {
    await server.close()
  }
}
