import { describe, expect, it } from 'vitest'
import { dialects } from '../../src/dialects/dialects.ts'
import type { Change } from '../../src/variables/change.ts'
import { describeEachShell } from './each-shell.ts'
import { hostileValues } from './hostile-values.ts'
import { itInGerman } from './locale.ts'
import { findWrongValues } from './round-trip.ts'
import { isBourne, isOwn } from './shells.ts'

// Wrong in each of the wrong quoters.
const telling = "a\\'b $HOME ’;throw 1;‘"

// As tools are written that never met these values.
const doubleQuoting = naively((name, value) => `export ${name}="${value}";\n`)
const wrongRenders: Readonly<Record<string, (changes: readonly Change[]) => string>> = {
  bash: doubleQuoting,
  zsh: doubleQuoting,
  sh: doubleQuoting,
  ksh: doubleQuoting,
  fish: naively((name, value) => `set -gx ${name} '${value.replaceAll("'", "\\'")}';\n`),
  tcsh: naively((name, value) => `setenv ${name} "${value}";\n`),
  elvish: naively((name, value) => `set-env ${name} "${value}"\n`),
  xonsh: naively((name, value) => `$${name} = '${value}'\n`),
  nu: (changes) => `{${naively((name, value) => `"${name}": "${value}"`)(changes)}}`,
  powershell: naively((name, value) => `$env:${name} = '${value.replaceAll("'", "''")}';\n`),
}

function naively(render: (name: string, value: string) => string) {
  return (changes: readonly Change[]) => changes.map(({ name, value }) => render(name, value ?? '')).join('')
}

const otherWays: Readonly<Record<string, readonly { way: string; evaluate: (command: string) => string }[]>> =
  {
    bash: [{ way: 'source <(…)', evaluate: (command) => `source <(${command})` }],
    zsh: [{ way: 'source <(…)', evaluate: (command) => `source <(${command})` }],
    fish: [
      { way: 'eval (…)', evaluate: (command) => `eval (${command})` },
      { way: 'eval "$(…)"', evaluate: (command) => `eval "$(${command})"` },
    ],
    // What the wrapper does.
    tcsh: [{ way: 'a list', evaluate: (c) => `set noglob; set list = (\`${c}\`); eval $list:q` }],
    xonsh: [
      {
        way: 'execx($(…))',
        // xonsh loses the output of a program that ends at once.
        evaluate: (c) => `execx($(sh -c '"$0" "$@"; sleep 0.2' ${c}) or 'raise EOFError')`,
      },
    ],
    nu: [{ way: 'load-env (…)', evaluate: (command) => `load-env (${command} | from json)` }],
    powershell: [
      { way: '| Out-String | Invoke-Expression', evaluate: (c) => `${c} | Out-String | Invoke-Expression` },
      { way: '| Invoke-Expression', evaluate: (command) => `${command} | Invoke-Expression` },
      { way: '. ([scriptblock]::Create(…))', evaluate: (c) => `. ([scriptblock]::Create("$(${c})"))` },
    ],
  }

// What real profiles, keys and regions look like, and words that an unquoted `$(…)` might match against files.
const ordinary = [
  'AKIAIOSFODNN7EXAMPLE',
  'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  'FwoGZXIvYXdzEJr//////////wEaDH+abc/def==',
  '2031-01-02T03:04:05Z',
  'eyJ2IjoxfQ',
  'eu-central-1',
  'dev',
  'My Company',
  "o'neill",
  "it's!",
  '*',
  '?',
  '[a]',
  '~',
  '#1',
  '$HOME',
  'back\\slash',
  'prod-ü',
]

describe('the hostile values', () => {
  it('are at least 400, each of them once', () => {
    expect(new Set(hostileValues).size).toBe(hostileValues.length)
    expect(hostileValues.length).toBeGreaterThanOrEqual(400)
  })
})

describeEachShell('a value', (shell) => {
  const sayable = hostileValues.filter((value) => dialects[shell.dialect].refusal(value) === undefined)

  it('reaches a child byte for byte', async () => {
    expect(await findWrongValues(shell, sayable)).toEqual([])
  })

  it('does not with a wrong quoter, which shows that the one above can fail', async () => {
    const render = wrongRenders[shell.dialect] ?? doubleQuoting
    expect(await findWrongValues(shell, [telling], { render })).toHaveLength(1)
  })

  // PowerShell takes seconds for all of them.
  const some = sayable.filter((_, index) => shell.dialect !== 'powershell' || index % 5 === 0)

  if (isOwn(shell))
    itInGerman('UTF-8', 'reaches a child byte for byte', async (environment) => {
      expect(await findWrongValues(shell, some, { environment })).toEqual([])
    })

  it.each(otherWays[shell.kind] ?? [])('reaches a child through $way', async ({ evaluate }) => {
    expect(await findWrongValues(shell, some, { evaluate })).toEqual([])
  })
})

describeEachShell(
  'an unquoted eval $(…)',
  (shell) => {
    it('sets ordinary values, beside files that the words would match', async () => {
      const wrong = await findWrongValues(shell, ordinary, {
        evaluate: (command) => `eval $(${command})`,
        directoryContents: ['HOSTILE_0=a', 'a', '{', '}'],
      })
      expect(wrong).toEqual([])
    })
  },
  isBourne,
)
