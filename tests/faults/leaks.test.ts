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

const cacheFile = /^home\/\.cache\/aws-mfa-env\/session-[\w-]+\.json$/

function expectNoLeaks(
  one: LeakCase,
  { stdout, stderr, trace }: TracedRun,
  folder: string,
  files: readonly string[],
) {
  const home = join(folder, 'home')
  const leaks = {
    stderr: search(stderr),
    stdout: search(stdout).filter((what) => !(one.printsSession && isOfSession(what))),
    arguments: trace.started
      .flatMap(({ words }) => search(words))
      .filter((what) => what !== 'the code' || !one.words.includes('--mfa-process')),
    environment: trace.started
      .flatMap(({ environment }) => search(environment))
      .filter((what) => !(one.handsOn && isOfSession(what))),
    network: trace.written
      .filter(({ to }) => to.startsWith('TCP'))
      .flatMap(({ text }) => search(text))
      .filter((what) => !/code|token/.test(what)),
    writtenElsewhere: trace.written
      .filter(
        ({ to, text }) =>
          to.startsWith('/') &&
          !to.startsWith(`${home}/.cache/aws-mfa-env/`) &&
          !(one.words[0] === 'save' && to.startsWith(`${home}/.aws/`)) &&
          search(text).length > 0,
      )
      .map(({ to }) => to),
    openedElsewhere: trace.opened
      .map(({ path }) => path)
      .filter(
        (path) =>
          !path.startsWith(`${home}/.cache/aws-mfa-env/`) &&
          !path.startsWith(`${home}/.aws/`) &&
          !/^\/dev\/(null|tty)$/.test(path),
      ),
    modes: [
      ...new Set(
        trace.opened.flatMap(({ path, mode }) =>
          mode === undefined || mode === '0600' || path.startsWith('/dev/') ? [] : [`${path} ${mode}`],
        ),
      ),
    ],
    files: files.filter((line) => {
      const [path = '', what = ''] = line.split(': ')
      if (!isOfSession(what)) return true
      return !cacheFile.test(path) && !(one.saves && path === 'home/.aws/credentials')
    }),
  }
  const none = Object.fromEntries(Object.keys(leaks).map((place) => [place, []]))
  expect(leaks).toEqual(none)
}

const all = [...leakCases, ...userMistakes]
const cases = all.filter((_, index) => index % counts.leakCaseStep === 0)

describe.skipIf(strace === undefined).concurrent('what must not leak (by strace)', () => {
  it.each(cases.map((one) => [one.name, one] as const))('%s', (_name, one) =>
    withCanaries(async (home) => {
      const { folder } = home.sandbox
      const planted = await searchFiles(folder)
      const ran = await run(one, home)
      expect(ran.status, ran.stderr).toBe(one.status)
      const files = (await searchFiles(folder)).filter((line) => !planted.includes(line))
      expectNoLeaks(one, ran, folder, files)
    }),
  )
})

it('has been looked for in each case', () => {
  if (strace !== undefined)
    recordFigure(
      'runs searched for keys, tokens and codes, with every write and every process',
      `${cases.length} runs, 0 leaks`,
    )
})
