import { configurationFailure } from '../errors.ts'
import { forms } from '../forms.ts'
import type { Profile, Setting } from '../profiles/profiles.ts'
import type { Variables } from '../variables/displaced.ts'

/** An access key that belongs to an IAM user, and not to a session. */
export interface LongTermKeys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** Where the long-term keys are that sign. */
export type Signer = FileSigner | EnvironmentSigner | ProcessSigner

/** They stand in the profile. */
interface FileSigner extends LongTermKeys {
  readonly kind: 'file'
  readonly profile: Profile
  /** For an error: `profile work (/home/me/.aws/credentials, line 3)`. */
  readonly origin: string
}

export interface EnvironmentSigner extends LongTermKeys {
  readonly kind: 'environment'
  readonly origin: string
}

/** The profile's `credential_process` gives them. */
interface ProcessSigner {
  readonly kind: 'process'
  readonly profile: Profile
  readonly command: Setting
  readonly origin: string
}

/** The long-term pair in the environment, which the caller has seen to be there. */
export function environmentKeys(variables: Variables): EnvironmentSigner {
  const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = variables
  const origin = 'AWS_ACCESS_KEY_ID in the environment'
  return { kind: 'environment', accessKeyId, secretAccessKey, origin }
}

/**
 * Refuses keys that are not of AWS's form, which would fail in the request's header.
 * @throws {Failure} configuration
 */
export function refuseMalformedKeys({ accessKeyId, secretAccessKey }: LongTermKeys, origin: string): void {
  if (forms.accessKeyId.test(accessKeyId) && /^[!-~]+$/.test(secretAccessKey)) return
  throw configurationFailure(
    `${origin}: these are no access keys of AWS`,
    'a key id is 16 or more letters and digits; look for blanks and line ends that were copied along',
  )
}
