// @module-tag slow
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ExitCode, Failure } from '../../src/errors.ts'
import { parseProfileDocument } from '../../src/profiles/document.ts'
import { removeProfile, type SavedProfile, saveProfile } from '../../src/profiles/saved-profile.ts'
import { resolveAsBotocore, resolveAsSdk } from '../keys/resolve-as-others.ts'
import { generatePairs, type PairBytes } from '../profiles/generated-files.ts'
import { nastyFiles } from '../profiles/nasty-files.ts'
import {
  botocoreVersion,
  type FilePair,
  ownEntry,
  readAsBotocore,
  readAsSdk,
} from '../profiles/other-readers.ts'
import { counts } from './counts.ts'
import { recordFigure } from './figures.ts'

const names = ['mfa', 'new', 'default', 'work', 'a.b', 'a@b:c/d%e+f-g_h']
const version = botocoreVersion()
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aws-mfa-env-'))
})
afterAll(() => rm(folder, { recursive: true }))

interface Saved {
  readonly name: string
  readonly session: SavedProfile
  readonly before: PairBytes
  readonly after: Buffer
}

function sessionOf(name: string, n: number): SavedProfile {
  return {
    name,
    accessKeyId: `ASIA${String(n).padStart(16, '0')}`,
    secretAccessKey: `s3cr3t/${n}+=`,
    sessionToken: `token${'='.repeat(n % 70)}`,
    expiration: '2030-01-01T00:00:00Z',
    region: n % 3 === 0 ? undefined : 'eu-west-1',
    source: n % 5 === 0 ? { accessKeyId: 'AKIAIOSFODNN7EXAMPLE' } : { profile: 'base' },
    issuedAt: '2029-12-31T12:00:00Z',
    serialNumber: 'arn:aws:iam::123456789012:mfa/me',
  }
}

/** The next session from the same keys. */
function renew({ name, source, region }: SavedProfile): SavedProfile {
  return { ...sessionOf(name, 999_999), source, region }
}

function placeOf({ config }: PairBytes) {
  return {
    path: 'credentials',
    config: { kind: 'config', path: 'config', document: parseProfileDocument(config) } as const,
  }
}

/** What saving into each pair gives, and how many were refused. */
function saveInto(pairs: readonly PairBytes[]): { saved: Saved[]; refusals: Map<PairBytes, string> } {
  const saved: Saved[] = []
  const refusals = new Map<PairBytes, string>()
  for (const [index, before] of pairs.entries()) {
    const name = names[index % names.length] ?? 'mfa'
    const session = sessionOf(name, index)
    const after = unlessRefused(() => saveProfile(before.credentials, session, placeOf(before)))
    if (typeof after === 'string') refusals.set(before, after)
    else saved.push({ name, session, before, after })
  }
  return { saved, refusals }
}

function unlessRefused<Answer>(ask: () => Answer): Answer | string {
  try {
    return ask()
  } catch (error) {
    if (!(error instanceof Failure) || error.exitCode !== ExitCode.configuration) throw error
    return error.message
  }
}

describe('a session saved into generated files', () => {
  it('changes no byte of the rest, and leaves none behind', () => {
    const { saved, refusals } = saveInto(generatePairs(counts.generatedPairs, 30, 11))
    for (const one of saved) compareBytes(one)
    expect(saved.length).toBeGreaterThan(counts.generatedPairs / 4)
    expect(refusals.size).toBeGreaterThan(counts.generatedPairs / 8)
    recordFigure(
      'a session saved into generated files, and removed again',
      `${saved.length + refusals.size} files: ${saved.length} saved with every other byte as before, ` +
        `idempotent, and removed with the old bytes back; ${refusals.size} refused`,
    )
  })

  it('changes no byte of the rest in a nasty file, nor in one behind another', () => {
    const config = Buffer.of()
    const pairs = nastyFiles
      .slice(0, counts.nastyFiles)
      .flatMap(({ bytes }) => [bytes, ...nastyFiles.map((other) => Buffer.concat([bytes, other.bytes]))])
      .map((credentials) => ({ config, credentials }))
    const { saved, refusals } = saveInto(pairs)
    for (const one of saved) compareBytes(one)
    expect(saved.length).toBeGreaterThan(pairs.length / 10)
    recordFigure(
      'the same with the nasty files, each alone and before each other',
      `${pairs.length} files: ${saved.length} saved as above, ${refusals.size} refused`,
    )
  })

  it('keeps what others have written into its section, or is refused', () => {
    const { saved } = saveInto(generatePairs(counts.generatedPairsWithForeignLines, 0, 12))
    let kept = 0
    for (const [index, one] of saved.entries()) kept += compareForeign(one, index) ? 1 : 0
    expect(kept).toBeGreaterThan(saved.length / 2)
  })

  it('is refused in plain files for the section or for what would hide its keys alone', () => {
    const pairs = generatePairs(counts.generatedPlainPairs, 0, 13)
    const { refusals } = saveInto(pairs)
    const expected = pairs.filter((pair, index) => {
      const name = names[index % names.length] ?? ''
      const header = name === 'default' ? '[default]' : `[profile ${name}]`
      const [, ofConfig = ''] = pair.config.toString().split(header)
      const section = ofConfig.split(/^\[/m)[0] ?? ''
      const hidden = /^(role_arn|sso_session|login_session|credential_process) *=/m.test(section)
      return (
        hidden ||
        pair.credentials
          .toString()
          .split(/[\r\n]+/)
          .includes(`[${name}]`)
      )
    })
    const texts = (refused: Iterable<PairBytes>) =>
      [...refused].map(({ config, credentials }) => [config.toString(), credentials.toString()])
    expect(texts(refusals.keys())).toEqual(texts(expected))
    expect(expected.length).toBeGreaterThan(counts.generatedPlainPairs / 5)
  })
})

/** Everything that holds of the bytes alone. */
function compareBytes({ name, session, before, after }: Saved): void {
  const { credentials: old } = before
  const renewed = renew(session)
  const again = saveProfile(after, renewed, placeOf(before))
  const behind = Buffer.from(`${after.at(-1) === 0x0a ? '' : '\n'}# behind\n[behind]\nregion = x\n`)
  const between = saveProfile(Buffer.concat([after, behind]), renewed, placeOf(before))
  const faults = {
    'the old bytes come first': !after.subarray(0, old.length).equals(old),
    'the final line end stays missing': endsLine(after) !== (endsLine(old) || old.length === 0),
    'removed, nothing is left': !removeProfile(after, name, '').equals(old),
    'the same session changes nothing': !saveProfile(after, session, placeOf(before)).equals(after),
    'another changes values alone': !again.equals(replaceAll(after, session, renewed)),
    'what stands behind stays': !between.equals(Buffer.concat([again, behind])),
    'what stands behind stays alone': !removeProfile(between, name, '').equals(
      withoutSection(after, old, behind),
    ),
  }
  const found = Object.entries(faults).flatMap(([what, fault]) => (fault ? [what] : []))
  expect(found, JSON.stringify([name, before.config.toString(), old.toString()])).toEqual([])
}

function endsLine(bytes: Buffer): boolean {
  return bytes.at(-1) === 0x0a
}

function replaceAll(bytes: Buffer, from: SavedProfile, to: SavedProfile): Buffer {
  const start = bytes.lastIndexOf(`[${from.name}]`)
  const section = bytes.toString('utf8', start)
  const text = section
    .replaceAll(from.accessKeyId, to.accessKeyId)
    .replace(from.secretAccessKey, to.secretAccessKey)
    .replace(`token = ${from.sessionToken}`, `token = ${to.sessionToken}`)
  return Buffer.concat([bytes.subarray(0, start), Buffer.from(text)])
}

function withoutSection(after: Buffer, old: Buffer, behind: Buffer): Buffer {
  // The line end that parted the section from an unfinished line still parts that from what stands behind.
  const parting = old.length > 0 && !endsLine(old) ? (after[old.length] === 0x0d ? '\r\n' : '\n') : ''
  const rest = endsLine(after) ? behind : behind.subarray(1)
  return Buffer.concat([old, Buffer.from(parting), rest])
}

/** @returns whether it was not refused */
function compareForeign({ name, session, before, after }: Saved, index: number): boolean {
  const foreign = [
    'output = json',
    '# c',
    '; [c]',
    '',
    '\t',
    '  # c',
    's3 =\n  a = b',
    '  a = b',
    'cli_pager =',
  ][index % 9] as string
  const start = after.lastIndexOf(`[${name}]`)
  const lines = after.toString('utf8', start).split('\n')
  // Behind the header at the earliest.
  lines.splice(1 + ((index * 7) % (lines.length - 1)), 0, foreign)
  const edited = Buffer.concat([after.subarray(0, start), Buffer.from(lines.join('\n'))])
  const again = unlessRefused(() => saveProfile(edited, renew(session), placeOf(before)))
  if (typeof again === 'string') return false
  expect(again.subarray(0, start).equals(after.subarray(0, start))).toBe(true)
  const strip = (bytes: Buffer) =>
    bytes.toString('utf8', start).replace(/^(aws_|expiration|region).*\n?/gm, '')
  expect(strip(again)).toBe(strip(edited))
  return true
}

describe.skipIf(version === undefined)(
  `botocore (${version ?? 'not here'}) and the SDK for JavaScript`,
  () => {
    it('read from the rest what they read before, and the session', async () => {
      const { saved } = saveInto(generatePairs(counts.pairsReadByOthers, 30, 14))
      expect(saved.length).toBeGreaterThan(700)
      const paths = await writeBoth(saved)
      const readings = readAsBotocore(paths.flatMap(({ before, after }) => [before, after]))
      for (const [index, { name, session, before }] of saved.entries()) {
        const [old, edited] = [readings[2 * index], readings[2 * index + 1]]
        const { before: oldPaths, after: newPaths } = paths[index] as Paths
        const files = JSON.stringify([name, before.config.toString(), before.credentials.toString()])
        expect(old, files).toBeDefined()
        expect(without(edited?.profiles, name), files).toEqual(without(old?.profiles, name))
        expect(edited?.services, files).toEqual(old?.services)
        expect(ownEntry(edited?.profiles, name), files).toMatchObject(keysOf(session))
        const [oldSdk, newSdk] = [await readAsSdk(oldPaths), await readAsSdk(newPaths)]
        expect(without(newSdk.credentialsFile, name), files).toEqual(without(oldSdk.credentialsFile, name))
        expect(ownEntry(newSdk.credentialsFile, name), files).toMatchObject(keysOf(session))
      }
      recordFigure(
        `generated files read by botocore ${version} and the SDK for JavaScript before and after`,
        `${saved.length} saved files: from the rest the same as before, and the session`,
      )
    })

    it('resolve the saved credentials', async () => {
      const { saved } = saveInto(generatePairs(counts.pairsResolvedByOthers, 30, 15))
      const paths = await writeBoth(saved)
      const questions = paths.map(({ after }, index) => ({ ...after, profile: saved[index]?.name ?? '' }))
      const byBotocore = resolveAsBotocore(questions)
      for (const [index, { name, session, before, after }] of saved.entries()) {
        const { accessKeyId, secretAccessKey, sessionToken } = session
        const keys = [accessKeyId, secretAccessKey, sessionToken]
        const files = JSON.stringify([name, before.config.toString(), after.toString()])
        expect(byBotocore[index], files).toEqual({ keys })
        expect(await resolveAsSdk((paths[index] as Paths).after, name), files).toEqual(keys)
      }
      expect(saved.length).toBeGreaterThan(200)
      recordFigure(
        `credentials of the saved profile as botocore ${version} and the SDK for JavaScript resolve them`,
        `${saved.length} files: those that were saved`,
      )
    })
  },
)

interface Paths {
  readonly before: FilePair
  readonly after: FilePair
}

let serial = 0
async function writeBoth(saved: readonly Saved[]): Promise<Paths[]> {
  const paths: Paths[] = []
  for (const { before, after } of saved) {
    const path = join(folder, String(serial++))
    const [config, credentials, edited] = [`${path}.config`, `${path}.before`, `${path}.after`]
    await writeFile(config, before.config)
    await writeFile(credentials, before.credentials)
    await writeFile(edited, after)
    paths.push({ before: { config, credentials }, after: { config, credentials: edited } })
  }
  return paths
}

function without<Value>(all: Readonly<Record<string, Value>> | undefined, name: string) {
  return Object.entries(all ?? {}).filter(([key]) => key !== name)
}

function keysOf({ accessKeyId, secretAccessKey, sessionToken }: SavedProfile) {
  return {
    aws_access_key_id: accessKeyId,
    aws_secret_access_key: secretAccessKey,
    aws_session_token: sessionToken,
  }
}
