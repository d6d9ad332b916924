// The local AWS: STS and IAM on loopback, for the calls that this tool makes, as AWS answers them.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Account, serviceOf } from './account.ts'
import { sendAnswer, sendCut } from './answer.ts'
import { answerInstead, type Fault, FaultQueue } from './faults.ts'
import { type AwsRequest, readRequest } from './request.ts'
import { describeRequest, type LoggedRequest } from './request-log.ts'
import { createSession, type Session } from './sessions.ts'
import { cast, createUser, isFido, type User, type UserSpec } from './users.ts'

export type { Fault } from './faults.ts'
export type { User, UserSpec } from './users.ts'

export interface AwsServer {
  /** For every service: `http://127.0.0.1:PORT`. */
  readonly url: string
  /** Everything that was asked, in order. */
  readonly requests: readonly LoggedRequest[]
  /** The fixed cast; a test that needs a code should rather make a user of its own. */
  readonly users: typeof cast
  /** What the server's clock is ahead of the machine's. Devices go by the server's clock. */
  clockOffsetMs: number
  /** A user whom nobody else has, with a virtual device: its code has not been used. */
  addUser(spec?: UserSpec): User
  /** Deletes the user's keys. */
  removeUser(user: User): void
  /** A code that AWS would take now, of the user's first usable device or that with this serial number. */
  nextTokenCode(user: User, serialNumber?: string): string
  /** A session without asking for one. A negative duration gives one that has expired. */
  issueSession(user: User, options?: { durationSeconds?: number; mfa?: boolean }): Session
  /** The next request (or so many) meets this fault. */
  fail(fault: Fault, times?: number): void
  /** Forgets faults, requests, used codes and the clock's offset; users and sessions stay. */
  reset(): void
  close(): Promise<void>
}

/** @param options.port 0, the default, takes a free one */
export async function startAwsServer(options: { port?: number } = {}): Promise<AwsServer> {
  const account = new Account()
  const faults = new FaultQueue()
  const requests: LoggedRequest[] = []
  for (const user of Object.values(cast)) account.addUser(user)

  const http = createServer((incoming, response) => void serve(incoming, response))
  const server: AwsServer = {
    url: await listen(http, options.port ?? 0),
    requests,
    users: cast,
    clockOffsetMs: 0,
    addUser(spec = {}) {
      const user = createUser(spec)
      account.addUser(user)
      return user
    },
    removeUser: (user) => account.removeUser(user),
    nextTokenCode: (user, serialNumber = user.serialNumber) =>
      account.tokenCodes.findUnused(findDevice(user, serialNumber), now()),
    issueSession(user, { durationSeconds = 43200, mfa = true } = {}) {
      const session = createSession(user, now(), durationSeconds, mfa)
      account.keepSession(session)
      return session
    },
    fail: (fault, times = 1) => faults.add(fault, times),
    reset() {
      faults.clear()
      requests.length = 0
      account.tokenCodes.clear()
      server.clockOffsetMs = 0
    },
    close: () => close(http),
  }
  return server

  function now(): number {
    return Date.now() + server.clockOffsetMs
  }

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await readRequest(incoming).catch(() => undefined)
    // The client went away.
    if (!request) return
    const logged = describeRequest(request)
    requests.push(logged)
    answer(request, response, logged, faults.take(request.action))
  }

  function answer(request: AwsRequest, response: ServerResponse, logged: LoggedRequest, fault?: Fault): void {
    if (fault?.kind === 'hang') return
    const at = now() + (fault?.kind === 'skew' ? fault.offsetMs : 0)
    const instead = fault && answerInstead(fault, serviceOf(request))
    const { answer, errorCode } = instead ? { answer: instead } : account.answer(request, at)
    if (errorCode) logged.errorCode = errorCode
    if (fault?.kind === 'cut') {
      sendCut(response, answer, at, fault.where)
    } else {
      logged.status = answer.status
      sendAnswer(response, answer, at)
    }
  }
}

function findDevice(user: User, serialNumber: string) {
  const device = user.devices.find((candidate) => candidate.serialNumber === serialNumber)
  if (!device || isFido(device))
    throw new Error(`${user.name} has no device ${serialNumber} that shows codes`)
  return device
}

async function listen(http: Server, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject).listen(port, '127.0.0.1', resolve)
  })
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`
}

async function close(http: Server): Promise<void> {
  const closed = new Promise((resolve) => http.close(resolve))
  http.closeAllConnections()
  await closed
}
