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
