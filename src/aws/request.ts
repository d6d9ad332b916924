import { setTimeout as sleep } from 'node:timers/promises'
import type { Endpoint } from './endpoint.ts'
import { isClockSkew, isPassing, isThrottling, RequestError } from './request-errors.ts'
import { BoundedRequestHandler } from './request-handler.ts'

/** What signs: long-term keys, or with a session token a session's. */
export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
}

/** Who asks AWS, where, and for how long at most. */
export interface AwsRequest {
  readonly endpoint: Endpoint
  readonly credentials: Credentials
  /** Where the credentials came from, for an error: `profile work (...)`. */
  readonly credentialsOrigin: string
  /** Milliseconds for everything, waits and repetitions included. */
  readonly timeLimit: number
  debug(text: string): void
}

/** One request: what for, and whether AWS may get it twice after it may have acted on the first. */
interface Step<Answer> {
  readonly purpose: string
  readonly repeatable: boolean
  send(options: { abortSignal: AbortSignal }): Promise<Answer>
}

/** One or more requests through one client, within one time limit. */
export interface Conversation {
  /**
   * Sends a request; again after throttling, with growing waits, and once after a clock skew, with AWS's time. One that
   * is repeatable is sent up to four times after an error of AWS's own or a broken connection.
   */
  ask<Answer>(step: Step<Answer>): Promise<Answer>
  /** Milliseconds that AWS's clock is ahead of ours; undefined where its answer bore no date. */
  clockOffset(): number | undefined
}

type Configuration = ReturnType<typeof configure>

/**
 * Opens a client, uses it within the time limit, and closes it.
 * @throws {RequestError} whatever went wrong last
 */
export async function converse<Client extends { destroy(): void }, Result>(
  request: AwsRequest,
  open: (configuration: Configuration) => Client,
  use: (client: Client, conversation: Conversation) => Promise<Result>,
): Promise<Result> {
  const abort = new AbortController()
  const handler = new BoundedRequestHandler(request, abort.signal)
  const client = open(configure(request, handler))
  const timer = setTimeout(() => abort.abort(), request.timeLimit)
  const clockOffset = () =>
    handler.lastAnswerAt === undefined ? undefined : handler.lastAnswerAt - Date.now()
  try {
    const ask = <Answer>(step: Step<Answer>) => sendPatiently(step, abort.signal, request)
    return await use(client, { ask, clockOffset })
  } catch (error) {
    throw new RequestError(handler.stoppedBy ?? error, clockOffset())
  } finally {
    clearTimeout(timer)
    client.destroy()
  }
}

/** Everything that the SDK would else look up in files and variables is said here. */
function configure({ endpoint, credentials }: AwsRequest, requestHandler: BoundedRequestHandler) {
  const { region, url, useFips, useDualstack } = endpoint
  const { accessKeyId, secretAccessKey, sessionToken } = credentials
  return {
    region,
    ...(url === undefined ? { ignoreConfiguredEndpointUrls: true } : { endpoint: url }),
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
    requestHandler,
    maxAttempts: 1,
    retryMode: 'standard',
    defaultsMode: 'standard' as const,
    useDualstackEndpoint: useDualstack,
    useFipsEndpoint: useFips,
    userAgentAppId: 'aws-mfa-env',
    authSchemePreference: [],
    sigv4aSigningRegionSet: [],
    disableClockSkewCorrection: false,
  }
}

async function sendPatiently<Answer>(
  step: Step<Answer>,
  abortSignal: AbortSignal,
  request: AwsRequest,
): Promise<Answer> {
  let longest = 500
  let corrected = false
  for (let repetitions = 0; ; ) {
    request.debug(`asking ${step.purpose}`)
    try {
      return await step.send({ abortSignal })
    } catch (error) {
      const again = step.repeatable && repetitions < 3 && isPassing(error)
      if (isThrottling(error) || again) {
        if (again) repetitions += 1
        const wait = Math.ceil(longest * (0.5 + Math.random() / 2))
        request.debug(
          `${isThrottling(error) ? 'AWS asks to wait' : 'that failed'}: the next try is in ${wait} ms`,
        )
        await sleep(wait, undefined, { signal: abortSignal }).catch(() => {
          throw error
        })
        longest *= 2
      } else if (isClockSkew(error) && !corrected) {
        // The SDK has taken AWS's time from the answer and signs with it from now on.
        corrected = true
      } else throw error
    }
  }
}
