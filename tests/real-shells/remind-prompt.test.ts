// @module-tag slow
// The reminder at the prompts of interactive shells, each line typed when the prompt for it is there.

import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { runTool } from '../commands/tool.ts'
import { describeEachShell } from './each-shell.ts'
import { runProgram, type Sandbox } from './run.ts'
import { type FoundShell, findOnPath } from './shells.ts'
import { canCount, countStarted, marker, traced } from './started-processes.ts'
import { setVariable, type WrapperSandbox, withTool } from './wrapper-sandbox.ts'

const tmux = findOnPath('tmux')

/** A shell that its user has set up: prompts of `<status|left>`, and hooks before them that are there already. */
interface Setup {
  readonly shell: string
  readonly title?: string
  /** That it reads at its start, in the home folder. */
  readonly file: string
  readonly lines: readonly string[]
  readonly init: string
  /** What those print in front of the prompt that shows this status. */
  hooks(status: string): readonly string[]
}

const own = (status: string) => [`own:${status}`]

// The pipeline that is typed ends with 4, and its first command with 5.
const pipeline = "sh -c 'exit 5' | sh -c 'exit 4'"
const ownAndToo = (status: string) => [`own:${status}`, `too:${status === '4' ? '5 4' : status}`]

const bash = {
  shell: 'bash',
  file: '.bashrc',
  lines: ['set -u', "PS1='<$?|$awsmfa_remaining>'", `PROMPT_COMMAND='echo "own:$?"'`],
  init: 'eval "$(aws-mfa-env init bash --remind 15m)"',
  hooks: own,
}

const setups: readonly Setup[] = [
  bash,
  {
    ...bash,
    title: 'with an array of commands',
    lines: [...bash.lines, `PROMPT_COMMAND+=('echo "too:\${PIPESTATUS[*]}"')`],
    hooks: ownAndToo,
  },
  {
    ...bash,
    title: 'without a clock in printf',
    lines: [...bash.lines, 'printf() { [[ $* != *%\\(* ]] && builtin printf "$@"; }'],
  },
  {
    shell: 'zsh',
    file: '.zshrc',
    lines: [
      'setopt prompt_subst no_unset ksh_arrays',
      'precmd() { print "own:$?" }',
      `too() { print "too:\${pipestatus[*]}" }`,
      'precmd_functions=(too)',
      "PROMPT='<$?|$awsmfa_remaining>'",
      'setopt ignore_braces force_float',
    ],
    init: 'eval "$(aws-mfa-env init zsh --remind 15m)"',
    hooks: ownAndToo,
  },
  {
    shell: 'fish',
    file: '.config/fish/config.fish',
    lines: [
      'set -g fish_greeting',
      'function fish_prompt; echo -n "<$status|$awsmfa_remaining>"; end',
      'function own --on-event fish_prompt; echo "own:$status"; end',
      'function too --on-event fish_prompt; echo "too:$pipestatus"; end',
    ],
    init: 'aws-mfa-env init fish --remind 15m | source',
    hooks: ownAndToo,
  },
  {
    shell: 'xonsh',
    file: '.xonshrc',
    lines: [
      "$PROMPT = '<{last_return_code}|{awsmfa_remaining}>'",
      'own = events.on_pre_prompt(lambda **_: print("own:"))',
    ],
    init: 'execx($(aws-mfa-env init xonsh --remind 15m))',
    hooks: () => ['own:'],
  },
  {
    shell: 'nu',
    file: '.config/nushell/config.nu',
    lines: [
      '$env.config.show_banner = false',
      "$env.config.hooks.pre_prompt = [{|| print 'own:' }]",
      "$env.PROMPT_COMMAND_RIGHT = ''",
      "$env.PROMPT_INDICATOR = ''",
    ],
    init: "source ~/.awsmfa.nu; $env.PROMPT_COMMAND = {|| $'<($env.LAST_EXIT_CODE)|(awsmfa_remaining)>' }",
    hooks: () => ['own:'],
  },
]

/** What a terminal shows in the end of a shell that these words start. */
async function converse(
  words: readonly string[],
  typed: readonly string[],
  { sandbox, environment }: Pick<WrapperSandbox, 'sandbox' | 'environment'>,
): Promise<string> {
  const run = async (...more: string[]) => {
    const all = ['-S', join(sandbox.folder, 'tmux'), '-f', '/dev/null', ...more]
    return `${(await runProgram(tmux ?? '', all, { sandbox, environment })).stdout}`.trimEnd()
  }
  /** Waits for the prompt of that number, with nothing behind it. */
  const prompt = async (number: number) => {
    for (let shown = '', tries = 0; ; tries++) {
      shown = await run('capture-pane', '-p')
      if (/^<.*>$/.test(shown.slice(shown.lastIndexOf('\n') + 1)) && prompts(shown).length === number)
        return shown
      if (tries > 1000) throw new Error(`no prompt ${number} came:\n${shown}`)
      await setTimeout(10)
    }
  }
  try {
    await run('new-session', '-d', '-x', '200', '-y', '100', words.join(' '))
    for (const [index, line] of typed.entries()) {
      await prompt(index + 1)
      await run('send-keys', '-l', line, ';', 'send-keys', 'Enter')
    }
    return await prompt(typed.length + 1)
  } finally {
    // Some shells outlive their terminal, and ask it for a line again and again.
    const session = await run('display-message', '-p', '#{pane_pid}')
    await runProgram('pkill', ['-KILL', '-s', session], { sandbox })
    await run('kill-server')
  }
}

const prompts = (shown: string) => shown.match(/^<.*?>/gm) ?? []

async function setUp({ file, lines, init }: Setup, shell: FoundShell, sandbox: Sandbox): Promise<void> {
  // In the background, fish would read all manual pages; 3 looks in the one folder, 4 in the other.
  for (const folder of ['.local/share', '.cache'])
    await mkdir(join(sandbox.home, folder, 'fish/generated_completions'), { recursive: true })
  // nushell has no way to evaluate a text.
  if (shell.kind === 'nu') {
    const { stdout } = await runTool(['init', 'nu', '--remind', '15m'], { sandbox })
    await writeFile(join(sandbox.home, '.awsmfa.nu'), stdout)
  }
  const path = join(sandbox.home, file)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, [...lines, init, init].map((line) => `${line}\n`).join(''))
}

const start = (shell: FoundShell) => [...shell.launch, '-i']
const inSeconds = (seconds: number) => `${new Date(Date.now() + seconds * 1000).toISOString().slice(0, 19)}Z`
const note = (text: string) => `awsmfa: note: the AWS session in this shell ${text}`

for (const setup of setups) {
  describeEachShell(
    `the reminder at the prompt ${setup.title ?? ''}`,
    (shell) => {
      it.skipIf(tmux === undefined)('speaks once, and leaves status and hooks as they are', () =>
        withTool(shell, async (world) => {
          await setUp(setup, shell, world.sandbox)
          /** What is typed, and which note, status and rest of the session come of it. */
          const steps = [
            ['', '', '0', ''],
            ["sh -c 'exit 3'", '', '3', ''],
            [setVariable(shell, 'AWS_SESSION_TOKEN', 'secret'), '', '0', ''],
            [setVariable(shell, 'AWS_CREDENTIAL_EXPIRATION', inSeconds(650)), 'ends in 10m', '0', '10m'],
            [setup.hooks === ownAndToo ? pipeline : "sh -c 'exit 4'", '', '4', '10m'],
            [
              setVariable(shell, 'AWS_CREDENTIAL_EXPIRATION', '2000-01-01T00:00:00Z'),
              'has ended',
              '0',
              'ended',
            ],
            ['', '', '0', 'ended'],
          ] as const
          const shown = await converse(
            start(shell),
            steps.slice(1).map(([typed]) => typed),
            world,
          )
          const lines = shown.split('\n')
          for (const [index, [, told, status, left]] of steps.entries()) {
            const said = [...setup.hooks(status), ...(told === '' ? [] : [note(told)])]
            expect(lines.splice(0, said.length).sort()).toEqual(said.sort())
            expect(lines.shift()).toBe(`<${status}|${left}>${steps[index + 1]?.[0] ?? ''}`)
          }
          expect(lines).toEqual([])
        }),
      )
    },
    (shell) => shell.kind === setup.shell,
  )
}

for (const setup of [bash, ...setups.filter(({ shell }) => shell === 'zsh')]) {
  describeEachShell(
    'the reminder at the prompt',
    (shell) => {
      it.skipIf(tmux === undefined)('shows no token in a trace, and is no failure that ends the shell', () =>
        withTool(shell, async (world) => {
          await setUp(setup, shell, world.sandbox)
          const environment = {
            ...world.environment,
            AWS_SESSION_TOKEN: 'secret',
            AWS_CREDENTIAL_EXPIRATION: '2000-01-01T00:00:00Z',
          }
          const typed = ['set -ex', 'false && true', 'false && true']
          const shown = await converse(start(shell), typed, { ...world, environment })
          expect(shown).toMatch(/^\+.*__awsmfa_remind/m)
          expect(shown).not.toContain('secret')
          expect(prompts(shown)).toEqual(['<0|ended>', '<0|ended>', '<1|ended>', '<1|ended>'])
        }),
      )
    },
    (shell) => shell.kind === setup.shell,
  )
}

const many = 8

/** How many processes many prompts of a shell start whose session is about to end. */
async function countAtPrompts(setup: Setup, shell: FoundShell): Promise<number> {
  return withTool(shell, async (world) => {
    await setUp(setup, shell, world.sandbox)
    const file = join(world.sandbox.folder, 'calls')
    const environment = {
      ...world.environment,
      AWS_SESSION_TOKEN: 'secret',
      AWS_CREDENTIAL_EXPIRATION: inSeconds(650),
    }
    const mark = shell.syntax.command(marker)
    const typed = [mark, ...Array<string>(many).fill(''), mark]
    const shown = await converse([...traced(file), ...start(shell)], typed, { ...world, environment })
    expect(shown).toContain(note('ends in 10m'))
    expect(shown.match(/^own:/gm)).toHaveLength(many + 3)
    return countStarted(file)
  })
}

const uncountable = tmux === undefined || !canCount

// xonsh starts one of its own behind each program.
const countable = ['bash', 'zsh', 'fish', 'nu']

for (const setup of setups.filter(
  ({ shell, title }) => countable.includes(shell) && !title?.includes('array'),
)) {
  describeEachShell(
    `the reminder at the prompt ${setup.title ?? ''}`,
    (shell) => {
      it.skipIf(uncountable)('starts no process', async () => {
        expect(await countAtPrompts(setup, shell)).toBe(0)
      })
    },
    (shell) => shell.kind === setup.shell,
  )
}

describeEachShell(
  'the reminder at the prompt',
  (shell) => {
    it.skipIf(uncountable)('is counted by a harness that does see a process at each prompt', async () => {
      const lines = [...bash.lines, `PROMPT_COMMAND+='; : $(:)'`]
      expect(await countAtPrompts({ ...bash, lines }, shell)).toBe(many + 1)
    })
  },
  (shell) => shell.kind === 'bash',
)
