// A request signed by hand, for what no real client would send.

import aws4 from 'aws4'
import type { Keys } from './sdk-client.ts'
import type { AwsServer } from './server.ts'

export interface RequestParts {
  service?: string
  region?: string
  parameters: Readonly<Record<string, string>>
  keys: Keys
  /** Signed with the rest. */
  headers?: Readonly<Record<string, string>>
  /** Changes headers or body once they are signed. */
  tamper?: (request: { headers: Record<string, string>; body: string }) => void
}

export interface ReceivedAnswer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

export async function sendSigned(server: AwsServer, parts: RequestParts): Promise<ReceivedAnswer> {
  const { service = 'sts', region = 'us-east-1', parameters, keys, headers: added = {}, tamper } = parts
  const version = service === 'iam' ? '2010-05-08' : '2011-06-15'
  const body = new URLSearchParams({ Version: version, ...parameters }).toString()
  const host = new URL(server.url).host
  const signed = aws4.sign({ host, path: '/', headers: added, service, region, body }, { ...keys })
  const request = { headers: signed.headers as Record<string, string>, body }
  tamper?.(request)
  const { 'Content-Length': _, Host: __, ...headers } = request.headers
  const response = await fetch(server.url, {
    method: 'POST',
    headers,
    body: request.body,
    redirect: 'manual',
  })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

/** What stands in the first element of that name, as it was sent. */
export function findText(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1]
}
