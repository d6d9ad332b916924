// Every command in the README's blocks, as it stands there.

import { readFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { howToEvaluate } from '../../src/help/set-up.ts'
import { startAwsServer } from '../aws-server/server.ts'
import { type Machine, withMachine } from '../commands/machine.ts'
import { installTool } from '../commands/tool.ts'
import { describeEachShell } from './each-shell.ts'
import { readEnvironment, runProgram, runScript } from './run.ts'
import { findOnPath, isOwn } from './shells.ts'

const server = await startAwsServer()
afterAll(() => server.close())

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')

interface Block {
  readonly language: string
  readonly lines: readonly string[]
}

const blocks: readonly Block[] = [...readme.matchAll(/^ *```(\w+)\n(.*?)^ *```$/gms)].map(
  ([, language = '', text = '']) => ({
    language,
    lines: text
      .trimEnd()
      .split('\n')
      .map((line) => line.trim()),
  }),
)

/** What is not run here, and what becomes of it. */
const elsewhere: readonly (readonly [begin: string, where: string])[] = [
  ['npm run demo', 'tests/fresh-machine'],
  ['npm cit', 'tests/fresh-machine'],
  ['npm ci && npm pack', 'tests/fresh-machine'],
  ['npm ci && npm run build:executable', 'tests/fresh-machine'],
  ['*/15 * * * *', 'readme-lines.test.ts'],
  ['[Service]', 'readme-lines.test.ts'],
  ['[Timer]', 'readme-lines.test.ts'],
  ['aws-mfa-env status --min-remaining 30m', 'readme-lines.test.ts'],
  ['for /f "tokens=1,*" %i', 'cmd-session.test.ts, by howToEvaluate'],
  ['[env_var.awsmfa_remaining]', 'by hand, with starship 1.22'],
  ['{ "type": "text"', 'not at all: the README says so'],
  ['schtasks', 'not at all: the README says so'],
]

const tried = new Set<Block>()

/** The block that begins so; it counts as tried. */
function take(begin: string): readonly string[] {
  const block = blocks.find(({ lines }) => lines[0]?.startsWith(begin))
  if (block === undefined) throw new Error(`the README has no block that begins with ${begin}`)
  tried.add(block)
  return block.lines
}

/** Of a block with a line for each shell, those whose comment names it. */
function linesFor(lines: readonly string[], name: string): string[] {
  return lines.flatMap((line) => {
    const [, command = '', comment = ''] = /^(.*?) {2,}# (.*)$/.exec(line) ?? []
    return new RegExp(`\\b${name}\\b`, 'i').test(comment) ? [command] : []
  })
}

const plainLines = take('eval "$(aws-mfa-env 123456)"')
const nameInReadme = (dialect: string) => ({ nu: 'nushell', sh: 'POSIX', ksh: 'POSIX' })[dialect] ?? dialect

const awsCli = findOnPath('aws')
/** Puts the tool on PATH, and programs that say whose session they got; runs lines of a shell there. */
async function furnish({ sandbox }: Machine) {
  const PATH = await installTool(sandbox)
  const bin = join(sandbox.folder, 'bin')
  // The local AWS has no S3: whose session it is tells as much.
  const aws = `#!/bin/sh\n[ "$1" = s3 ] || exec '${awsCli}' "$@"\nshift 2\nexec '${awsCli}' sts get-caller-identity --query Arn --output text "$@"\n`
  await writeFile(join(bin, 'aws'), aws, { mode: 0o755 })
  await writeFile(join(bin, 'terraform'), '#!/bin/sh\nexec aws s3 ls\n', { mode: 0o755 })
  await writeFile(join(bin, 'ykman'), '#!/bin/sh\ncat "$HOME/code"\n', { mode: 0o755 })
  const environment = {
    PATH,
    AWS_ENDPOINT_URL: server.url,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_DEFAULT_REGION: 'eu-west-1',
  }
  return async (lines: readonly string[], shell = 'bash') => {
    const ran = await runProgram(shell, ['-c', lines.join('\n')], { sandbox, environment })
    return { status: ran.status, stdout: `${ran.stdout}`, stderr: `${ran.stderr}` }
  }
}

/** A machine whose default profile has a device, and whose config goes on with these lines. */
const withConfig = (lines: readonly string[], use: (machine: Machine) => Promise<void>) =>
  withMachine(
    server,
    { config: ({ serialNumber }) => `[default]\nmfa_serial = ${serialNumber}\n${lines.join('\n')}\n` },
    use,
  )

const withCode = (line: string, machine: Machine) => line.replace('123456', machine.code())
const setUp = 'eval "$(aws-mfa-env init bash)"'

describe("the README's blocks", () => {
  it('are all tried, here or where a table says', () => {
    const untried = blocks.filter(
      (block) =>
        !tried.has(block) && !elsewhere.some(([begin]) => block.lines.some((line) => line.startsWith(begin))),
    )
    expect(untried.map(({ lines }) => lines[0])).toEqual([])
  })

  it('that nobody has tried say so', () => {
    expect(readme).toMatch(/line for oh-my-posh follows its manual and has not been tried/)
    expect(readme).toMatch(/on Windows, where nobody has tried it yet/)
  })

  it('have the line for a cmd prompt that cmd-session.test.ts types', () => {
    const typed = blocks.find(({ language, lines }) => language === 'bat' && lines[0]?.startsWith('for'))
    expect(typed?.lines).toEqual([howToEvaluate('cmd', '123456')])
  })
})

describe.skipIf(awsCli === undefined)(
  `with the AWS CLI${awsCli ? '' : ' (aws is not on PATH)'}, the README's`,
  { tags: 'slow' },
  () => {
    const [first, second, last] = take('$ awsmfa 123456').map((line) => line.replace('$ ', ''))

    it('first lines put a session in and take it away', () =>
      withMachine(server, {}, async (machine) => {
        const lines = [setUp, withCode(first ?? '', machine), second ?? '', last ?? '', 'env | grep ^AWS_S']
        const { stdout, stderr } = await (await furnish(machine))(lines)
        expect(stdout, stderr).toBe(`${machine.user.arn}\n`)
      }))

    const configureLine = take('aws configure set mfa_serial')[0] ?? ''
    it('line for a device configures it', () =>
      withMachine(server, { config: () => '' }, async (machine) => {
        const { serialNumber } = machine.user
        const line = configureLine.replace(/arn:\S+/, serialNumber ?? '')
        await (await furnish(machine))([line])
        const config = await readFile(join(machine.sandbox.home, '.aws/config'), 'utf8')
        expect(config).toContain(`mfa_serial = ${serialNumber}`)
        await expect(machine.run([machine.code()])).resolves.toMatchObject({
          status: 0,
          asked: ['GetSessionToken'],
        })
      }))

    const processLines = take('[default]')
    it('mfa_process gives the code', () =>
      withConfig(processLines.slice(1), async (machine) => {
        await writeFile(join(machine.sandbox.home, 'code'), machine.code())
        const run = await furnish(machine)
        const { stdout, stderr } = await run(['eval "$(aws-mfa-env)"', 'aws s3 ls'])
        expect(stdout, stderr).toBe(`${machine.user.arn}\n`)
      }))

    const scriptLines = take('command -v aws-mfa-env')
    it('lines for a script take the cached session, and stop it where there is none', () =>
      withMachine(server, {}, async (machine) => {
        const run = await furnish(machine)
        const script = [...scriptLines, 'aws s3 ls']
        expect(await run(script, 'sh')).toMatchObject({ status: 2, stdout: '' })
        await machine.run([machine.code()])
        expect(await run(script, 'sh')).toMatchObject({ status: 0, stdout: `${machine.user.arn}\n` })
      }))

    const execLines = take('aws-mfa-env exec aws s3 ls')
    const roleLines = take('[profile admin]')
    it('exec runs one command with a session, and with a role', () =>
      withConfig(roleLines, async (machine) => {
        const [, account = '', name = ''] =
          /role_arn = arn:aws:iam::(\d+):role\/(\w+)/.exec(roleLines.join('\n')) ?? []
        server.addRole({ account, name, trust: { users: [machine.user], requireMfa: true } })
        await machine.run([machine.code()])
        const { status, stdout, stderr } = await (await furnish(machine))(execLines)
        expect(stdout.split('\n'), stderr).toEqual([
          machine.user.arn,
          expect.stringMatching(new RegExp(`^arn:aws:sts::${account}:assumed-role/${name}/`)),
          '',
        ])
        expect(status).toBe(0)
      }))

    const saveLines = take('aws-mfa-env save 123456')
    it('save writes a profile that the AWS CLI takes', () =>
      withMachine(server, {}, async (machine) => {
        const { stdout, stderr } = await (await furnish(machine))(
          saveLines.map((line) => withCode(line, machine)),
        )
        expect(stdout, stderr).toBe(`${machine.user.arn}\n`)
      }))

    const autoLines = take('[profile mfa-auto]')
    it('credential_process hands the cached session over', () =>
      withConfig(autoLines, async (machine) => {
        await machine.run([machine.code()])
        const run = await furnish(machine)
        const { stdout, stderr } = await run(['aws s3 ls --profile mfa-auto'])
        expect(stdout, stderr).toBe(`${machine.user.arn}\n`)
      }))
  },
)

describeEachShell(
  "the README's plain line",
  (shell) => {
    const [line = ''] = linesFor(plainLines, nameInReadme(shell.dialect))
    // xonsh loses the output now and then, which its line turns into a failure, as the README says.
    it('puts a session in', { retry: shell.kind === 'xonsh' ? 3 : 0 }, () =>
      withMachine(server, {}, async (machine) => {
        const { sandbox } = machine
        const PATH = await installTool(sandbox)
        const dump = join(sandbox.folder, 'dump')
        const script = `${withCode(line, machine)}\n${shell.syntax.dumpEnvironment(dump)}\n`
        const { status, stderr } = await runScript(shell, script, {
          sandbox,
          environment: { PATH, AWS_ENDPOINT_URL: server.url },
        })
        expect(status, `${stderr}`).toBe(0)
        const environment = await readEnvironment(dump)
        expect(`${environment.get('AWS_ACCESS_KEY_ID')}`).toMatch(/^ASIA/)
        expect(environment.get('AWS_SESSION_TOKEN')?.length).toBeGreaterThan(20)
      }),
    )
  },
  isOwn,
)

const completionLines = take('eval "$(aws-mfa-env completion bash)"')
const completed: Readonly<Record<string, readonly [before: string, check: string, answer: RegExp]>> = {
  bash: ['', 'complete -p aws-mfa-env awsmfa', /^complete .*\ncomplete .*$/],
  zsh: ['autoload -U compinit; compinit -u -D', 'print -- $_comps[aws-mfa-env] $_comps[awsmfa]', /\w+ \w+/],
  fish: ['', 'complete -c awsmfa | count; complete -c aws-mfa-env | count', /^[1-9]\d*\n[1-9]\d*$/],
  powershell: ['', "'done'", /^done$/],
}

const promptLines = take('PS1=')
const prompted: Readonly<Record<string, readonly [before: string, check: string, answer: RegExp]>> = {
  bash: ["PS1='> '; awsmfa_remaining=11h59m", `echo "\${PS1@P}"`, /^\(11h59m\) >$/],
  zsh: ['awsmfa_remaining=11h59m', 'print -P -- "$RPROMPT"', /^11h59m$/],
  fish: ['set -g awsmfa_remaining 11h59m', 'fish_right_prompt', /^11h59m$/],
}

describeEachShell(
  'the README',
  (shell) => {
    const run = async ([before, check, answer]: readonly [string, string, RegExp], line: string) =>
      withMachine(server, {}, async ({ sandbox }) => {
        const PATH = await installTool(sandbox)
        const script = [before, line, check, ''].join('\n')
        const shellArguments = shell.kind === 'powershell' ? {} : { shellArguments: [] }
        const { stdout, stderr } = await runScript(shell, script, {
          sandbox,
          environment: { PATH },
          ...shellArguments,
        })
        expect(`${stdout}`.trimEnd().split('\n').slice(-2).join('\n'), `${stderr}`).toMatch(answer)
      })
    const completion = completed[shell.kind]
    const prompt = prompted[shell.kind]

    it.runIf(completion)('has the line for completion', { tags: 'slow' }, () => {
      const line = completionLines.find((candidate) => candidate.includes(`completion ${shell.kind}`)) ?? ''
      return run(completion as NonNullable<typeof completion>, line.replace(/ +# .*/, ''))
    })

    it.runIf(prompt)('has the line for a prompt', () => {
      const [line = ''] = linesFor(promptLines, shell.kind)
      return run(prompt as NonNullable<typeof prompt>, line)
    })
  },
  (shell) => isOwn(shell) && (shell.kind in completed || shell.kind in prompted),
)
