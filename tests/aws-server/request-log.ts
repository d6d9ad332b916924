// What was asked of the server. No secret goes in: of a session token, only that there was one.

import type { AwsRequest } from './request.ts'

export interface LoggedRequest {
  /** The time it came in, by the machine's clock. */
  readonly at: Date
  readonly method: string
  readonly path: string
  readonly host: string
  readonly userAgent: string
  readonly action: string
  readonly version: string
  readonly parameters: Readonly<Record<string, string>>
  /** Empty, as the next two are, when the request was not signed. */
  readonly accessKeyId: string
  readonly region: string
  readonly service: string
  readonly withSessionToken: boolean
  /** The status that was answered; undefined while there is no answer, or none whole. */
  status?: number
  /** AWS's code for a refusal. */
  errorCode?: string
}

export function describeRequest(request: AwsRequest): LoggedRequest {
  const { method, path, headers, action, version, parameters, authorization } = request
  return {
    at: new Date(),
    method,
    path,
    host: headers['host'] ?? '',
    userAgent: headers['user-agent'] ?? '',
    action,
    version,
    parameters,
    accessKeyId: authorization?.accessKeyId ?? '',
    region: authorization?.region ?? '',
    service: authorization?.service ?? '',
    withSessionToken: headers['x-amz-security-token'] !== undefined,
  }
}
