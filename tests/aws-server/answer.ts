// An answer to send, and how it is sent: whole or cut short.

import { randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import type { AwsError } from './errors.ts'
import { type Content, renderError, renderResult, type Service } from './xml.ts'

export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
}

export function answerResult(service: Service, action: string, result: Content): Answer {
  const requestId = randomUUID()
  return answerXml(200, requestId, renderResult(service, action, result, requestId))
}

export function answerError(service: Service, error: AwsError): Answer {
  const requestId = randomUUID()
  return answerXml(error.status, requestId, renderError(service, error, requestId))
}

function answerXml(status: number, requestId: string, body: string): Answer {
  return { status, headers: { 'x-amzn-RequestId': requestId, 'Content-Type': 'text/xml' }, body }
}

/** @param at in ms, for the Date header */
export function sendAnswer(response: ServerResponse, answer: Answer, at: number): void {
  response.writeHead(answer.status, headersOf(answer, at)).end(answer.body)
}

/** Sends half of the headers, or all of them and half of the body, and breaks the connection. */
export function sendCut(
  response: ServerResponse,
  answer: Answer,
  at: number,
  where: 'headers' | 'body',
): void {
  const headers = Object.entries(headersOf(answer, at)).map(([name, value]) => `${name}: ${value}\r\n`)
  const head = `HTTP/1.1 ${answer.status} OK\r\n${headers.join('')}`
  const body = answer.body.slice(0, answer.body.length / 2)
  const { socket } = response
  socket?.write(where === 'headers' ? head.slice(0, -5) : `${head}\r\n${body}`, () => socket.destroy())
}

function headersOf(answer: Answer, at: number): Record<string, string | number> {
  return {
    Date: new Date(at).toUTCString(),
    'Content-Length': Buffer.byteLength(answer.body),
    ...answer.headers,
  }
}
