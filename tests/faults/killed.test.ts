// @module-tag slow
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { watch } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { startAwsServer } from '../aws-server/server.ts'
import { cachedSessions, type Home, readAwsFile, startTool, withHome } from '../commands/home.ts'
import { keysOf, toolCommand } from '../commands/tool.ts'
import { runProgram } from '../real-shells/run.ts'
import { findOnPath } from '../real-shells/shells.ts'
import { counts } from './counts.ts'
import { recordFigure } from './figures.ts'

/** On a busy machine a run takes seconds. */
const timeout = 60 * 60_000

const server = await startAwsServer()
afterAll(() => server.close())

/** Behind the section of ours, and large, so that writing takes a while. */
const behind = Array.from({ length: 1500 }, (_, n) => `[p${n}]\nregion = x${n}\n# ${'c'.repeat(60)}\n`).join(
  '',
)
const cacheFolder = ({ sandbox }: Home) => join(sandbox.home, '.cache', 'aws-mfa-env')

/** What a run leaves has to be one of these, whenever it ends. */
interface State {
  /** Of the session in the saved profile. */
  readonly saved: string
  /** Of the session in the cache. */
  readonly cached: string
}

/** Has a saved profile and a cached session to lose, between lines of others. */
async function prepare(home: Home): Promise<State> {
  expect(await home.run(['save', newCode(home)])).toMatchObject({ status: 0 })
  await writeFile(
    join(home.sandbox.home, '.aws', 'credentials'),
    (await readAwsFile(home, 'credentials')) + behind,
  )
  return readState(home)
}

/** The device shows the same code again. */
function newCode(home: Home): string {
  server.reset()
  return home.code()
}

/** Fails where anything of the rest has changed, or where ours is not one whole session. */
async function readState(home: Home): Promise<State> {
  const text = await readAwsFile(home, 'credentials')
  const before = keysOf(home.user)
  expect(text.startsWith(before)).toBe(true)
  expect(text.endsWith(behind)).toBe(true)
  const ours = text.slice(before.length, -behind.length)
  const form =
    /^\[mfa\]\n# written by .*\naws_access_key_id = (ASIA\w{16})\naws_secret_access_key = \S+\naws_session_token = \S+\nexpiration = \S+Z\naws_mfa_env_source_profile = default\naws_mfa_env_serial_number = \S+\naws_mfa_env_issued_at = \S+Z\naws_mfa_env_session_key_id = (ASIA\w{16})\n$/
  const [, saved = '', mark] = form.exec(ours) ?? []
  expect([ours, mark]).toEqual([expect.stringMatching(form), saved])
  const [name = '', ...others] = await cachedSessions(home)
  expect(others).toEqual([])
  const record = JSON.parse(await readFile(join(cacheFolder(home), name), 'utf8')) as Record<string, unknown>
  expect(record).toMatchObject({
    version: 1,
    keyId: home.user.accessKeyId,
    serialNumber: home.user.serialNumber,
  })
  return { saved, cached: String(record['accessKeyId']) }
}

/** What only a run that was killed leaves. */
async function litter(home: Home): Promise<string[]> {
  const names = [...(await readdir(join(home.sandbox.home, '.aws'))), ...(await readdir(cacheFolder(home)))]
  return names.filter((name) => /^\.(new|credentials\.aws-mfa-env)-/.test(name))
}

type Moment = (child: ChildProcess, home: Home) => Promise<unknown>

/** At any time, while Node.js starts included. */
const whenever =
  (duration: number): Moment =>
  () =>
    delay(Math.random() * duration)

/** Soon after a first file has been made or renamed, in the cache or beside the credentials. */
const whileWriting: Moment = async (child, home) => {
  const folder = Math.random() < 0.5 ? cacheFolder(home) : join(home.sandbox.home, '.aws')
  const watcher = watch(folder)
  try {
    await Promise.race([once(watcher, 'change'), once(child, 'exit')])
  } finally {
    watcher.close()
  }
  await delay(Math.random() * 8)
}

interface Tally {
  killed: number
  /** Before the kill. */
  ended: number
  littered: number
  renewed: { saved: number; cached: number }
}

/** Saves so many times in one home, each to be killed at a moment. */
async function saveAndKill(home: Home, rounds: number, tally: Tally): Promise<void> {
  let state = await prepare(home)
  const start = performance.now()
  expect(await home.run(['save', newCode(home)])).toMatchObject({ status: 0 })
  const duration = performance.now() - start
  state = await readState(home)
  for (let round = 0; round < rounds; round++) {
    const { child, ended } = startTool(home, ['save', newCode(home)])
    await (round % 2 === 0 ? whenever(duration) : whileWriting)(child, home)
    child.kill('SIGKILL')
    const { status, signal, stderr } = await ended
    expect([0, null], stderr).toContain(status)
    const after = await readState(home)
    const rest = await litter(home)
    if (signal === 'SIGKILL') tally.killed++
    else {
      tally.ended++
      expect([after.saved === after.cached, after.saved !== state.saved, rest]).toEqual([true, true, []])
    }
    if (rest.length > 0) tally.littered++
    if (after.saved !== state.saved) tally.renewed.saved++
    if (after.cached !== state.cached) tally.renewed.cached++
    state = after
  }
  await expectMended(home)
}

async function expectMended(home: Home): Promise<void> {
  expect(await home.run(['save', newCode(home)])).toMatchObject({ status: 0 })
  expect(await litter(home)).toEqual([])
  const { saved, cached } = await readState(home)
  expect(saved).toBe(cached)
  const sockets = (await readdir(cacheFolder(home))).filter((name) => name.includes('.turn-'))
  expect(sockets.length).toBeLessThanOrEqual(1)
}

describe('save that is killed', () => {
  it(`at ${counts.kills} random moments leaves the old or the new, whole, and the next clears up`, {
    timeout,
  }, async () => {
    const tally: Tally = { killed: 0, ended: 0, littered: 0, renewed: { saved: 0, cached: 0 } }
    const lane = () => withHome(server, (home) => saveAndKill(home, counts.kills / 2, tally))
    await Promise.all([lane(), lane()])
    expect(tally.killed + tally.ended).toBe(counts.kills)
    // Or the moments were not those that matter.
    expect(tally.killed).toBeGreaterThan(counts.kills / 2)
    expect(tally.littered).toBeGreaterThan(0)
    recordFigure(
      'SIGKILL at a random moment of `save`, with a profile and a cached session to lose',
      `${counts.kills} moments: 0 torn, 0 lost; ${tally.killed} killed, ${tally.ended} had ended; the new session was ` +
        `in the profile after ${tally.renewed.saved}, in the cache after ${tally.renewed.cached}; ` +
        `${tally.littered} left a temporary file, the run that ended next none`,
    )
  })

  const strace = findOnPath('strace')
  it.skipIf(strace === undefined)(
    `at each system call from its first file on, too${strace === undefined ? ' (strace is not on PATH)' : ''}`,
    { timeout },
    () =>
      withHome(server, async (home) => {
        let state = await prepare(home)
        let kills = 0
        for (const [call, first] of await findFirstCalls(home)) {
          for (let nth = first; ; nth++) {
            const { signal, status } = await saveUnder(home, `inject=${call}:signal=SIGKILL:when=${nth}`)
            const after = await readState(home)
            if (status === 0) break
            expect([signal, [state.saved, after.cached]]).toEqual([
              'SIGKILL',
              expect.arrayContaining([after.saved]),
            ])
            state = after
            kills++
          }
          state = await readState(home)
        }
        await expectMended(home)
        expect(kills).toBeGreaterThan(2 * calls.length)
        recordFigure(
          `SIGKILL at each ${calls.join(', ')} of \`save\` from its first file on`,
          `${kills} kills: 0 torn, 0 lost`,
        )
      }),
  )
})

const allCalls = ['rename', 'fsync', 'pwrite64', 'fchmod', 'unlink', 'openat', 'close']
const calls = allCalls.slice(0, counts.callsToKillAt)

function saveUnder(home: Home, expression: string, log = '/dev/null') {
  const words = ['-qq', '-o', log, '-e', expression, ...toolCommand, 'save', newCode(home)]
  return runProgram('strace', words, { sandbox: home.sandbox, environment: home.environment })
}

/** The number of the first call of each kind when the cache's temporary file is made. */
async function findFirstCalls(home: Home): Promise<(readonly [call: string, nth: number])[]> {
  const log = join(home.sandbox.folder, 'log')
  expect(await saveUnder(home, `trace=${allCalls.join(',')}`, log)).toMatchObject({ status: 0 })
  const lines = (await readFile(log, 'latin1')).split('\n')
  const start = lines.findIndex((line) => line.includes('/.new-'))
  expect(start).toBeGreaterThan(0)
  return calls.map((call) => [
    call,
    1 + lines.slice(0, start).filter((line) => line.startsWith(`${call}(`)).length,
  ])
}
