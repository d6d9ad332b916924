// @module-tag slow
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { toolCommand, toolProgram, toolWords } from '../commands/tool.ts'
import { runProgram } from '../real-shells/run.ts'
import { findCanaries } from './canaries.ts'
import { answerWithCanaries, type CanaryHome, canaries, isOfSession, withCanaries } from './canary-home.ts'
import { counts } from './counts.ts'
import { recordFigure } from './figures.ts'
import { type LeakCase, leakCases } from './leak-cases.ts'
import { readTree, runTraced, strace, type TracedRun } from './traced-run.ts'
import { userMistakes } from './user-mistakes.ts'

const search = (text: string) => findCanaries(text, canaries)

/** A library that fails where it should not, as late as can be: when a session is there, and cached. */
const bug = `
const { stringify } = JSON
JSON.stringify = (value, ...more) => {
  if (value?.version === 1) throw new TypeError('a bug')
  return stringify(value, ...more)
}
`

async function run(one: LeakCase, { sandbox, server, environment: own }: CanaryHome): Promise<TracedRun> {
  const { folder } = sandbox
  const here = (text: string) => text.replaceAll('FOLDER', folder)
  const given = Object.entries(one.environment ?? {}).map(([name, value]) => [name, here(value)])
  const environment = { ...own, ...Object.fromEntries(given) }
  await writeFile(join(folder, 'bug.cjs'), bug)
  answerWithCanaries(server)
  for (const words of one.before ?? []) {
    await runProgram(toolProgram, [...toolWords, ...words], { sandbox, environment })
  }
  server.reset()
  for (const fault of one.faults ?? []) server.fail(fault)
  answerWithCanaries(server)
  const words = [...toolCommand, ...one.words.map(here)]
  return runTraced(words, { sandbox, environment, ...(one.input === undefined ? {} : { input: one.input }) })
}

/** Where each canary stands in the files, as `PATH: WHAT`. */
async function searchFiles(folder: string): Promise<string[]> {
  const files = [...(await readTree(folder))].filter(([path]) => path !== 'trace')
  return files.flatMap(([path, text]) => search(text).map((what) => `${path}: ${what}`)).sort()
}

/** Where the run may write: the cache, and the folder of the credentials file for `save`. */
function isOurs(path: string, home: string, { words }: LeakCase): boolean {
  const folders = ['.cache/aws-mfa-env', ...(words[0] === 'save' ? ['.aws'] : [])]
  return folders.some((folder) => path.startsWith(`${home}/${folder}/`)) || /^\/dev\/(null|tty)$/.test(path)
}

const cacheFile = /^home\/\.cache\/aws-mfa-env\/session-[\w-]+\.json$/

function isKept(line: string, { saves }: LeakCase): boolean {
  const [path = '', what = ''] = line.split(': ')
  return isOfSession(what) && (cacheFile.test(path) || (saves === true && path === 'home/.aws/credentials'))
}

/** @param files as searchFiles gives them, without what stood there before */
function expectNoLeaks(one: LeakCase, ran: TracedRun, folder: string, files: readonly string[]): void {
  const { started, written, opened } = ran.trace
  const sent = written.filter(({ to }) => to.startsWith('TCP')).map(({ text }) => text)
  // The user's own command, with the code that the user has put there.
  const typedCommand = one.words.includes('--mfa-process')
  const leaks = {
    stderr: search(ran.stderr),
    stdout: search(ran.stdout).filter((what) => !(one.printsSession && isOfSession(what))),
    arguments: search(started.map(({ words }) => words).join()).filter(
      (what) => what !== 'the code' || !typedCommand,
    ),
    environment: search(started.map(({ environment }) => environment).join()).filter(
      (what) => !(one.handsOn && isOfSession(what)),
    ),
    // AWS has to have the code, and a session's token.
    network: search(sent.join()).filter((what) => !/code|token/.test(what)),
    openedElsewhere: opened
      .map(({ path }) => path)
      .filter((path) => !isOurs(path, join(folder, 'home'), one)),
    modes: opened.filter(({ path, mode = '0600' }) => mode !== '0600' && !path.startsWith('/dev/')),
    files: files.filter((line) => !isKept(line, one)),
  }
  const none = Object.fromEntries(Object.keys(leaks).map((place) => [place, []]))
  expect(leaks).toEqual(none)
}

let searched = 0
const all = [...leakCases, ...userMistakes]
const cases = all.filter((_one, index) => index % counts.leakCaseStep === 0)

describe.skipIf(strace === undefined).concurrent('what must not leak (by strace)', () => {
  it.each(cases.map((one) => [one.name, one] as const))('%s', (_name, one) =>
    withCanaries(async (home) => {
      const { folder } = home.sandbox
      const planted = await searchFiles(folder)
      const ran = await run(one, home)
      expect(ran.status, ran.stderr).toBe(one.status)
      const files = (await searchFiles(folder)).filter((line) => !planted.includes(line))
      expectNoLeaks(one, ran, folder, files)
      searched += 1
    }),
  )
})

it.skipIf(strace === undefined)('is in none of the runs', () => {
  expect(searched).toBe(cases.length)
  recordFigure(
    'runs whose output, files, processes and requests were searched for keys, tokens and codes',
    `${searched}, 0 leaks`,
  )
})
