// What can be made to go wrong, and the queue of what shall.

import { type Answer, answerError } from './answer.ts'
import { type AwsError, internalFailure, regionDisabled, serviceUnavailable, throttled } from './errors.ts'
import type { Service } from './xml.ts'

export type Fault = (
  | { kind: 'throttle'; status?: 400 | 429 }
  | { kind: 'internal-failure' }
  | { kind: 'unavailable' }
  | { kind: 'region-disabled' }
  /** The request is read and never answered. */
  | { kind: 'hang' }
  /** The request is carried out (its code is spent), and the connection breaks in the answer. */
  | { kind: 'cut'; where: 'headers' | 'body' }
  /** What a captive portal or a proxy puts in AWS's place. */
  | { kind: 'html'; status: 200 | 403 }
  | { kind: 'redirect'; status: 301 | 302; location: string }
  /** This request alone meets a clock that is off by so much; `clockOffsetMs` is for all of them. */
  | { kind: 'skew'; offsetMs: number }
  | { kind: 'raw'; answer: Answer }
) & {
  /** Waits for that action and lets others pass; without it, the next request is met. */
  action?: string
}

export class FaultQueue {
  #waiting: Fault[] = []

  add(fault: Fault, times: number): void {
    this.#waiting.push(...Array<Fault>(times).fill(fault))
  }

  take(action: string): Fault | undefined {
    const index = this.#waiting.findIndex((fault) => fault.action === undefined || fault.action === action)
    return index < 0 ? undefined : this.#waiting.splice(index, 1)[0]
  }

  clear(): void {
    this.#waiting = []
  }
}

/** The answer that takes the place of the real one; undefined for faults that leave it as it is. */
export function answerInstead(fault: Fault, service: Service): Answer | undefined {
  const error = errorOf(fault)
  if (error) return answerError(service, error)
  switch (fault.kind) {
    case 'html':
      return { status: fault.status, headers: { 'Content-Type': 'text/html' }, body: portal }
    case 'redirect':
      return { status: fault.status, headers: { Location: fault.location }, body: '' }
    case 'raw':
      return fault.answer
    default:
      return undefined
  }
}

function errorOf(fault: Fault): AwsError | undefined {
  switch (fault.kind) {
    case 'throttle':
      return throttled(fault.status ?? 400)
    case 'internal-failure':
      return internalFailure()
    case 'unavailable':
      return serviceUnavailable()
    case 'region-disabled':
      return regionDisabled('123456789012')
    default:
      return undefined
  }
}

const portal = `<!DOCTYPE html>
<html><head><title>Welcome to the guest network</title></head>
<body><h1>Please sign in</h1><form action="/login"><input name="room"></form></body></html>
`
