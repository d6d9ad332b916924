// A request as it came in, taken apart but not judged.

import type { IncomingMessage } from 'node:http'

export interface AwsRequest {
  readonly method: string
  /** As sent, with the query. */
  readonly path: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  readonly parameters: Readonly<Record<string, string>>
  readonly action: string
  readonly version: string
  readonly authorization: Authorization | undefined
}

export interface Authorization {
  readonly accessKeyId: string
  readonly date: string
  readonly region: string
  readonly service: string
  readonly signedHeaders: readonly string[]
  readonly signature: string
}

export async function readRequest(incoming: IncomingMessage): Promise<AwsRequest> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk)
  const body = Buffer.concat(chunks)
  const {
    Action = '',
    Version = '',
    ...parameters
  } = Object.fromEntries(new URLSearchParams(body.toString()))
  const headers = joinHeaders(incoming)
  return {
    method: incoming.method ?? '',
    path: incoming.url ?? '',
    headers,
    body,
    parameters,
    action: Action,
    version: Version,
    authorization: parseAuthorization(headers['authorization'] ?? ''),
  }
}

function joinHeaders(incoming: IncomingMessage): Record<string, string> {
  const entries = Object.entries(incoming.headersDistinct)
  return Object.fromEntries(entries.map(([name, values = []]) => [name, values.join(',')]))
}

const shape =
  /^AWS4-HMAC-SHA256 Credential=(\w+)\/(\d{8})\/([\w-]+)\/(\w+)\/aws4_request, ?SignedHeaders=([\w;-]+), ?Signature=([0-9a-f]{64})$/

function parseAuthorization(header: string): Authorization | undefined {
  const [, accessKeyId, date, region, service, signedHeaders, signature] = shape.exec(header) ?? []
  if (!accessKeyId || !date || !region || !service || !signedHeaders || !signature) return undefined
  return { accessKeyId, date, region, service, signedHeaders: signedHeaders.split(';'), signature }
}
