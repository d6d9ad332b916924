// The SDK for JavaScript against the local AWS, with nothing but what a test gives it.

import { STSClient, type STSServiceException } from '@aws-sdk/client-sts'
import type { AwsServer } from './server.ts'

// The SDK reads both when a client is made: no warning, and no file of whoever runs the tests.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true'
process.env['AWS_CONFIG_FILE'] = process.env['AWS_SHARED_CREDENTIALS_FILE'] = '/dev/null'

export interface Keys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** Tries once. A path, such as `/base`, is put behind the server's URL. */
export function createStsClient(server: AwsServer, keys: Keys, region = 'eu-west-1', path = ''): STSClient {
  const { accessKeyId, secretAccessKey, sessionToken } = keys
  return new STSClient({
    endpoint: server.url + path,
    region,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) },
    maxAttempts: 1,
  })
}

/** How AWS refused, as the SDK understood it. */
export async function findRefusal(
  answer: Promise<unknown>,
): Promise<[status: number, code: string, message: string]> {
  const error = await answer.then(
    () => new Error('AWS did not refuse'),
    (reason: STSServiceException) => reason,
  )
  if (!('$metadata' in error)) throw error
  return [error.$metadata.httpStatusCode ?? 0, error.name, error.message]
}
