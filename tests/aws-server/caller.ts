// Who sent a request, by its signature and session token.

import { describeAssumedRole } from './assume-role.ts'
import {
  expiredToken,
  incompleteSignature,
  invalidClientTokenId,
  invalidSessionToken,
  missingAuthentication,
  signatureDoesNotMatch,
} from './errors.ts'
import type { Authorization, AwsRequest } from './request.ts'
import type { Session } from './sessions.ts'
import { checkSignature } from './signature.ts'
import type { Partition, User } from './users.ts'
import type { Service } from './xml.ts'

export interface Caller {
  /** Whose long-term keys stand at the beginning. */
  readonly user: User
  /** Of the user, or of the role that the session is for. */
  readonly arn: string
  readonly userId: string
  readonly account: string
  /** Undefined when long-term keys signed. */
  readonly session: Session | undefined
}

export interface KeyRing {
  findUser(accessKeyId: string): User | undefined
  findSession(accessKeyId: string): Session | undefined
}

/** @param at in ms, by the server's clock
 *  @throws AwsError */
export function identifyCaller(request: AwsRequest, service: Service, keys: KeyRing, at: number): Caller {
  const authorization = readAuthorization(request)
  const session = keys.findSession(authorization.accessKeyId)
  const user = session?.user ?? keys.findUser(authorization.accessKeyId)
  if (!user || user.partition !== partitionOf(authorization.region)) throw invalidClientTokenId()
  if (authorization.service !== service) {
    throw signatureDoesNotMatch(`Credential should be scoped to correct service: '${service}'. `)
  }
  checkSignature(request, authorization, (session ?? user).secretAccessKey, at)
  checkSessionToken(request.headers['x-amz-security-token'], session, at)
  return { user, session, ...describeIdentity(user, session) }
}

function describeIdentity(user: User, session: Session | undefined) {
  if (!session?.assumed) return { arn: user.arn, userId: user.userId, account: user.account }
  const { role, sessionName } = session.assumed
  const { Arn, AssumedRoleId } = describeAssumedRole(role, sessionName)
  return { arn: Arn, userId: AssumedRoleId, account: role.account }
}

function readAuthorization(request: AwsRequest): Authorization {
  if (request.authorization) return request.authorization
  const header = request.headers['authorization']
  throw header ? incompleteSignature(header) : missingAuthentication()
}

function checkSessionToken(token: string | undefined, session: Session | undefined, at: number): void {
  if (token !== session?.sessionToken) throw invalidSessionToken()
  if (session && session.expiration.getTime() <= at) throw expiredToken()
}

function partitionOf(region: string): Partition {
  if (region.startsWith('cn-')) return 'aws-cn'
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws'
}
