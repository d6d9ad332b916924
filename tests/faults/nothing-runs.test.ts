import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { startAwsServer } from '../aws-server/server.ts'
import { toolCommand } from '../commands/tool.ts'
import { describeEachShell } from '../real-shells/each-shell.ts'
import { readEnvironment, runScript, type Sandbox, withSandbox } from '../real-shells/run.ts'
import { sessionBody, variablesFor } from './answers.ts'
import { recordFigure } from './figures.ts'
import { tokenCode } from './harmless.ts'

// A session has no blanks, and these need none to make a file.
const commands = [
  ...[
    '$(echo>pwned)',
    '`echo>pwned`',
    '(echo>pwned)',
    ';echo>pwned;',
    '&&echo>pwned||',
    '|tee>pwned',
    '!echo>pwned',
  ],
  ...['$[`echo>pwned`]', '<(echo>pwned)', '{echo>pwned}', '$'.concat('{x:=$(echo>pwned)}')],
  ...[
    'open("pwned","w")',
    '@(open("pwned","w"))',
    '$([IO.File]::Create("pwned"))',
    ';[IO.File]::Create("pwned");',
  ],
]
const quotes = ["'", '"', '`', "\\'", '\\"', "''", "'\\''", '"""', "$'", '#', '\\']

const spellings = commands.flatMap((command) => quotes.map((quote) => `${quote}${command}${quote}`))

/** As many of them as STS's field can hold. */
const fill = (length: number) =>
  spellings.reduce((text, one) => (text.length + one.length > length ? text : text + one), '')

/** What STS gives, and no shell may take for a command. */
const secret = fill(1024)
const token = fill(16_000)
const tried = spellings.filter((one) => token.includes(one)).length

/** And a profile's name. */
const profile = `p ' "; touch pwned; $(touch pwned) \`touch pwned\` ';touch pwned;' (touch pwned) & touch pwned #`

/** One of them as each shell runs it. */
const naked: Readonly<Record<string, string>> = {
  fish: 'echo (echo>pwned)',
  elvish: 'echo (echo >pwned)',
  xonsh: 'open("pwned","w")',
  powershell: '$([IO.File]::Create("pwned"))',
}

const server = await startAwsServer()
afterAll(() => server.close())

const madeFiles = async ({ folder }: Sandbox) =>
  (await readdir(folder, { recursive: true })).filter((name) => name.includes('pwned'))

describeEachShell('what STS and a profile are called', (shell) => {
  const { syntax, dialect } = shell

  it('is set and put back, and runs nothing', () =>
    withSandbox(async (sandbox) => {
      const body = sessionBody({ SecretAccessKey: secret, SessionToken: token })
      server.fail({ kind: 'raw', answer: { status: 200, body } })
      const tool = (...words: string[]) =>
        syntax.evaluate(syntax.command(...toolCommand, '-s', dialect, ...words))
      const dump = (name: string) => syntax.dumpEnvironment(join(sandbox.folder, name))
      const script = [tool(tokenCode), dump('set'), tool('--unset'), dump('unset')].join('\n')
      const environment = { ...variablesFor(server.url), AWS_PROFILE: profile, AWS_ACCOUNT_ID: profile }
      const ran = await runScript(shell, `${script}\n`, { sandbox, environment })
      expect({ status: ran.status, stdout: ran.stdout.toString() }, ran.stderr.toString()).toEqual({
        status: 0,
        stdout: '',
      })
      expect(await madeFiles(sandbox)).toEqual([])
      const set = await readEnvironment(join(sandbox.folder, 'set'))
      expect(set.get('AWS_SECRET_ACCESS_KEY')?.toString()).toBe(secret)
      expect(set.get('AWS_SESSION_TOKEN')?.toString()).toBe(token)
      expect(set.get('AWS_PROFILE')).toBeUndefined()
      const unset = await readEnvironment(join(sandbox.folder, 'unset'))
      expect(unset.get('AWS_PROFILE')?.toString()).toBe(profile)
      expect(unset.get('AWS_ACCOUNT_ID')?.toString()).toBe(profile)
      expect(unset.get('AWS_SESSION_TOKEN')).toBeUndefined()
      recordFigure(
        `commands in a session and in a profile's name, evaluated in ${shell.name}`,
        `${tried} spellings, 0 run`,
      )
    }))

  // nushell is given data, and evaluates none.
  it.skipIf(dialect === 'nu')('would run outside of quotes, which shows that the above can fail', () =>
    withSandbox(async (sandbox) => {
      const text = join(sandbox.folder, 'text')
      await writeFile(text, `${naked[dialect] ?? 'echo `echo>pwned`'}\n`)
      await runScript(shell, `${syntax.evaluate(syntax.command('cat', text))}\n`, { sandbox })
      expect(await madeFiles(sandbox)).not.toEqual([])
    }),
  )
})
