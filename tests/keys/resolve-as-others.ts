import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { FilePair } from '../profiles/other-readers.ts'

const requireFromSdk = createRequire(createRequire(import.meta.url).resolve('@aws-sdk/client-sts'))
const { fromIni } = requireFromSdk('@aws-sdk/credential-provider-ini') as {
  fromIni(options: {
    profile: string
    filepath: string
    configFilepath: string
    ignoreCache: boolean
  }): () => Promise<{ accessKeyId: string; secretAccessKey: string; sessionToken?: string }>
}

/** What botocore finds for a profile in each pair: `{keys: [id, secret, token]}`, or why there are none. */
export function resolveAsBotocore(pairs: readonly (FilePair & { profile?: string })[]): unknown[] {
  const script = fileURLToPath(new URL('resolve-as-botocore.py', import.meta.url))
  const output = execFileSync('python3', [script], {
    input: JSON.stringify(pairs),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    env: { PATH: process.env['PATH'] },
  })
  return output
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)
}

/** What the SDK for JavaScript finds for a profile: key id, secret and token. */
export async function resolveAsSdk(pair: FilePair, profile = 'mfa'): Promise<(string | null)[]> {
  const { credentials: filepath, config: configFilepath } = pair
  const keys = await fromIni({ profile, filepath, configFilepath, ignoreCache: true })()
  return [keys.accessKeyId, keys.secretAccessKey, keys.sessionToken ?? null]
}
