// @module-tag slow
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ExitCode, Failure } from '../../src/errors.ts'
import { type Profile, Profiles } from '../../src/profiles/profiles.ts'
import { generatePairs, generateServices, neededKeys, type PairBytes } from './generated-files.ts'
import { nastyFiles } from './nasty-files.ts'
import {
  type BotocoreReading,
  botocoreVersion,
  type FilePair,
  type Keys,
  ownEntry,
  readAsBotocore,
  readAsSdk,
  type SdkReading,
  sdkValue,
} from './other-readers.ts'

/** A pair of files and what the others make of it. */
interface Case {
  readonly bytes: PairBytes
  readonly paths: FilePair
  readonly sdk: SdkReading
  readonly botocore: BotocoreReading | undefined
}

/** What the comparison of many pairs comes to. */
class Tally {
  /** Values that we read, and therefore everyone. */
  values = 0
  urls = 0
  refusedFiles = 0
  readonly refusals: string[] = []
  readonly complaints: string[] = []
}

const refused = Symbol('refused')
const plainNames = ['default', 'mfa', 'work', 'a.b']
const version = botocoreVersion()
let folder: string
let serial = 0

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aws-mfa-env-'))
})
afterAll(() => rm(folder, { recursive: true }))

describe.skipIf(version === undefined)(
  `botocore (${version ?? 'not here'}) and the SDK for JavaScript`,
  () => {
    it('read what we read from 3,000 generated pairs of files, or we refuse', async () => {
      const tally = await compare(generatePairs(3000, 60, 1))
      expect(tally.complaints).toEqual([])
      expect(tally.values).toBeGreaterThan(10_000)
      expect(tally.refusedFiles).toBeGreaterThan(300)
    })

    it('read what we read from plain files, and we refuse none', async () => {
      const tally = await compare(generatePairs(500, 0, 2), plainNames)
      expect(tally.complaints).toEqual([])
      expect(tally.refusals).toEqual([])
      expect(tally.values).toBeGreaterThan(2_000)
    })

    it("read the services' endpoints that we read, or we refuse", async () => {
      const tally = await compare(generateServices(500, 80, 3), ['mfa'])
      expect(tally.complaints).toEqual([])
      expect(tally.urls).toBeGreaterThan(50)
    })

    it('read what we read from nasty files, or we refuse', async () => {
      const none = Buffer.of()
      const pairs = nastyFiles.flatMap(({ bytes }) => [
        { config: none, credentials: bytes },
        { config: bytes, credentials: none },
        { config: bytes, credentials: bytes },
        { config: Buffer.from('[profile mfa]\nregion = from-config\n'), credentials: bytes },
      ])
      const tally = await compare(pairs)
      expect(tally.complaints).toEqual([])
      expect(tally.values).toBeGreaterThan(80)
    })
  },
)

async function compare(pairs: readonly PairBytes[], names: readonly string[] = []): Promise<Tally> {
  const tally = new Tally()
  for (const one of await readWithOthers(pairs)) {
    const { config, credentials } = one.paths
    const profiles = new Profiles({
      environment: { AWS_CONFIG_FILE: config, AWS_SHARED_CREDENTIALS_FILE: credentials },
      platform: 'linux',
      homeFolder: () => undefined,
      debug: () => {},
    })
    if (one.botocore === undefined) tally.refusedFiles++
    for (const name of names.length > 0 ? names : namesIn(one)) compareProfile(one, profiles, name, tally)
  }
  return tally
}

async function readWithOthers(pairs: readonly PairBytes[]): Promise<Case[]> {
  // One after the other: out of file descriptors the SDK would say that there is no file.
  const written: { bytes: PairBytes; paths: FilePair; sdk: SdkReading }[] = []
  for (const bytes of pairs) {
    const path = join(folder, String(serial++))
    const paths = { config: `${path}.config`, credentials: `${path}.credentials` }
    await writeFile(paths.config, bytes.config)
    await writeFile(paths.credentials, bytes.credentials)
    written.push({ bytes, paths, sdk: await readAsSdk(paths) })
  }
  const botocore = readAsBotocore(written.map(({ paths }) => paths))
  return written.map((one, index) => ({ ...one, botocore: botocore[index] }))
}

/** Every name that one of them has, and some that perhaps none has. */
function namesIn({ botocore, sdk }: Case): Set<string> {
  const others = [botocore?.profiles ?? {}, sdk.configFile, sdk.credentialsFile].flatMap(Object.keys)
  return new Set([...plainNames, 'b', 'x', 'DEFAULT', ' mfa ', ...others])
}

function compareProfile(one: Case, profiles: Profiles, name: string, tally: Tally): void {
  const complain = complaintsOf(one, name, tally)
  const profile = unlessRefused(() => profiles.find(name), tally)
  if (one.botocore === undefined) {
    if (profile !== refused) complain('botocore refuses the file')
    return
  }
  if (profile === refused) return
  const byBotocore = ownEntry(one.botocore.profiles, name)
  if ((profile === undefined) !== (byBotocore === undefined))
    complain('botocore and we find different profiles')
  for (const key of neededKeys) {
    const setting = unlessRefused(() => profile?.setting(key), tally)
    if (setting === refused) continue
    const value = setting?.value ?? ''
    if (value !== '') tally.values++
    if (value !== (ownEntry(byBotocore, key) ?? '')) complain(`botocore reads another ${key}`)
    if (value !== (sdkValue(one.sdk, name, key) ?? '')) complain(`the SDK reads another ${key}`)
  }
  if (profile !== undefined) compareEndpoint(one, profile, byBotocore, tally)
}

function compareEndpoint(one: Case, profile: Profile, byBotocore: Keys | undefined, tally: Tally): void {
  const services = ownEntry(byBotocore, 'services')
  const url = unlessRefused(() => profile.serviceEndpoint('sts'), tally)
  if (url === refused || typeof services !== 'string' || services === '') return
  const complain = complaintsOf(one, profile.name, tally)
  if (url !== undefined) tally.urls++
  const section = ownEntry(one.botocore?.services, services)
  const keys = ownEntry(section, 'sts') ?? {}
  const byServices = typeof keys === 'string' ? undefined : (ownEntry(keys, 'endpoint_url') ?? '')
  if (section === undefined || byServices !== (url?.value ?? '')) complain('botocore reads another URL')
  const bySdk = ownEntry(ownEntry(one.sdk.configFile, `services.${services}`), 'sts.endpoint_url')
  if ((bySdk ?? '') !== (url?.value ?? '')) complain('the SDK reads another URL')
}

function complaintsOf({ bytes }: Case, name: string, tally: Tally) {
  return (what: string) => {
    const { config, credentials } = bytes
    const files = JSON.stringify({ config: config.toString(), credentials: credentials.toString() })
    tally.complaints.push(`${name}: ${what}: ${files}`)
  }
}

/** The answer, or that it was refused for the files' sake. */
function unlessRefused<Answer>(ask: () => Answer, tally: Tally): Answer | typeof refused {
  try {
    return ask()
  } catch (error) {
    if (!(error instanceof Failure) || error.exitCode !== ExitCode.configuration) throw error
    tally.refusals.push(error.message)
    return refused
  }
}
