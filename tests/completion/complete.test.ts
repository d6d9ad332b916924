import { describe, expect, it } from 'vitest'
import { type Completion, complete, type Values } from '../../src/completion/complete.ts'
import { commandOptions, commandWords, commonOptions, type OptionName, options } from '../../src/options.ts'

/** Each value says what it was asked for; one begins with a dash. */
const values: Values = {
  shells: (command) => [{ value: `shell of ${command}`, help: '' }],
  of: (option) => [`value of ${option}`, `-value of ${option}`].map((value) => ({ value, help: '' })),
}

const completed = (line: readonly string[]) => complete(['aws-mfa-env', ...line], values)
const offered = (completion: Completion) =>
  'commandAt' in completion
    ? completion
    : completion.candidates.map(({ value }) => `${completion.before}${value}`)

const long = (names: readonly OptionName[]) => names.map((name) => `--${name}`)
const all = (command: keyof typeof commandOptions, ...taken: OptionName[]) =>
  long([...commandOptions[command], ...commonOptions].filter((name) => !taken.includes(name)))

/** The words behind the program's name, the last one at the cursor; and what is offered there. */
const cases: readonly (readonly [line: readonly string[], offered: readonly string[]])[] = [
  [[''], commandWords],
  [['sta'], commandWords],
  [['-'], [...all('export').slice(0, -2), '--unset', '--help', '--version']],
  [
    ['123456', ''],
    [...all('export').slice(0, -2), '--unset', '--help', '--version'],
  ],
  [['-p', 'work', ''], all('export', 'profile')],
  [['-p', 'work', '--debug', '--new', '--'], all('export', 'profile', 'debug', 'new')],
  [['--profile=work', '--'], all('export', 'profile')],
  [
    ['--debug', '--'],
    [...all('export', 'debug').slice(0, -2), '--unset', '--help', '--version'],
  ],
  [['-u', ''], all('unset', 'unset')],
  [['--unset', '--shell', 'bash', '-'], all('unset', 'unset', 'shell')],
  [
    ['-', '-'],
    [...all('export').slice(0, -2), '--unset', '--help', '--version'],
  ],
  [['status', ''], all('status')],
  [['status', '--json', '-h', '--'], all('status', 'json', 'help')],
  [['status', 'wor'], []],
  [['status', '--', ''], []],
  [['status', '--', '--'], []],
  [
    ['nonsense', ''],
    [...all('export').slice(0, -2), '--unset', '--help', '--version'],
  ],
  [
    ['save', '--remove', ''],
    ['--to', '--debug', '--help', '--version'],
  ],
  [
    ['forget', '--all', ''],
    ['--debug', '--help', '--version'],
  ],
  [
    ['forget', '--profile', 'work', ''],
    ['--debug', '--help', '--version'],
  ],
  [['init', ''], ['shell of init']],
  [['init', '--name', 'mfa', 'b'], ['shell of init']],
  [['init', 'bash', ''], all('init')],
  [['init', '--', ''], ['shell of init']],
  [['completion', 'z'], ['shell of completion']],
  [['exec', '-'], all('exec')],
  [['-p', 'wor'], ['value of profile']],
  [['-p', '-'], ['value of profile']],
  [['status', '--profile', ''], ['value of profile']],
  [['--profile=wor'], ['--profile=value of profile', '--profile=-value of profile']],
  [['-p=wor'], ['-p=value of profile', '-p=-value of profile']],
  [['--json=wor'], []],
  [['--unknown=wor'], []],
  [['-p', '--profile', ''], [...all('export', 'profile')]],
]

describe('at the cursor', () => {
  it.each(cases)('of %j', (line, expected) => {
    expect(offered(completed(line))).toEqual(expected)
  })

  it.each((Object.keys(options) as OptionName[]).filter((name) => 'argument' in options[name]))(
    'a value of --%s is its own',
    (name) => {
      expect(offered(completed(['save', `--${name}`, '']))).toEqual([`value of ${name}`])
    },
  )

  it('a short option stands for itself where it has been typed', () => {
    expect(offered(completed(['-p']))).toContain('-p')
    expect(offered(completed(['-p']))).not.toContain('--profile')
    expect(offered(completed(['-']))).toContain('--profile')
  })

  it.each([
    [['exec', ''], 2],
    [['exec', 'ls'], 2],
    [['exec', 'ls', '--pro'], 2],
    [['exec', '-p', 'work', 'ls', '--', ''], 4],
    [['exec', '--profile=work', '--new', '--', '-'], 5],
    [['exec', '--', 'ls', ''], 3],
  ])('of %j there is the command that begins at %i', (line, commandAt) => {
    expect(offered(completed(line))).toEqual({ commandAt })
  })

  it.each(['awsmfa', 'mfa_now', '/home/me/awsmfa'])(
    '%s, which names the shell itself, takes no --shell',
    (program) => {
      expect(offered(complete([program, '-'], values))).not.toContain('--shell')
    },
  )

  it.each(['aws-mfa-env', './node_modules/.bin/aws-mfa-env', 'C:\\npm\\aws-mfa-env.cmd'])(
    '%s takes one',
    (program) => {
      expect(offered(complete([program, '-'], values))).toContain('--shell')
    },
  )
})
