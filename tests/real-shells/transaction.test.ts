import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { dialects } from '../../src/dialects/dialects.ts'
import type { Change } from '../../src/variables/change.ts'
import { counts } from '../faults/counts.ts'
import { describeEachShell } from './each-shell.ts'
import { readEnvironment, runScript, withSandbox } from './run.ts'
import { type FoundShell, isBourne, shells } from './shells.ts'

interface Step {
  readonly status: string
  readonly environment: ReadonlyMap<string, string>
}

/** Evaluates transactions one after the other in one strict shell, which must not say anything. */
function evaluateInTurn(
  shell: FoundShell,
  environment: Readonly<Record<string, string>>,
  transactions: readonly (readonly Change[])[],
): Promise<Step[]> {
  return withSandbox(async (sandbox) => {
    const { syntax, dialect } = shell
    const dumps = transactions.map((_, index) => join(sandbox.folder, `dump-${index}`))
    const steps = transactions.map(async (changes, index) => {
      const text = join(sandbox.folder, `text-${index}`)
      await writeFile(text, dialects[dialect].render(changes))
      const evaluate = syntax.evaluate(syntax.command('cat', text))
      return [evaluate, syntax.printStatus, syntax.dumpEnvironment(dumps[index] ?? '')].join('\n')
    })
    const script = `${(await Promise.all(steps)).join('\n')}\n`
    const ending = await runScript(shell, script, { sandbox, environment })
    expect({ status: ending.status, stderr: `${ending.stderr}` }).toEqual({ status: 0, stderr: '' })
    const statuses = `${ending.stdout}`.trim().split(/\s+/)
    return Promise.all(
      dumps.map(async (dump, index) => ({
        status: statuses[index] ?? '',
        environment: await readTexts(dump),
      })),
    )
  })
}

async function readTexts(dump: string): Promise<Map<string, string>> {
  return new Map(Array.from(await readEnvironment(dump), ([name, value]) => [name, `${value}`]))
}

const pick = ({ status, environment }: Step, ...names: string[]) => [
  status,
  ...names.map((name) => environment.get(name)),
]

describeEachShell('what is taken out', (shell) => {
  const clear: Change[] = [
    { name: 'AWS_PROFILE', value: null, mustVanish: true },
    { name: 'AWS_REGION', value: null },
  ]

  it('is gone, also where it had an empty value, and stays so when done twice', async () => {
    const environment = { AWS_PROFILE: 'old', AWS_REGION: '', KEPT: 'yes' }
    const steps = await evaluateInTurn(shell, environment, [clear, clear])
    const gone = ['0', undefined, undefined, 'yes']
    expect(steps.map((step) => pick(step, 'AWS_PROFILE', 'AWS_REGION', 'KEPT'))).toEqual([gone, gone])
  })

  it('need not have been there', async () => {
    const steps = await evaluateInTurn(shell, {}, [clear, clear])
    const gone = ['0', undefined, undefined]
    expect(steps.map((step) => pick(step, 'AWS_PROFILE', 'AWS_REGION'))).toEqual([gone, gone])
  })

  it('comes back with the value that it had', async () => {
    const displaced = "it's $old\\"
    const set: Change[] = [{ name: 'AWS_SESSION_TOKEN', value: 'x' }, ...clear]
    const restore: Change[] = [
      { name: 'AWS_SESSION_TOKEN', value: null },
      { name: 'AWS_PROFILE', value: displaced },
    ]
    const steps = await evaluateInTurn(shell, { AWS_PROFILE: displaced }, [set, restore, set, restore])
    const during = ['0', 'x', undefined]
    const after = ['0', undefined, displaced]
    const seen = steps.map((step) => pick(step, 'AWS_SESSION_TOKEN', 'AWS_PROFILE'))
    expect(seen).toEqual([during, after, during, after])
  })
})

describeEachShell(
  'what is taken out',
  (shell) => {
    it('is gone where it stood before the name of the function, too, or is local to a caller', () =>
      withSandbox(async (sandbox) => {
        const [text, dump] = ['text', 'dump'].map((name) => join(sandbox.folder, name))
        const changes: Change[] = [{ name: 'AWS_PROFILE', value: null, mustVanish: true }]
        await writeFile(text ?? '', dialects.bash.render(changes))
        const script = [
          `evaluate() { eval "$(cat '${text}')"; }`,
          'export AWS_PROFILE=of-all',
          'AWS_PROFILE=of-one evaluate',
          shell.syntax.dumpEnvironment(`${dump}-1`),
          'export AWS_PROFILE=of-all',
          'caller() { local -x AWS_PROFILE=of-it; evaluate; }; caller',
          shell.syntax.dumpEnvironment(`${dump}-2`),
        ]
        const ending = await runScript(shell, script.join('\n'), { sandbox })
        expect([ending.status, `${ending.stderr}`]).toEqual([0, ''])
        for (const end of ['-1', '-2']) {
          expect((await readTexts(`${dump}${end}`)).get('AWS_PROFILE')).toBeUndefined()
        }
      }))
  },
  ({ kind }) => kind === 'bash',
)

const session: Change[] = [
  { name: 'AWS_PROFILE', value: null, mustVanish: true },
  { name: 'AWS_REGION', value: null },
  { name: 'KEY', value: "it's" },
  { name: 'TOKEN', value: 'ü=' },
]
const plainSession: Change[] = [
  { name: 'AWS_PROFILE', value: null, mustVanish: true },
  { name: 'AWS_REGION', value: null },
  { name: 'KEY', value: 'AKIA' },
  { name: 'TOKEN', value: 'a+/b==' },
]
const unset: Change[] = [
  { name: 'AWS_PROFILE', value: null },
  { name: 'AWS_REGION', value: null },
]
const untouched = 'stale|r||'

// Prints for every cut of the text `index|status|AWS_PROFILE|AWS_REGION|KEY|TOKEN`, from the same start.
const cutScripts = {
  bourne: (count: number) => `set +eu
i=0
while [ "$i" -lt ${count} ]; do
  (
    eval "$(cat "cut-$i")"
    echo "$i|$?|$AWS_PROFILE|$AWS_REGION|$KEY|$TOKEN"
  ) 2>/dev/null || echo "$i|$?|${untouched}"
  i=$((i + 1))
done
`,
  fish: (count: number) => `for i in (seq 0 ${count - 1})
  set -gx AWS_PROFILE stale; set -gx AWS_REGION r; set -eg KEY; set -eg TOKEN
  cat cut-$i | source 2>/dev/null
  echo "$i|$status|$AWS_PROFILE|$AWS_REGION|$KEY|$TOKEN"
end
`,
  tcsh: (count: number) => `@ i = 0
while ($i < ${count})
  ( eval "\`cat cut-$i\`"; sh -c 'echo "$0|$1|$AWS_PROFILE|$AWS_REGION|$KEY|$TOKEN" >row' $i $status ) >& /dev/null \
    || echo "$i|1|${untouched}" >row
  cat row
  @ i++
end
`,
  elvish: (count: number) => `range ${count} | each {|i|
  set-env AWS_PROFILE stale; set-env AWS_REGION r; unset-env KEY; unset-env TOKEN
  var status = 0
  try { eval (cat cut-$i | slurp) } catch e { set status = 1 }
  echo $i'|'$status'|'$E:AWS_PROFILE'|'$E:AWS_REGION'|'$E:KEY'|'$E:TOKEN
}
`,
  xonsh: (count: number) => `for i in range(${count}):
    $AWS_PROFILE, $AWS_REGION, status = 'stale', 'r', 0
    for name in ('KEY', 'TOKEN'): \${...}.pop(name, None)
    try:
        execx(open(f'cut-{i}').read())
    except Exception:
        status = 1
    print(i, status, *(\${...}.get(name, '') for name in ('AWS_PROFILE', 'AWS_REGION', 'KEY', 'TOKEN')), sep='|')
`,
  nu: (count: number) => `for i in 0..${count - 1} {
  $env.AWS_PROFILE = 'stale'; $env.AWS_REGION = 'r'; $env.KEY = null; $env.TOKEN = null
  $env.STATUS = 0
  try { cat $"cut-($i)" | from json | load-env } catch { $env.STATUS = 1 }
  print ([$i $env.STATUS $env.AWS_PROFILE? $env.AWS_REGION? $env.KEY? $env.TOKEN?] | str join '|')
}
`,
  powershell: (count: number) => `foreach ($i in 0..${count - 1}) {
  $env:AWS_PROFILE = 'stale'; $env:AWS_REGION = 'r'; $env:KEY = $null; $env:TOKEN = $null
  $status = 0
  try { Invoke-Expression "$(& cat "cut-$i")" } catch { $status = 1 }
  "$i|$status|$env:AWS_PROFILE|$env:AWS_REGION|$env:KEY|$env:TOKEN"
}
`,
}

function cutScript(shell: FoundShell): (count: number) => string {
  return cutScripts[shell.dialect as keyof typeof cutScripts] ?? cutScripts.bourne
}

/**
 * Each shell sees one in so many of its cuts; of those that take the dialect of bash, three in a row see all. In full,
 * all see all.
 */
function isShareOf(shell: FoundShell, end: number): boolean {
  const step = counts.shellCutStep
  const alike = shells.filter((other) => isBourne(other) === isBourne(shell)).map(({ name }) => name)
  return end % step === alike.indexOf(shell.name) % step
}

describeEachShell('a text that was cut off', (shell) => {
  it.each([
    ['an export', plainSession, '||AKIA|a+/b=='],
    ['an export of words with quotes', session, "||it's|ü="],
    ['an unset', unset, '|||'],
  ] as const)(
    'at whichever byte applies whole, or not at all and with a failure: %s',
    { tags: 'slow' },
    (_, changes, applied) =>
      withSandbox(async (sandbox) => {
        const text = Buffer.from(dialects[shell.dialect].render(changes))
        const ends = Array.from({ length: text.length + 1 }, (_, end) => end)
        const cuts = ends
          .filter((end) => end === text.length || isShareOf(shell, end))
          .map((end) => text.subarray(0, end))
        await Promise.all(cuts.map((cut, index) => writeFile(join(sandbox.folder, `cut-${index}`), cut)))
        const environment = { AWS_PROFILE: 'stale', AWS_REGION: 'r' }
        const ending = await runScript(shell, cutScript(shell)(cuts.length), { sandbox, environment })
        const rows = `${ending.stdout}`.trimEnd().split('\n')
        expect(rows, `${ending.stderr}`).toHaveLength(cuts.length)
        const torn = rows.filter((row, index) => !isWhole(row, `${cuts[index]}`, applied))
        expect(torn.map((row) => [row, `${cuts[Number.parseInt(row, 10)]}`])).toEqual([])
        expect(rows.at(-1)).toBe(`${cuts.length - 1}|0|${applied}`)
      }),
  )
})

// Nothing at all is evaluated with success by most shells. In tcsh an `eval` of nothing is, too, and the list of
// words that cannot stand in one word, without the `eval` behind it.
const silent = /^(eval ?|set\b(?!.*&& eval ').*)?$/s

function isWhole(row: string, text: string, applied: string): boolean {
  const [, status, state] = /^\d+\|(\d+)\|(.*)$/.exec(row) ?? []
  if (state === untouched) return status !== '0' || silent.test(text)
  return state === applied && status === '0'
}

describeEachShell(
  'a readonly variable',
  (shell) => {
    it.each([
      ['that is to be taken out', 'AWS_PROFILE'],
      ['that is to be set', 'KEY'],
    ])('%s is a failure that stops a strict script', async (_, name) => {
      const ending = await evaluateBesideReadonly(shell, name, '')
      expect(ending).toMatchObject({ status: expect.any(Number), stdout: '' })
      expect(ending.status).not.toBe(0)
      expect(ending.stderr).toContain(name)
    })

    it('that is to be taken out leaves the session unset where the script goes on', async () => {
      const ending = await evaluateBesideReadonly(shell, 'AWS_PROFILE', 'set +eu')
      if (ending.stdout === '') expect(ending.status).not.toBe(0)
      else expect(ending.stdout).toMatch(/^[1-9]\d*\|stale\|\|\|\n$/)
    })
  },
  isBourne,
)

function evaluateBesideReadonly(shell: FoundShell, name: string, before: string) {
  return withSandbox(async (sandbox) => {
    const text = join(sandbox.folder, 'text')
    await writeFile(text, dialects[shell.dialect].render(session))
    const evaluate = shell.syntax.evaluate(shell.syntax.command('cat', text))
    const print = 'echo "$?|$AWS_PROFILE|$AWS_REGION|$KEY|$TOKEN"'
    const script = `${before}\nreadonly ${name}\n${evaluate}\n${print}\n`
    const environment = { AWS_PROFILE: 'stale', AWS_REGION: 'r', KEY: '', TOKEN: '' }
    const { status, stdout, stderr } = await runScript(shell, script, { sandbox, environment })
    return { status, stdout: `${stdout}`, stderr: `${stderr}` }
  })
}
