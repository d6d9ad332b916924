import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Failure } from '../../src/errors.ts'
import { readProcessKeys } from '../../src/keys/credential-process.ts'
import { parseProfileDocument } from '../../src/profiles/document.ts'
import { decodeIssuedSession } from '../../src/session/session.ts'
import { withMfaProcess } from '../../src/token-code/mfa-process.ts'
import { decodeState, encodeState } from '../../src/variables/state.ts'
import { generatePairs, neededKeys } from '../profiles/generated-files.ts'
import { nastyFiles } from '../profiles/nasty-files.ts'
import { profilesOf, useFolder } from '../profiles/sandbox.ts'
import { issued, longTermSecret, refusalBody, sessionBody, variablesFor } from './answers.ts'
import { counts } from './counts.ts'
import { recordFigure } from './figures.ts'
import { expectFailure, expectSession, tokenCode } from './harmless.ts'
import { answerOf, sendAndEnd, startHostileServer } from './hostile-server.ts'
import { runHere } from './run-here.ts'
import { spoil } from './spoiled.ts'

const folder = useFolder()

/** What a reader gives, and undefined where it refuses in our words; anything else is its fault. */
async function unlessRefused<T>(read: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof Failure) return undefined
    throw error
  }
}

/** What this process has used: on a busy machine time says little. */
function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

/** Tries so many, and tells how many; fails where one of them takes longer than anybody would wait. */
async function fuzz<T>(
  what: string,
  arbitrary: fc.Arbitrary<T>,
  numRuns: number,
  check: (one: T) => Promise<void>,
) {
  let tried = 0
  let longest = 0
  const property = fc.asyncProperty(arbitrary, async (one) => {
    const start = cpuSeconds()
    await check(one)
    longest = Math.max(longest, cpuSeconds() - start)
    tried += 1
  })
  await fc.assert(property, { numRuns, interruptAfterTimeLimit: 300_000 })
  expect(longest).toBeLessThan(5)
  recordFigure(`spoiled ${what}, read`, `${tried}, 0 crashes`)
}

describe('the reader of profiles', () => {
  const seeds = [
    ...nastyFiles.map(({ bytes }) => bytes),
    ...generatePairs(50, 60, 1).flatMap(({ config, credentials }) => [config, credentials]),
  ]
  const pieces = [
    '[',
    ']',
    '[profile ',
    '[DEFAULT]',
    '=',
    ':',
    '#',
    ';',
    ' ',
    '\t',
    '\r',
    '\n',
    '\r\n',
    '\n ',
    '\\',
    '"',
    "'",
    '\0',
    '\ufeff',
    '\x85',
    '\u2028',
    '__proto__',
    'services = s',
    's3 =\n  region = x\n',
    ...neededKeys,
  ]

  it('has a value, none, or a reason for everything', async () => {
    const pair = fc.record({ config: spoil(seeds, pieces), credentials: spoil(seeds, pieces) })
    await fuzz('profile files', pair, counts.fuzzedFiles, async ({ config, credentials }) => {
      const profiles = await profilesOf(folder.path, {
        config,
        credentials,
      })
      for (const name of (await unlessRefused(() => profiles.names())) ?? []) {
        const profile = await unlessRefused(() => profiles.find(name))
        for (const key of neededKeys) await unlessRefused(() => profile?.setting(key))
        await unlessRefused(() => profile?.serviceEndpoint('sts'))
      }
    })
  })

  it.each([
    ' ',
    '\t',
    '[',
    ']',
    '=',
    ':',
    '#',
    ';',
    '"',
    '\\',
    '\r',
    '\0',
    'a',
    ' #',
    '\n ',
    '[a]\n',
    'a=\n',
  ])('takes no longer for many of %j than for other bytes', (piece) => {
    const start = cpuSeconds()
    for (const text of [
      `[a]\nb${piece.repeat(200_000)}`,
      `[${piece.repeat(200_000)}]\nb = c`,
      `[a]\nb = c${piece.repeat(200_000)}\n`,
    ]) {
      parseProfileDocument(Buffer.from(text))
    }
    // Were it quadratic, it would be minutes.
    expect(cpuSeconds() - start).toBeLessThan(15)
  })
})

describe("the reader of STS's answers", () => {
  const bodies = [sessionBody(), sessionBody(), refusalBody]
  const seeds = bodies.map((body) => Buffer.from(answerOf(body)))
  const pieces = [
    '<',
    '>',
    '</',
    '/>',
    '&',
    '&#',
    '&amp;',
    ';',
    '<!--',
    '-->',
    '<![CDATA[',
    ']]>',
    '<!DOCTYPE a [',
    ']>',
    '<?xml',
    '?>',
    '"',
    "'",
    '\0',
    '\r\n',
    '\r\n\r\n',
    'HTTP/1.1 200 OK',
    'Transfer-Encoding: chunked\r\n',
    'Content-Length: 5\r\n',
    'Date: ',
    '<SecretAccessKey>',
    '</SecretAccessKey>',
    '<Error>',
    '<Code>Throttled</Code>',
    '<member>',
    ...Object.keys(issued),
  ]

  it('has the session, or another one in the form of one, or a failure', async () => {
    const whole = spoil(seeds, pieces)
    const wellSent = spoil(
      bodies.map((body) => Buffer.from(body)),
      pieces,
    ).map((body) => {
      return Buffer.concat([Buffer.from(answerOf('', [`Content-Length: ${body.length}`])), body])
    })
    await fuzz('answers of STS', fc.oneof(whole, wellSent), counts.fuzzedAnswers, async (answer) => {
      // Throttling is waited for.
      if (/thrott|slowdown|toomany|limitexceed| 429 /i.test(answer.toString('latin1'))) return
      const server = await startHostileServer(sendAndEnd(answer))
      const ran = await runHere(['-s', 'json', tokenCode], variablesFor(server.url))
      await server.close()
      if (ran.status === 0) {
        const {
          AWS_ACCESS_KEY_ID: AccessKeyId,
          AWS_SECRET_ACCESS_KEY: SecretAccessKey,
          AWS_SESSION_TOKEN: SessionToken,
          AWS_CREDENTIAL_EXPIRATION: Expiration,
        } = JSON.parse(ran.stdout)
        expect(AccessKeyId).toMatch(/^\w{16,128}$/)
        expect(`${SecretAccessKey} ${SessionToken}`).toMatch(/^[!-~]{16,1024} [!-~]{16,16384}$/)
        expectSession(ran, { AccessKeyId, SecretAccessKey, SessionToken, Expiration })
      } else expectFailure({ ...ran, stdout: `(exit ${ran.status});\n` }, [4, 5])
    })
  })
})

describe("the readers of commands' output", () => {
  const surroundings = {
    environment: { PATH: process.env['PATH'] },
    ownVariables: [],
    platform: process.platform,
    ending: () => new AbortController().signal,
    now: Date.now,
    note: () => {},
  }
  const keys = JSON.stringify({
    Version: 1,
    AccessKeyId: 'AKIACANARY0123456789',
    SecretAccessKey: longTermSecret,
    SessionToken: null,
  })
  const pieces = [
    '{',
    '}',
    '[',
    ']',
    '"',
    ',',
    ':',
    'null',
    '1e999',
    '\\u0000',
    '\\ud800',
    '__proto__',
    '\0',
    '\x1b[31m',
    '\ufeff',
    tokenCode,
    '١٢٣٤٥٦',
    '\n',
    '\r\n',
  ]

  it('have keys or a reason', async () => {
    const file = join(folder.path, 'output')
    const setting = { value: `cat '${file}'`, file: 'config', place: 'here' } as const
    await fuzz(
      'output of credential_process',
      spoil([Buffer.from(keys)], pieces),
      counts.fuzzedOutputs,
      async (output) => {
        await writeFile(file, output)
        const read = await unlessRefused(() => readProcessKeys(setting, 'a', surroundings))
        if (read !== undefined)
          expect(Object.values(read).every((one) => typeof one === 'string' && one !== '')).toBe(true)
      },
    )
  })

  it('have a code or a reason', async () => {
    const file = join(folder.path, 'output')
    const command = { value: `cat '${file}'`, origin: 'here', from: 'option' } as const
    const seeds = [Buffer.from(`AWS ${tokenCode} lasts 24s\n`)]
    await fuzz('output of mfa_process', spoil(seeds, pieces), counts.fuzzedOutputs, async (output) => {
      await writeFile(file, output)
      const code = await unlessRefused(() =>
        withMfaProcess({ command, profileName: 'a', surroundings }, undefined, async (one) => one),
      )
      expect(code ?? '000000').toMatch(/^[0-9]{6}$/)
    })
  })
})

describe('the readers of what was kept', () => {
  it('have a session or none', async () => {
    const record = fc.dictionary(
      fc.constantFrom(
        'accessKeyId',
        'secretAccessKey',
        'sessionToken',
        'expiration',
        'keyId',
        'serialNumber',
        'durationSeconds',
        'issuedAt',
        'roleArn',
        '__proto__',
      ),
      fc.anything(),
    )
    await fuzz('records of the cache', record, counts.fuzzedRecords, async (one) => {
      const session = decodeIssuedSession(one)
      expect(session === undefined || typeof session.secretAccessKey === 'string').toBe(true)
    })
  })

  it('have a state or none', async () => {
    const text = fc.oneof(
      fc.string(),
      fc.json().map((json) => Buffer.from(json).toString('base64url')),
    )
    await fuzz('states in the environment', text, counts.fuzzedRecords, async (one) => {
      const state = decodeState(one)
      if (state !== undefined) expect(decodeState(encodeState(state))).toEqual(state)
    })
  })
})
