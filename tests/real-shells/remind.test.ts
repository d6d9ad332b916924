import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ShellName } from '../../src/dialects/dialects.ts'
import { runTool } from '../commands/tool.ts'
import { describeEachShell } from './each-shell.ts'
import { readEnvironment, runScript, type Sandbox, withSandbox } from './run.ts'
import { type FoundShell, findOnPath, shells } from './shells.ts'
import { canCount, countStarted, marker, traced } from './started-processes.ts'
import { setVariable } from './wrapper-sandbox.ts'

/** How a script has the reminder look, as before a prompt, and prints what is left of the session. */
interface Looking {
  readonly look: string
  readonly show: string
  /** Sets AWS_CREDENTIAL_EXPIRATION to what the command prints. */
  end(command: string): string
}

const bourne: Looking = {
  look: '__awsmfa_remind',
  show: 'echo "[$awsmfa_remaining]"',
  end: (command) => `export AWS_CREDENTIAL_EXPIRATION="$(${command})"`,
}

const looking: Partial<Readonly<Record<ShellName, Looking>>> = {
  bash: bourne,
  zsh: bourne,
  fish: { ...bourne, end: (command) => `set -gx AWS_CREDENTIAL_EXPIRATION (${command})` },
  xonsh: {
    look: 'events.on_pre_prompt.fire()',
    show: "print(f\"[{$PROMPT_FIELDS['awsmfa_remaining']() or ''}]\", flush=True)",
    end: (command) => `$AWS_CREDENTIAL_EXPIRATION = $(${command}).strip()`,
  },
  nu: {
    look: '__awsmfa_remind',
    show: 'print $"[(awsmfa_remaining)]"',
    end: (command) => `$env.AWS_CREDENTIAL_EXPIRATION = (^${command})`,
  },
  powershell: {
    look: '$null = prompt',
    show: '"[$awsmfa_remaining]"',
    end: (command) => `$env:AWS_CREDENTIAL_EXPIRATION = ${command}`,
  },
}

const note = (text: string) => `awsmfa: note: the AWS session in this shell ${text}\n`
const ends = (left: string, before = '15m') =>
  note(`ends in ${left}; to renew it: awsmfa --min-remaining ${before}`)
const ended = note('has ended; to renew it: awsmfa')

/** RFC 3339, UTC, to the second. */
const inSeconds = (seconds: number) => `${new Date(Date.now() + seconds * 1000).toISOString().slice(0, 19)}Z`

/** The same time as a clock shows it that is some minutes ahead of UTC. */
const inZone = (time: string, minutes: number) => {
  const shown = new Date(Date.parse(time) + minutes * 60_000).toISOString().slice(0, 19)
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60]
  return `${shown}${minutes < 0 ? '-' : '+'}${`${hours}`.padStart(2, '0')}:${`${rest}`.padStart(2, '0')}`
}

const malformed = [
  '',
  'x',
  '1',
  '2000-01-01',
  '2000-01-01T00:00:00',
  '2000-1-1T00:00:00Z',
  '2000-00-01T00:00:00Z',
  '2000-13-01T00:00:00Z',
  '2000-01-32T00:00:00Z',
  '2000-01-01T24:00:00Z',
  '2000-01-01T00:60:00Z',
  '2000-01-01T00:00:00.Z',
  '2000-01-01T00:00:00ZZ',
  '2000-01-01T00:00:00+0000',
  '2000-01-01T00:00:00+1:000',
  '2000-01-01T00:00:0-1:000',
  ' 2000-01-01T00:00:00Z',
  '2000-01-01T00:00:00Z\n',
  'a[$(echo run >&2)]-01-01T00:00:00Z',
  '$(echo run >&2)',
]

/** Loads what `init --remind` prints, twice, and runs the lines strictly. */
async function run(
  shell: FoundShell,
  sandbox: Sandbox,
  lines: readonly string[],
  words = ['15m'],
  before: readonly string[] = [],
) {
  const { stdout } = await runTool(['init', shell.dialect, '--remind', ...words], { sandbox })
  const file = join(sandbox.folder, `loaded-${shell.scriptName}`)
  await writeFile(file, stdout)
  const load = shell.syntax.load(file)
  const script = [...before, load, load, ...lines].join('\n')
  const run = await runScript(shell, `${script}\n`, { sandbox })
  return { status: run.status, stdout: `${run.stdout}`, stderr: `${run.stderr}` }
}

const setSession = (shell: FoundShell) => [
  setVariable(shell, 'AWS_SESSION_TOKEN', 'token'),
  setVariable(shell, 'AWS_MFA_ENV_STATE', 'state'),
]

describeEachShell(
  'the reminder',
  (shell) => {
    const { look, show } = looking[shell.dialect] ?? bourne
    const session = setSession(shell)
    const lookAt = (expiration: string) => [
      setVariable(shell, 'AWS_CREDENTIAL_EXPIRATION', expiration),
      look,
      show,
    ]

    it('shows what is left, speaks once of the end of each session, and exports nothing', () =>
      withSandbox(async (sandbox) => {
        const dump = join(sandbox.folder, 'dump')
        const [first, second] = [inSeconds(29 * 60 + 50), inSeconds(10 * 60 + 50)]
        const lines = [
          ...session,
          ...lookAt(inSeconds(43_199)),
          ...lookAt(inSeconds(90_050)),
          ...lookAt(inSeconds(31 * 60 + 50)),
          ...lookAt(first),
          ...lookAt(first),
          ...lookAt(second),
          ...lookAt(inSeconds(43_199)),
          ...lookAt(second),
          ...lookAt('2000-02-29T23:59:59Z'),
          ...lookAt('2000-02-29T23:59:59Z'),
          shell.syntax.dumpEnvironment(dump),
        ]
        const ending = await run(shell, sandbox, lines, ['30m', '--name', 'mfa_now'])
        expect(ending).toEqual({
          status: 0,
          stdout: '[11h59m]\n[25h0m]\n[31m]\n[29m]\n[29m]\n[10m]\n[11h59m]\n[10m]\n[ended]\n[ended]\n',
          stderr: `${ends('29m', '30m')}${ends('10m', '30m')}${ended}`.replaceAll('awsmfa', 'mfa_now'),
        })
        const names = [...(await readEnvironment(dump)).keys()]
        expect(names).toContain('AWS_SESSION_TOKEN')
        expect(names.filter((name) => /awsmfa|mfa_now/i.test(name))).toEqual([])
      }))

    it(
      'reads what the variables say, whoever set them, and is silent where they do not say it',
      { tags: 'slow' },
      () =>
        withSandbox(async (sandbox) => {
          const time = inSeconds(7250)
          const forms = [
            time.replace('Z', '.123Z'),
            time.replace('Z', '.123456789+00:00'),
            time.replace('Z', '-00:00'),
            ...[60, -60, 330, -570, 840].map((minutes) => inZone(time, minutes)),
          ]
          const lines = [
            ...[look, show],
            ...lookAt('2000-01-01T00:00:00Z'),
            setVariable(shell, 'AWS_CREDENTIAL_EXPIRATION', null),
            setVariable(shell, 'AWS_SESSION_TOKEN', 'token'),
            ...[look, show],
            ...malformed.flatMap(lookAt),
            ...forms.flatMap(lookAt),
            ...lookAt(inSeconds(650)),
            ...lookAt('2000-01-01T00:00:00Z'),
          ]
          const silent = '[]\n'.repeat(malformed.length + 3)
          expect(await run(shell, sandbox, lines)).toEqual({
            status: 0,
            stdout: `${silent}${'[2h0m]\n'.repeat(forms.length)}[10m]\n[ended]\n`,
            // That aws-mfa-env can renew another tool's session, nobody has said.
            stderr: note('ends in 10m') + note('has ended'),
          })
        }),
    )
  },
  ({ dialect }) => dialect in looking,
)

// The others are counted at true prompts, in remind-prompt.test.ts.
describeEachShell(
  'the reminder',
  (shell) => {
    it.skipIf(!canCount)('starts no process', () =>
      withSandbox(async (sandbox) => {
        const { look } = looking[shell.dialect] ?? bourne
        const file = join(sandbox.folder, 'calls')
        const expiration = setVariable(shell, 'AWS_CREDENTIAL_EXPIRATION', inSeconds(650))
        const mark = shell.syntax.command(marker)
        const looks = Array<string>(12).fill(look)
        const lines = [...setSession(shell), expiration, look, mark, ...looks, mark]
        const { stderr } = await run({ ...shell, launch: [...traced(file), ...shell.launch] }, sandbox, lines)
        expect(stderr).toBe(ends('10m'))
        expect(await countStarted(file)).toBe(0)
      }),
    )
  },
  ({ kind }) => kind === 'xonsh' || kind === 'powershell',
)

describeEachShell(
  'the reminder',
  (shell) => {
    it('goes by SECONDS where printf has no clock, unless they are set back or taken away', () =>
      withSandbox(async (sandbox) => {
        const before = ['printf() { return 1; }', 'SECONDS=100000']
        const expiration = setVariable(shell, 'AWS_CREDENTIAL_EXPIRATION', inSeconds(7250))
        const { look, show } = bourne
        const lines = ['', 'SECONDS=50', 'SECONDS=5000', 'unset SECONDS'].flatMap((line) => [
          line,
          look,
          show,
        ])
        const all = [...setSession(shell), expiration, ...lines]
        expect(await run(shell, sandbox, all, ['15m'], before)).toEqual({
          status: 0,
          stdout: '[2h0m]\n[2h0m]\n[38m]\n[]\n',
          stderr: '',
        })
      }))

    it("stands in one line with bash-preexec's, which looks for it there", () =>
      withSandbox(async (sandbox) => {
        const before = ["PROMPT_COMMAND=$'__bp_trap_string=\\n__bp_install'"]
        const lines = ['declare -p PROMPT_COMMAND']
        expect(await run(shell, sandbox, lines, ['15m'], before)).toEqual({
          status: 0,
          stdout: "declare -- PROMPT_COMMAND=$'__awsmfa_remind && :; __bp_trap_string=\\n__bp_install'\n",
          stderr: '',
        })
      }))
  },
  ({ kind }) => kind === 'bash',
)

describeEachShell(
  'the reminder',
  (shell) => {
    it('stands in front of the prompt that is there, which finds what the last command left', () =>
      withSandbox(async (sandbox) => {
        const before = ['function prompt { "<$?|$LASTEXITCODE|$awsmfa_remaining>" }']
        const lines = [
          '& sh -c "exit 3"; prompt',
          '$null = 1; prompt',
          ...setSession(shell),
          setVariable(shell, 'AWS_CREDENTIAL_EXPIRATION', '2000-01-01T00:00:00Z'),
          '& sh -c "exit 4"; prompt',
          '& sh -c "exit 0"; prompt',
          '"$($Error.Count)"',
        ]
        expect(await run(shell, sandbox, lines, ['15m'], before)).toEqual({
          status: 0,
          stdout: '<False|3|>\n<True|3|>\n<False|4|ended>\n<True|0|ended>\n0\n',
          stderr: ended,
        })
      }))
  },
  ({ dialect }) => dialect === 'powershell',
)

// At the same time, since all that they do is wait.
describe.concurrent('the reminder of a session that ends', { tags: 'slow' }, () => {
  it.for(shells.filter(({ dialect }) => dialect in looking))(
    'speaks of it before and behind the end in $name',
    async (shell, { expect, skip }) => {
      const launch = await shell.find()
      if ('missing' in launch) return skip(launch.missing)
      const found = { ...shell, launch }
      const { look, show, end } = looking[shell.dialect] ?? bourne
      const wait = shell.syntax.command(findOnPath('sleep') ?? '', '3')
      const lines = [
        ...setSession(found),
        end('date -u -d +3sec +%FT%TZ'),
        look,
        look,
        wait,
        look,
        look,
        show,
      ]
      const { status, stdout, stderr } = await withSandbox((sandbox) => run(found, sandbox, lines))
      expect({ status, stdout }).toEqual({ status: 0, stdout: '[ended]\n' })
      expect(stderr.replace(/in [123]s/, 'in 3s')).toBe(`${ends('3s')}${ended}`)
    },
  )
})
