import type { HttpProxy } from './proxy.ts'

/** The SDK's error of a request that failed, with how far AWS's clock is ahead of ours, in milliseconds. */
export class RequestError extends Error {
  override readonly cause: unknown
  readonly clockOffset: number | undefined

  constructor(cause: unknown, clockOffset: number | undefined) {
    super('the request failed')
    this.cause = cause
    this.clockOffset = clockOffset
  }
}

/** What answered did not speak AWS's protocol: a proxy, a captive portal, a redirect. */
export class NotAwsError extends Error {
  readonly statusCode: number

  constructor(statusCode: number) {
    super(`answered with status ${statusCode}, and not in AWS's words`)
    this.statusCode = statusCode
  }
}

/** The proxy did not let a connection through, or there was none to it: AWS has seen nothing. */
export class ProxyError extends Error {
  readonly proxy: HttpProxy
  /** Of the proxy's answer; undefined where it gave none. */
  readonly statusCode: number | undefined
  override readonly cause: unknown

  constructor(proxy: HttpProxy, statusCode: number | undefined, cause: unknown) {
    super('the proxy made no connection')
    this.proxy = proxy
    this.statusCode = statusCode
    this.cause = cause
  }
}

/** The code that AWS gave its error, such as AccessDenied; the SDK makes it the error's name. */
export function errorCode(error: unknown): string {
  return error instanceof Error ? error.name : ''
}

/** The status of the answer that the SDK made this error of; undefined where there was none. */
export function statusCode(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode
}

/** The code of a connection that failed, as Node.js has it; empty for another error. */
export function connectionCode(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? ''
  return codesOfBun[code] ?? code
}

const codesOfBun: Readonly<Record<string, string>> = {
  ERR_SOCKET_CLOSED: 'ECONNRESET',
  ERR_SSL_WRONG_VERSION_NUMBER: 'EPROTO',
}

/** Whether AWS gave this error, and not the SDK that could not read an answer. */
export function isAwsError(error: unknown): boolean {
  return error instanceof Error && '$fault' in error
}

/** AWS turned the request away unread, because there were too many. */
export function isThrottling(error: unknown): boolean {
  return (
    statusCode(error) === 429 ||
    /^(Throttling|ThrottlingException|ThrottledException|RequestThrottled|RequestThrottledException|RequestLimitExceeded|TooManyRequestsException|SlowDown|PriorRequestNotComplete)$/.test(
      errorCode(error),
    )
  )
}

/** AWS turned the request away unread, because its date is more than 15 minutes from AWS's clock. */
export function isClockSkew(error: unknown): boolean {
  if (/^(RequestTimeTooSkewed|RequestExpired|RequestInTheFuture)$/.test(errorCode(error))) return true
  return (
    errorCode(error) === 'SignatureDoesNotMatch' &&
    /^Signature (expired|not yet current)/.test((error as Error).message)
  )
}

/** The connection broke, or AWS or what is before it had an error of its own: the same request may succeed later. */
export function isPassing(error: unknown): boolean {
  const status = error instanceof NotAwsError ? error.statusCode : statusCode(error)
  if (status !== undefined && status >= 500) return true
  return /^(ECONNRESET|EPIPE)$/.test(connectionCode(error))
}
