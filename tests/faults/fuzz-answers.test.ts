// @module-tag slow
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readProcessKeys } from '../../src/keys/credential-process.ts'
import { decodeIssuedSession } from '../../src/session/session.ts'
import { withMfaProcess } from '../../src/token-code/mfa-process.ts'
import { decodeState, encodeState } from '../../src/variables/state.ts'
import { useFolder } from '../profiles/sandbox.ts'
import { issued, longTermSecret, refusalBody, sessionBody, variablesFor } from './answers.ts'
import { counts } from './counts.ts'
import { fuzz, unlessRefused } from './fuzz.ts'
import { expectFailure, expectSession, tokenCode } from './harmless.ts'
import { answerOf, sendAndEnd, startHostileServer } from './hostile-server.ts'
import { runHere } from './run-here.ts'
import { spoil } from './spoiled.ts'

const folder = useFolder()

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
