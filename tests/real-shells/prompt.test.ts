import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { startAwsServer, type User } from '../aws-server/server.ts'
import { endpointNote, environmentOf, errorText, installTool } from '../commands/tool.ts'
import { runScriptAtTerminal } from '../device/pseudo-terminal.ts'
import { describeEachShell } from './each-shell.ts'
import { readEnvironment, runProgram, type Sandbox, withSandbox } from './run.ts'
import { type FoundShell, findOnPath } from './shells.ts'
import { load } from './wrapper-sandbox.ts'

const server = await startAwsServer()
afterAll(() => server.close())

const script = findOnPath('script')
const invalid = (user: User) =>
  errorText(
    `AWS did not accept the code for ${user.serialNumber}`,
    'it was mistyped, is no longer the current one, or has been used already: wait for the next code',
    'if that is refused too, set the clock of the phone or computer that makes the codes',
  )

/** Runs a script of the shell in a terminal where these lines are typed; stdout and stderr are that terminal. */
async function runInTerminal(shell: FoundShell, sandbox: Sandbox, user: User, text: string, typed: string) {
  const file = join(sandbox.folder, shell.scriptName)
  await writeFile(file, `${shell.prologue}${text}\n`)
  const words = [...shell.launch, ...shell.strictArguments, file]
  const command = words.map((word) => `'${word}'`).join(' ')
  const PATH = await installTool(sandbox)
  const environment = {
    ...environmentOf(server, user),
    ...shell.environment,
    PATH,
    SHELL: '/bin/sh',
    TERM: 'dumb',
  }
  const { stdout } = await runProgram(script ?? '', ['-qec', command, '/dev/null'], {
    sandbox,
    environment,
    input: typed,
  })
  return stdout.toString().replaceAll('\r\n', '\n')
}

describeEachShell('the prompt', (shell) => {
  if (script === undefined) {
    it.skip('is skipped: script is not on PATH')
    return
  }
  const { syntax } = shell
  const evaluation = syntax.evaluate(syntax.command('aws-mfa-env', '--shell', shell.dialect))
  const question = (user: User) => `MFA code of ${user.serialNumber}, key ...${user.accessKeyId.slice(-4)}: `

  it('reaches the user although stdout is captured', () =>
    withSandbox(async (sandbox) => {
      const user = server.addUser()
      const file = join(sandbox.folder, 'environment')
      const code = server.nextTokenCode(user)
      // As an authenticator app shows it.
      const typed = `${code.slice(0, 3)} ${code.slice(3)}\n`
      const shown = await runInTerminal(
        shell,
        sandbox,
        user,
        `${evaluation}\n${syntax.dumpEnvironment(file)}`,
        typed,
      )
      expect(shown).toContain(endpointNote(server))
      expect(shown).toContain(question(user))
      expect(`${(await readEnvironment(file)).get('AWS_ACCESS_KEY_ID')}`).toMatch(/^ASIA/)
      expect(shown).not.toContain(`${(await readEnvironment(file)).get('AWS_SESSION_TOKEN')}`)
    }))

  it('reaches the user through the wrapper', () =>
    withSandbox(async (sandbox) => {
      const user = server.addUser()
      const file = join(sandbox.folder, 'environment')
      const text = [load(shell), 'awsmfa', syntax.dumpEnvironment(file)].join('\n')
      const shown = await runInTerminal(shell, sandbox, user, text, `${server.nextTokenCode(user)}\n`)
      expect(shown).toContain(question(user))
      expect(`${(await readEnvironment(file)).get('AWS_ACCESS_KEY_ID')}`).toMatch(/^ASIA/)
    }))

  it('asks three times, says why, and fails', () =>
    withSandbox(async (sandbox) => {
      const user = server.addUser()
      const text = syntax.otherwise(evaluation, syntax.print('it failed'))
      const shown = await runInTerminal(shell, sandbox, user, text, '12345\n000000\n000000\n')
      expect(server.requests.filter(({ accessKeyId }) => accessKeyId === user.accessKeyId)).toHaveLength(1)
      const parts = shown.split(question(user)).map((part) => part.replace(/^\d*\n/, ''))
      expect(parts.slice(1)).toEqual([
        errorText('that is not six digits'),
        invalid(user),
        `${errorText('that code has been tried already: wait for the next one')}it failed\n`,
      ])
    }))

  it('takes Ctrl-D for an end', () =>
    withSandbox(async (sandbox) => {
      const text = syntax.otherwise(evaluation, syntax.print('it failed'))
      const shown = await runInTerminal(shell, sandbox, server.addUser(), text, '\u0004')
      expect(shown).toContain(`: \n${errorText('no code was typed')}it failed\n`)
    }))
})

describeEachShell(
  'the prompt',
  (shell) => {
    // fish reads what the program prints, and would wait for a stopped one, deaf.
    it.skipIf(script === undefined)('is not stopped by Ctrl-Z', () =>
      withSandbox(async (sandbox) => {
        const user = server.addUser()
        const PATH = await installTool(sandbox)
        const words = [
          ...shell.launch,
          '--no-config',
          '-i',
          '-C',
          'function fish_prompt; echo "ready> "; end',
        ]
        const { shown } = await runScriptAtTerminal(`exec ${words.map((word) => `'${word}'`).join(' ')}`, {
          sandbox,
          environment: { ...environmentOf(server, user), PATH },
          replies: [
            { shown: 'ready> ', reply: 'aws-mfa-env -s fish | source; echo "ended: $status"\r' },
            { shown: 'MFA code of', reply: '\u001a' },
            { shown: '^Z', reply: `${server.nextTokenCode(user)}\r` },
            { shown: 'ended: 0', reply: 'exit\r' },
          ],
        })
        expect(shown).toContain('ended: 0')
      }),
    )
  },
  ({ kind }) => kind === 'fish',
)
