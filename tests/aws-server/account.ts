// What AWS knows and keeps, and how it answers a request that nothing goes wrong with.

import { type Answer, answerError, answerResult } from './answer.ts'
import { assumeRole } from './assume-role.ts'
import { identifyCaller, type KeyRing } from './caller.ts'
import { AwsError, invalidAction } from './errors.ts'
import { getCallerIdentity } from './get-caller-identity.ts'
import { getSessionToken } from './get-session-token.ts'
import { listMfaDevices } from './list-mfa-devices.ts'
import type { Operation } from './operation.ts'
import type { AwsRequest } from './request.ts'
import type { Role } from './roles.ts'
import type { Session } from './sessions.ts'
import { UsedTokenCodes } from './token-codes.ts'
import type { User } from './users.ts'
import type { Service } from './xml.ts'

const operations: Readonly<Record<string, Operation>> = {
  GetSessionToken: getSessionToken,
  AssumeRole: assumeRole,
  GetCallerIdentity: getCallerIdentity,
  ListMFADevices: listMfaDevices,
}

export class Account implements KeyRing {
  readonly tokenCodes = new UsedTokenCodes()
  readonly #users = new Map<string, User>()
  readonly #sessions = new Map<string, Session>()
  readonly #roles = new Map<string, Role>()

  addUser(user: User): void {
    this.#users.set(user.accessKeyId, user)
  }

  /** Its keys are then unknown, as deleted ones are, and its sessions with them. */
  removeUser(user: User): void {
    this.#users.delete(user.accessKeyId)
    for (const session of this.#sessions.values()) {
      if (session.user === user) this.#sessions.delete(session.accessKeyId)
    }
  }

  addRole(role: Role): void {
    this.#roles.set(role.arn, role)
  }

  keepSession(session: Session): void {
    this.#sessions.set(session.accessKeyId, session)
  }

  findUser(accessKeyId: string): User | undefined {
    return this.#users.get(accessKeyId)
  }

  findSession(accessKeyId: string): Session | undefined {
    return this.#sessions.get(accessKeyId)
  }

  /** @param at in ms, by the server's clock */
  answer(request: AwsRequest, at: number): { answer: Answer; errorCode?: string } {
    const service = serviceOf(request)
    try {
      return { answer: this.#run(request, service, at) }
    } catch (error) {
      if (!(error instanceof AwsError)) throw error
      return { answer: answerError(service, error), errorCode: error.code }
    }
  }

  #run(request: AwsRequest, service: Service, at: number): Answer {
    const caller = identifyCaller(request, service, this, at)
    const operation = operations[request.action]
    if (operation?.version !== request.version) throw invalidAction(request.action, request.version)
    const call = {
      caller,
      parameters: request.parameters,
      at,
      tokenCodes: this.tokenCodes,
      keepSession: (session: Session) => this.keepSession(session),
      findRole: (arn: string) => this.#roles.get(arn),
    }
    return answerResult(service, request.action, operation.run(call))
  }
}

/** Both services are at one address here, so the action tells which is meant. */
export function serviceOf(request: AwsRequest): Service {
  return operations[request.action]?.service ?? (request.authorization?.service === 'iam' ? 'iam' : 'sts')
}
