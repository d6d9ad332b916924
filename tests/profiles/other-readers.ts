import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

/** The paths of a config and a credentials file. */
export interface FilePair {
  readonly config: string
  readonly credentials: string
}

/** A section's keys; a value of indented lines has keys of its own. */
export type Keys = Readonly<Record<string, string | Readonly<Record<string, string>>>>

export interface BotocoreReading {
  readonly profiles: Readonly<Record<string, Keys>>
  readonly services: Readonly<Record<string, Keys>>
}

/** Whether there is a Python with botocore here. */
export function botocoreVersion(): string | undefined {
  try {
    const program = 'import botocore; print(botocore.__version__)'
    return execFileSync('python3', ['-c', program], { encoding: 'utf8', stdio: 'pipe' }).trim()
  } catch {
    return undefined
  }
}

/** What botocore makes of each pair; undefined where it refuses one of the files. */
export function readAsBotocore(pairs: readonly FilePair[]): (BotocoreReading | undefined)[] {
  const script = fileURLToPath(new URL('read-as-botocore.py', import.meta.url))
  const output = execFileSync('python3', [script], {
    input: JSON.stringify(pairs),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    // Else the encoding of files would depend on the locale.
    env: { ...process.env, PYTHONUTF8: '1' },
  })
  return output
    .trimEnd()
    .split('\n')
    .map((line) => {
      const reading = JSON.parse(line) as BotocoreReading | { refused: string }
      return 'refused' in reading ? undefined : reading
    })
}

type SdkSections = Readonly<Record<string, Readonly<Record<string, string>>>>

export interface SdkReading {
  readonly configFile: SdkSections
  readonly credentialsFile: SdkSections
}

interface SdkConfig {
  loadSharedConfigFiles(files: {
    filepath: string
    configFilepath: string
    ignoreCache: boolean
  }): Promise<SdkReading>
}

// The copy that the SDK itself loads.
const sdkConfig = createRequire(createRequire(import.meta.url).resolve('@aws-sdk/client-sts'))(
  '@smithy/core/config',
) as SdkConfig

/** What the SDK for JavaScript makes of a pair. */
export function readAsSdk({ config, credentials }: FilePair): Promise<SdkReading> {
  return sdkConfig.loadSharedConfigFiles({
    filepath: credentials,
    configFilepath: config,
    ignoreCache: true,
  })
}

/** A profile's key as the SDK for JavaScript puts it together from both files. */
export function sdkValue({ configFile, credentialsFile }: SdkReading, profile: string, key: string) {
  const config = ownEntry(ownEntry(configFile, profile), key)
  const credentials = ownEntry(ownEntry(credentialsFile, profile), key)
  // fromSharedConfigFiles prefers the config file but for the region; parseKnownFiles, for keys, does not.
  return key === 'endpoint_url' || key === 'services' ? (config ?? credentials) : (credentials ?? config)
}

export function ownEntry<Value>(
  of: Readonly<Record<string, Value>> | undefined,
  key: string,
): Value | undefined {
  return of !== undefined && Object.hasOwn(of, key) ? of[key] : undefined
}
