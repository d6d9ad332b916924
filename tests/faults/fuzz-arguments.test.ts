import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseCommandLine, scanForStatements } from '../../src/cli.ts'
import { Failure, renderFailure } from '../../src/errors.ts'
import { commandWords, options } from '../../src/options.ts'
import { hostileValues } from '../real-shells/hostile-values.ts'
import { variablesFor } from './answers.ts'
import { counts } from './counts.ts'
import { recordFigure } from './figures.ts'
import { tokenCode } from './harmless.ts'
import { contract, runHere } from './run-here.ts'

const names = Object.keys(options)
const aliases = Object.values(options).flatMap((option) => ('alias' in option ? [`-${option.alias}`] : []))
const shells = ['bash', 'fish', 'cmd', 'json', 'nu', 'powershell', 'tcsh']

const value = fc.oneof(
  fc.constantFrom(
    tokenCode,
    tokenCode,
    '',
    '-',
    '--',
    'default',
    '15m',
    '900',
    'eu-west-1',
    'GAHT12345678',
    ...shells,
  ),
  fc.constantFrom(...hostileValues.filter((text) => text.length < 100)),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ maxLength: 12 }),
)

const option = fc.oneof(
  fc.constantFrom(...names.map((name) => `--${name}`), ...aliases),
  fc.constantFrom(
    '--__proto__',
    '--constructor',
    '--toString',
    '--_',
    '--$0',
    '--no-',
    '---',
    '-',
    '--=',
    '-=',
    '--profile.a',
    '--help.a',
    '-ss',
    '-hh',
    '--no-help',
  ),
  fc.string({ maxLength: 8 }).map((text) => `--${text}`),
)

const word = fc.oneof(
  option,
  fc.constantFrom(...commandWords, 'true'),
  value,
  fc.tuple(option, value).map(([name, text]) => `${name}=${text}`),
)

const words = fc.array(word, { maxLength: 8 })

/** A code is never repeated where it stands alone; within a name nobody can tell. */
const repeatsCode = (text: string) => new RegExp(`(?<![\\w-])${tokenCode}(?![\\w-])`).test(text)

describe('any words', () => {
  it('are taken apart, or refused in words of ours', async () => {
    const run = { numRuns: counts.fuzzedCommandLines, interruptAfterTimeLimit: counts.fuzzingTime }
    let [tried, refused] = [0, 0]
    await fc.assert(
      fc.asyncProperty(words, async (line) => {
        tried += 1
        scanForStatements(line)
        try {
          await parseCommandLine(line)
        } catch (error) {
          if (!(error instanceof Failure)) throw error
          refused += 1
          expect(error.exitCode).toBe(2)
          expect(repeatsCode(renderFailure(error))).toBe(false)
        }
      }),
      run,
    )
    expect(refused).toBeGreaterThan(0)
    recordFigure('random command lines, taken apart', `${tried}, of them ${refused} refused, 0 crashes`)
  })

  it('end in a run as the contract says', async () => {
    const run = { numRuns: counts.fuzzedRuns, interruptAfterTimeLimit: counts.fuzzingTime }
    const ends = new Map<number, number>()
    await fc.assert(
      fc.asyncProperty(words, async (line) => {
        // What a command prints may be anything, and is run by a shell.
        fc.pre(!line.some((one) => /^--(mfa-process|endpoint-url)/.test(one)))
        // Nobody listens there.
        const { status, stderr } = await runHere(line, variablesFor('http://127.0.0.1:1'))
        expect(contract).toContain(status)
        expect(stderr).toMatch(/^(aws-mfa-env: (error|hint|note|debug): [^\n]+\n)*$/)
        expect(stderr).not.toContain('this is a bug')
        expect(stderr === '' || !repeatsCode(stderr)).toBe(true)
        ends.set(status ?? -1, (ends.get(status ?? -1) ?? 0) + 1)
      }),
      run,
    )
    const figure = [...ends].sort(([a], [b]) => a - b).map(([status, times]) => `${times} × ${status}`)
    recordFigure('random command lines, run to their end: how often with each exit code', figure.join(', '))
  })
})
