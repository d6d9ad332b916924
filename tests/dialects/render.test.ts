import { describe, expect, it } from 'vitest'
import { type DialectName, dialects } from '../../src/dialects/dialects.ts'
import type { Change } from '../../src/variables/change.ts'
import { hostileValues, unsayableValues } from '../real-shells/hostile-values.ts'

// cmd's dialect and dotenv have tests of their own.
const names = (Object.keys(dialects) as DialectName[]).filter((name) => name !== 'cmd' && name !== 'dotenv')

const session: Change[] = [
  { name: 'KEY', value: 'AKIA1' },
  { name: 'AWS_PROFILE', value: null, mustVanish: true },
  { name: 'TOKEN', value: "it's" },
  { name: 'OLD', value: null },
]

const texts: Readonly<Record<string, string>> = {
  bash: `{ unset AWS_PROFILE OLD AWS_PROFILE OLD && export KEY=AKIA1 TOKEN="it's"; }\n`,
  fish:
    'begin; set -l aws_mfa_env_found; set -qU AWS_PROFILE; and set -a aws_mfa_env_found AWS_PROFILE; ' +
    'if set -q aws_mfa_env_found[1]; ' +
    'echo "aws-mfa-env: error: a universal variable of fish would override the session: $aws_mfa_env_found" >&2; ' +
    'echo "aws-mfa-env: hint: erase it for every fish with: set -eU $aws_mfa_env_found" >&2; ' +
    "sh -c 'exit 6'; " +
    "else; set -eg AWS_PROFILE; set -eg OLD; set -gx KEY 'AKIA1'; set -gx TOKEN 'it\\'s'; true; end; end\n",
  tcsh:
    "set aws_mfa_env = ('it'\\''s') && eval 'unsetenv AWS_PROFILE; unsetenv OLD; setenv KEY \"AKIA1\"; " +
    "setenv TOKEN $aws_mfa_env[1]:q; unset aws_mfa_env'\n",
  elvish: "{ unset-env AWS_PROFILE; unset-env OLD; set-env KEY 'AKIA1'; set-env TOKEN 'it''s' }\n",
  xonsh:
    "(\x24{...}.pop('AWS_PROFILE', None), \x24{...}.pop('OLD', None), \x24{...}.update({'KEY': 'AKIA1', 'TOKEN': 'it\\'s'}))\n",
  nu: '{"KEY":"AKIA1","AWS_PROFILE":null,"TOKEN":"it\'s","OLD":null}\n',
  powershell:
    "& { $env:AWS_PROFILE = $null; $env:OLD = $null; $env:KEY = 'AKIA1'; $env:TOKEN = 'it''s'; };\n",
}

describe('a transaction', () => {
  it.each(Object.entries(texts))('for %s takes out first, sets then, and is one block', (name, text) => {
    expect(dialects[name as DialectName].render(session)).toBe(text)
  })

  it.each([
    ['bash', '{ unset A A; }\n', '{ export B=b; }\n'],
    ['fish', 'begin; set -eg A; true; end\n', "begin; set -gx B 'b'; true; end\n"],
    ['tcsh', "eval 'unsetenv A'\n", 'eval \'setenv B "b"\'\n'],
    ['elvish', '{ unset-env A }\n', "{ set-env B 'b' }\n"],
    ['xonsh', "(\x24{...}.pop('A', None))\n", "(\x24{...}.update({'B': 'b'}))\n"],
    ['json', '{"A":null}\n', '{"B":"b"}\n'],
    ['powershell', '& { $env:A = $null; };\n', "& { $env:B = 'b'; };\n"],
  ] as const)('for %s may only take out, or only set', (name, cleared, set) => {
    expect(dialects[name].render([{ name: 'A', value: null }])).toBe(cleared)
    expect(dialects[name].render([{ name: 'B', value: 'b' }])).toBe(set)
  })

  it('is the same for bash, zsh, sh and ksh', () => {
    const rendered = (['zsh', 'sh', 'ksh'] as const).map((name) => dialects[name].render(session))
    expect(rendered).toEqual([texts['bash'], texts['bash'], texts['bash']])
  })
})

describe('a text for PowerShell', () => {
  it.each([
    ['prod-ü', "(-join ('prod-', [char]0xFC))"],
    ['ü', '(-join ([char]0xFC))'],
    ['a‘b', "(-join ('a', [char]0x2018, 'b'))"],
    ['😀', '(-join ([char]0xD83D, [char]0xDE00))'],
    ["'\n'", "(-join ('''', [char]0xA, ''''))"],
    ['', "''"],
  ])('spells %j as %s', (value, spelling) => {
    expect(dialects.powershell.render([{ name: 'A', value }])).toBe(`& { $env:A = ${spelling}; };\n`)
  })

  it('is ASCII and one line for every hostile value', () => {
    const rendered = hostileValues.map((value) => dialects.powershell.render([{ name: 'A', value }]))
    expect(rendered.filter((text) => !/^[ -~]+\n$/.test(text))).toEqual([])
  })
})

describe.each(['fish', 'xonsh', 'json'] as const)('a text for %s', (name) => {
  it('is one line for every hostile value', () => {
    const rendered = hostileValues.map((value) => dialects[name].render([{ name: 'A', value }]))
    expect(rendered.filter((text) => text.indexOf('\n') !== text.length - 1)).toEqual([])
  })
})

describe.each(['xonsh', 'json'] as const)('a text for %s', (name) => {
  it('is ASCII for every hostile value', () => {
    const rendered = hostileValues.map((value) => dialects[name].render([{ name: 'A', value }]))
    expect(rendered.filter((text) => !/^[ -~]+\n$/.test(text))).toEqual([])
  })
})

describe('the failing statement', () => {
  it.each([
    ['bash', '(exit 4);\n'],
    ['zsh', '(exit 4);\n'],
    ['sh', '(exit 4);\n'],
    ['ksh', '(exit 4);\n'],
    ['fish', "sh -c 'exit 4'\n"],
    ['tcsh', '(exit 4);\n'],
    ['elvish', ''],
    ['xonsh', "raise RuntimeError('aws-mfa-env failed (4)')\n"],
    ['nu', ''],
    ['json', ''],
    ['dotenv', ''],
    ['powershell', "throw 'aws-mfa-env failed (4)';\n"],
  ] as const)('for %s is %j', (name, text) => {
    expect(dialects[name].renderFailure(4)).toBe(text)
  })
})

describe.each(names)('a refusal for %s', (name) => {
  it.each(unsayableValues)('meets %j', (value) => {
    expect(dialects[name].refusal(value)).toBe(
      value.includes('\0') ? 'has a NUL character' : 'is not valid Unicode',
    )
  })

  it(`meets ${name === 'tcsh' ? 'those' : 'none'} of the hostile values${name === 'tcsh' ? ' that have a line end' : ''}`, () => {
    const refused = ['', ...hostileValues].filter((value) => dialects[name].refusal(value) !== undefined)
    expect(refused).toEqual(name === 'tcsh' ? hostileValues.filter((value) => value.includes('\n')) : [])
  })
})
