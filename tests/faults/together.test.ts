// @module-tag slow
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { parseProfileDocument } from '../../src/profiles/document.ts'
import { startAwsServer } from '../aws-server/server.ts'
import { type Home, readAwsFile, withHome } from '../commands/home.ts'
import { toolCommand } from '../commands/tool.ts'
import { runProgram } from '../real-shells/run.ts'
import { findOnPath } from '../real-shells/shells.ts'
import { counts } from './counts.ts'
import { recordFigure } from './figures.ts'
import { readWrites, tracing, type Write } from './traced-writes.ts'

const { savers, savesEach, savesEachAlone } = counts
const minutes = 60_000

const server = await startAwsServer()
afterAll(() => server.close())

/** More than one write of a buffered writer would take; the AWS CLI's empties the file to change a section. */
const others = Array.from({ length: 600 }, (_, n) => `[other${n}]\nregion = x${n}\n`).join('')

/** Each saver saves one profile after the other, and gives a line a run: the profile, and how it ended. */
const saveMany =
  'each=$1; under=$2; shift 2; for saver in $(seq "$0"); do (for save in $(seq "$each"); do name=p$saver-$save; ' +
  'eval "$under" \'"$@" save --to $name\' 2>>errors; echo $name $?; done) & done; wait'

/** What is said of a save that was given up, since the file was in another program's hands too long. */
const givenUp =
  /aws-mfa-env: error: \S+ has become empty, or is gone, since this began\naws-mfa-env: hint: another program may be about to fill it again: .*\n/g

/**
 * Gives the profiles whose save was given up, of which each run has said so.
 * @param under words of sh that the tool runs under, in which $name is the profile
 */
async function saveAtOnce(home: Home, each: number, under: string): Promise<string[]> {
  const words = ['-c', saveMany, `${savers}`, `${each}`, under, ...toolCommand]
  const options = { sandbox: home.sandbox, environment: home.environment, timeout: 60 * minutes }
  const { stdout } = await runProgram('sh', words, options)
  const ended = stdout.toString().trim().split('\n').sort()
  const refused = ended.flatMap((line) => /^(\S+) 1$/.exec(line)?.[1] ?? [])
  const errors = await readFile(join(home.sandbox.folder, 'errors'), 'utf8')
  expect([errors.match(givenUp)?.length ?? 0, errors.replace(givenUp, '')]).toEqual([refused.length, ''])
  expect(ended).toEqual(
    allNames(each)
      .map((name) => `${name} ${refused.includes(name) ? 1 : 0}`)
      .sort(),
  )
  return refused
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1)
const allNames = (each: number) =>
  numbers(savers).flatMap((saver) => numbers(each).map((save) => `p${saver}-${save}`))

/** Caches a session, with which everything is saved. */
async function prepare(home: Home): Promise<string> {
  const before = (await readAwsFile(home, 'credentials')) + others
  await writeFile(join(home.sandbox.home, '.aws', 'credentials'), before)
  expect(await home.run(['exec', '--token-code', home.code(), 'true'])).toMatchObject({ status: 0 })
  return before
}

/** The names of the writers whose changes are there; fails where the rest has changed, or a section of ours is in parts. */
async function readNames(home: Home, before: string): Promise<string[]> {
  const text = await readAwsFile(home, 'credentials')
  const theirs = [...text.matchAll(/^aws_access_key_id = (foreign\d+)\n/gm)].map(([, name = '']) => name)
  const rest = text.replace(/^aws_access_key_id = foreign\d+\n/gm, '')
  expect(rest.startsWith(before)).toBe(true)
  const document = parseProfileDocument(Buffer.from(rest))
  expect(document.defect).toBeUndefined()
  const ours = document.sections().filter(({ start }) => start >= before.length)
  const keys = new Set(ours.map(({ entries }) => entries.map(({ key }) => key).join()))
  expect(keys.size).toBeLessThanOrEqual(1)
  expect(await readdir(join(home.sandbox.home, '.aws'))).toEqual(['config', 'credentials'])
  return [...ours.map(({ header }) => header), ...theirs]
}

describe(`${savers} processes that save different profiles at once`, () => {
  it('lose none', { timeout: 60 * minutes }, () =>
    withHome(server, async (home) => {
      const before = await prepare(home)
      expect(await saveAtOnce(home, savesEachAlone, '')).toEqual([])
      expect((await readNames(home, before)).sort()).toEqual(allNames(savesEachAlone).sort())
      recordFigure(
        `${savers} processes × ${savesEachAlone} saves of different profiles at once`,
        `${savers * savesEachAlone} updates, each present, all other lines as before`,
      )
    }),
  )

  const missing = ['strace', 'aws'].filter((name) => findOnPath(name) === undefined)
  it.skipIf(missing.length > 0)(
    `lose none but to the AWS CLI, nor it one to them${missing.map((name) => ` (${name} is not on PATH)`).join('')}`,
    { timeout: 60 * minutes },
    () =>
      withHome(server, async (home) => {
        const before = await prepare(home)
        const traces = join(home.sandbox.folder, 'traces')
        await mkdir(traces)
        const trace = tracing(traces)
        const stop = join(home.sandbox.folder, 'stop')
        const foreign = writeAsAwsCli(home, trace, stop)
        const refused = await saveAtOnce(home, savesEach, trace)
        // Nothing is lost by it, but it must not become the rule.
        expect(refused.length).toBeLessThanOrEqual(Math.ceil((savers * savesEach) / 100))
        await writeFile(stop, '')
        await foreign
        const names = new Set(await readNames(home, before))
        const writes = await readWrites(traces, join(home.sandbox.home, '.aws', 'credentials'))
        const ours = writes.filter(({ name }) => name.startsWith('p'))
        const theirs = writes.filter(({ name }) => name.startsWith('foreign'))
        expect(ours).toHaveLength(savers * savesEach - refused.length)
        expect(theirs.length).toBeGreaterThan(0)
        // Who has looked before a write and writes after it puts back what was there before.
        const wiped = (one: Write, by: readonly Write[]) =>
          by.some(({ look, write }) => look.from <= one.write.to && write.to >= one.write.from)
        const lost = (all: readonly Write[]) => all.filter(({ name }) => !names.has(name))
        expect(lost(ours).filter((one) => !wiped(one, theirs))).toEqual([])
        expect(lost(theirs).filter((one) => !wiped(one, ours))).toEqual([])
        recordFigure(
          `${savers} processes × ${savesEach} saves, while \`aws configure set\` writes other profiles (by each look and write, traced)`,
          `${ours.length} saves: ${ours.length - lost(ours).length} present, ${lost(ours).length} put back by the AWS CLI, which had ` +
            `read before and wrote after, 0 lost otherwise; ${refused.length} given up and told, the file being empty for a second and a half; ${theirs.length} writes of the AWS CLI: ` +
            `${theirs.length - lost(theirs).length} present, ${lost(theirs).length} made between our last look and our ` +
            'rename, 0 made before our look and lost',
        )
      }),
  )
})

/** Sets a key of one profile after the other until there is a file `stop`. */
async function writeAsAwsCli(home: Home, trace: string, stop: string): Promise<void> {
  const script =
    'n=0; until test -e "$0"; do n=$((n + 1)); name=foreign$n; ' +
    'eval "$1" aws configure set aws_access_key_id $name --profile other$n || exit; done'
  // Not by way of a version manager, which takes longer than the writing.
  const folder = `dirname "$(python3 -c 'import sys; print(sys.executable)')"`
  const found = await runProgram('sh', ['-c', folder], { sandbox: home.sandbox })
  const environment = { PATH: `${found.stdout.toString().trim()}${delimiter}${process.env['PATH']}` }
  const options = { sandbox: home.sandbox, environment, timeout: 60 * minutes }
  const { status, stderr } = await runProgram('sh', ['-c', script, stop, trace], options)
  expect([status, stderr.toString()]).toEqual([0, ''])
}
