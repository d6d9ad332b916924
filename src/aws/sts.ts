import { setTimeout as sleep } from 'node:timers/promises'
import { GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts'
import type { Endpoint } from './endpoint.ts'
import { BoundedRequestHandler } from './request-handler.ts'
import { isClockSkew, isThrottling } from './retry.ts'

/** Who asks STS, where, and for how long at most. */
export interface StsRequest extends Endpoint {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Milliseconds for everything, waits and repetitions included. */
  readonly timeLimit: number
  debug(text: string): void
}

/** GetSessionToken's parameters. */
export interface SessionTokenParameters {
  readonly serialNumber: string
  readonly tokenCode: string
  readonly durationSeconds: number
}

/** What GetSessionToken answered, as it came: whether it is fit for use is for the session to say. */
export interface SessionTokenAnswer {
  readonly accessKeyId: unknown
  readonly secretAccessKey: unknown
  readonly sessionToken: unknown
  readonly expiration: unknown
  /** Milliseconds that AWS's clock is ahead of ours; undefined where its answer bears no date. */
  readonly clockOffset: number | undefined
}

/** The SDK's error of a request that failed, with how far AWS's clock is ahead of ours, in milliseconds. */
export class StsError extends Error {
  override readonly cause: unknown
  readonly clockOffset: number | undefined

  constructor(cause: unknown, clockOffset: number | undefined) {
    super('the request failed')
    this.cause = cause
    this.clockOffset = clockOffset
  }
}

/**
 * One GetSessionToken. It is sent again only where the code cannot have been judged: after throttling, with growing
 * waits, and once after a clock skew, with AWS's time.
 * @throws {StsError} whatever went wrong last
 */
export async function getSessionToken(
  request: StsRequest,
  parameters: SessionTokenParameters,
): Promise<SessionTokenAnswer> {
  const handler = new BoundedRequestHandler()
  const client = makeClient(request, handler)
  const abort = new AbortController()
  const timer = setTimeout(() => abort.abort(), request.timeLimit)
  const offset = () => (handler.lastAnswerAt === undefined ? undefined : handler.lastAnswerAt - Date.now())
  try {
    const command = new GetSessionTokenCommand({
      SerialNumber: parameters.serialNumber,
      TokenCode: parameters.tokenCode,
      DurationSeconds: parameters.durationSeconds,
    })
    const send = () => client.send(command, { abortSignal: abort.signal })
    const { Credentials: credentials } = await sendPatiently(send, abort.signal, request)
    return {
      accessKeyId: credentials?.AccessKeyId,
      secretAccessKey: credentials?.SecretAccessKey,
      sessionToken: credentials?.SessionToken,
      expiration: credentials?.Expiration,
      clockOffset: offset(),
    }
  } catch (error) {
    throw new StsError(error, offset())
  } finally {
    clearTimeout(timer)
    client.destroy()
  }
}

/** Everything that the SDK would else look up in files and variables is said here. */
function makeClient(request: StsRequest, requestHandler: BoundedRequestHandler): STSClient {
  const { region, url, accessKeyId, secretAccessKey } = request
  return new STSClient({
    region,
    ...(url === undefined ? { ignoreConfiguredEndpointUrls: true } : { endpoint: url }),
    credentials: { accessKeyId, secretAccessKey },
    requestHandler,
    maxAttempts: 1,
    retryMode: 'standard',
    defaultsMode: 'standard',
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
    userAgentAppId: 'aws-mfa-env',
    authSchemePreference: [],
    sigv4aSigningRegionSet: [],
    disableClockSkewCorrection: false,
  })
}

async function sendPatiently<T>(
  send: () => Promise<T>,
  signal: AbortSignal,
  request: StsRequest,
): Promise<T> {
  let wait = 500
  let corrected = false
  for (;;) {
    request.debug(`asking STS in ${request.region} for a session token`)
    try {
      return await send()
    } catch (error) {
      if (isThrottling(error)) {
        request.debug(`AWS asks to wait: the next try is in ${wait} ms`)
        await sleep(wait * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => {
          throw error
        })
        wait *= 2
      } else if (isClockSkew(error) && !corrected) {
        // The SDK has taken AWS's time from the answer and signs with it from now on.
        corrected = true
      } else throw error
    }
  }
}
