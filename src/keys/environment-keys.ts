import type { Variables } from '../variables/displaced.ts'
import type { EnvironmentSigner } from './signer.ts'

/** The long-term pair in the environment, which the caller has seen to be there. */
export function environmentKeys(variables: Variables): EnvironmentSigner {
  const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = variables
  const origin = 'AWS_ACCESS_KEY_ID in the environment'
  return { kind: 'environment', accessKeyId, secretAccessKey, origin }
}
