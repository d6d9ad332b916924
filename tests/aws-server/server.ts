// The local AWS: STS and IAM on loopback, for the calls that this tool makes, as AWS answers them.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { Account, serviceOf } from './account.ts'
import { sendAnswer, sendCut } from './answer.ts'
import { answerInstead, type Fault, FaultQueue } from './faults.ts'
import { type AwsRequest, readRequest } from './request.ts'
import { describeRequest, type LoggedRequest } from './request-log.ts'
import { createRole, type Role, type RoleSpec } from './roles.ts'
import { createSession, type Session } from './sessions.ts'
import { cast, createUser, isFido, type User, type UserSpec } from './users.ts'

export type { Fault } from './faults.ts'
export type { Role, RoleSpec } from './roles.ts'
export type { User, UserSpec } from './users.ts'

export interface AwsServer {
  /** For every service: `http://127.0.0.1:PORT`, or `https://localhost:PORT`. */
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
  /** A role of the account, by default one that every user of it may assume for an hour. */
  addRole(spec?: RoleSpec): Role
  /** A session without asking for one. A negative duration gives one that has expired. */
  issueSession(
    user: User,
    options?: { durationSeconds?: number; mfa?: boolean; mfaAgeSeconds?: number },
  ): Session
  /** The next request (or so many) meets this fault. */
  fail(fault: Fault, times?: number): void
  /** Forgets faults, requests, used codes and the clock's offset; users, roles and sessions stay. */
  reset(): void
  close(): Promise<void>
}

export interface ServerOptions {
  /** 0, the default, takes a free one. */
  port?: number
  /** Speaks TLS, as `localhost`, with this key and certificate in PEM. */
  tls?: { key: string; cert: string }
}

export async function startAwsServer({ port = 0, tls }: ServerOptions = {}): Promise<AwsServer> {
  const account = new Account()
  const faults = new FaultQueue()
  const requests: LoggedRequest[] = []
  for (const user of Object.values(cast)) account.addUser(user)

  const listener = (incoming: IncomingMessage, response: ServerResponse) => void serve(incoming, response)
  const http = tls ? createTlsServer(tls, listener) : createServer(listener)
  const server: AwsServer = {
    url: tls
      ? `https://localhost:${await listen(http, port)}`
      : `http://127.0.0.1:${await listen(http, port)}`,
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
    addRole(spec = {}) {
      const role = createRole(spec)
      account.addRole(role)
      return role
    },
    issueSession(user, { durationSeconds = 43200, mfa = true, mfaAgeSeconds = 0 } = {}) {
      const mfaAt = mfa ? now() - mfaAgeSeconds * 1000 : undefined
      const session = createSession(user, now(), { durationSeconds, mfaAt })
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

async function listen(http: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject).listen(port, '127.0.0.1', resolve)
  })
  return (http.address() as AddressInfo).port
}

async function close(http: Server): Promise<void> {
  const closed = new Promise((resolve) => http.close(resolve))
  http.closeAllConnections()
  await closed
}
