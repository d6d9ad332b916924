// @module-tag slow
import { copyFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { cmd } from '../../src/dialects/cmd.ts'
import type { Change } from '../../src/variables/change.ts'
import { hostileValues, unsayableValues } from './hostile-values.ts'
import { readEnvironment, type Sandbox, withSandbox } from './run.ts'
import { type CmdScript, type NodeVersion, nodeVersions, runCmdScripts, sandboxInCmd } from './wine/cmd.ts'
import { describeEachNode } from './wine/each-node.ts'
import { installPackage, installStandIn } from './wine/installation.ts'

describe('the dialect of cmd', () => {
  const cannotBeSaid = [
    ...hostileValues.filter((value) => !/^[ -~]{1,8000}$/.test(value) || /["%!]/.test(value)),
  ]

  it('refuses what has no one spelling, and nothing else', () => {
    const refused = hostileValues.filter((value) => cmd.refusal(value) !== undefined)
    expect(refused).toEqual(cannotBeSaid)
    expect(unsayableValues.filter((value) => cmd.refusal(value) === undefined)).toEqual([])
  })

  it.each([
    ['', 'is empty, which in cmd is not to be set'],
    ['a"b', 'has a double quote'],
    ['100%', 'has a percent sign'],
    ["it's!", 'has an exclamation mark'],
    ['a\r\nset B=1', 'has a control character'],
    ['größe', 'has a character outside ASCII'],
    ['a'.repeat(8001), 'is longer than the 8000 characters that cmd can set'],
  ])('says why', (value, reason) => {
    expect(cmd.refusal(value)).toBe(reason)
  })

  it('clears before it sets, a statement a line', () => {
    const changes = [
      { name: 'A', value: 'a & b' },
      { name: 'B', value: null },
    ]
    expect(cmd.render(changes)).toBe('set "B="\r\nset "A=a & b"\r\n')
    expect(cmd.renderFailure(4)).toBe('cmd /d /c exit 4\r\n')
  })
})

const sayable = hostileValues.filter((value) => cmd.refusal(value) === undefined)
const values = new Map([
  ...sayable.map((value, index): [string, string] => [`HOSTILE_${index}`, value]),
  ['HOSTILE_LONGEST', 'a'.repeat(8000)],
])
const changes: readonly Change[] = [...values].map(([name, value]) => ({ name, value }))

/** Prints the file STATEMENTS in the sandbox. */
const printer = `
const fs = require('node:fs')
fs.writeSync(1, fs.readFileSync('/shared/' + process.env.STATEMENTS))
`

const program = 'aws-mfa-env --shell cmd 123456'

/** Every way that the README documents. */
const ways = {
  typed: { as: 'typed', lines: [`for /f "delims=" %i in ('${program}') do @%i`] },
  typedSet: { as: 'typed', lines: [`for /f "tokens=1,*" %i in ('${program}') do @set %j`] },
  typedWrapper: { as: 'typed', lines: ['awsmfa 123456'] },
  cmd: { as: 'cmd', lines: [`for /f "delims=" %%i in ('${program}') do @%%i`] },
  cmdSet: { as: 'cmd', lines: [`for /f "tokens=1,*" %%i in ('${program}') do @set %%j`] },
  cmdWrapper: { as: 'cmd', lines: ['call awsmfa.cmd 123456'] },
  bat: { as: 'bat', lines: [`for /f "delims=" %%i in ('${program}') do @%%i`] },
  batSet: { as: 'bat', lines: [`for /f "tokens=1,*" %%i in ('${program}') do @set %%j`] },
  batWrapper: { as: 'bat', lines: ['call awsmfa.cmd 123456'] },
} satisfies Record<string, CmdScript>

type Way = keyof typeof ways
const everyWay = Object.keys(ways) as Way[]

/** The environment that a child finds after each way to evaluate, with delayed expansion off and on. */
type Found = Record<'off' | 'on' | 'wrong', Partial<Record<Way, unknown>>>

describeEachNode('a value', (root, node) => {
  // What Node.js has a part in is only that it prints into the pipe of `for /f`.
  const isNewest = node === nodeVersions.at(-1)
  const off: Way[] = isNewest ? everyWay : ['typed', 'cmd', 'cmdWrapper']
  const on: Way[] = isNewest ? ['cmd', 'cmdSet', 'cmdWrapper'] : []
  const wrong: Way[] = isNewest ? ['cmd'] : []
  let found: Found
  beforeAll(async () => {
    found = await withSandbox((sandbox) => evaluateAll({ off, on, wrong }, sandbox, root, node))
  })

  it.each(off)('reaches a child byte for byte, and a cleared one is gone: %s', (way) => {
    expect(found.off[way]).toEqual(Object.fromEntries(values))
  })

  it.runIf(on.length > 0).each(on)('does so with delayed expansion: %s', (way) => {
    expect(found.on[way]).toEqual(Object.fromEntries(values))
  })

  it.runIf(wrong.length > 0).each(wrong)(
    'does not with carets, which shows that the above can fail: %s',
    (way) => {
      expect(found.wrong[way]).not.toEqual(Object.fromEntries(values))
    },
  )
})

async function evaluateAll(
  wanted: Record<keyof Found, readonly Way[]>,
  sandbox: Sandbox,
  root: string,
  node: NodeVersion,
): Promise<Found> {
  await installPackage(sandbox)
  await installStandIn(sandbox, 'printer', printer)
  const dumper = fileURLToPath(new URL('dump-environment.mjs', import.meta.url))
  await copyFile(dumper, join(sandbox.folder, 'dump-environment.mjs'))
  const statements = cmd.render([...changes, { name: 'HOSTILE_GONE', value: null }])
  await writeFile(join(sandbox.folder, 'right'), statements)
  await writeFile(join(sandbox.folder, 'wrong'), statements.replaceAll('&', '^&'))

  const jobs = (Object.keys(wanted) as (keyof Found)[]).flatMap((state) =>
    wanted[state].map((way) => ({ state, way, name: `${way}-${state}` })),
  )
  await runCmdScripts(root, Object.fromEntries(jobs.map((job) => [job.name, evaluate(job)])), {
    sandbox,
    node,
    path: [`${sandboxInCmd}\\printer`, `${sandboxInCmd}\\npm`],
  })
  const found: Found = { off: {}, on: {}, wrong: {} }
  for (const { state, way, name } of jobs) found[state][way] = await readOurs(sandbox, name)
  return found
}

function evaluate({ state, way, name }: { state: keyof Found; way: Way; name: string }): CmdScript {
  const { as, lines }: CmdScript = ways[way]
  const all = [
    `set STATEMENTS=${state === 'wrong' ? 'wrong' : 'right'}`,
    'set HOSTILE_GONE=1',
    ...lines,
    `node ${sandboxInCmd}\\dump-environment.mjs ${sandboxInCmd}\\${name}.environment`,
  ]
  if (as === 'typed') return { as, lines: state === 'on' ? ['cmd /d /v:on', ...all] : all }
  return { as, lines: ['@echo off', ...(state === 'on' ? ['setlocal EnableDelayedExpansion'] : []), ...all] }
}

async function readOurs(sandbox: Sandbox, name: string) {
  const environment = await readEnvironment(join(sandbox.folder, `${name}.environment`))
  const ours = [...environment].filter(([variable]) => variable.startsWith('HOSTILE_'))
  return Object.fromEntries(ours.map(([variable, value]) => [variable, value.toString()]))
}
