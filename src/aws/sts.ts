import {
  AssumeRoleCommand,
  type Credentials as CredentialsAnswer,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
  STSClient,
  type STSClientConfig,
} from '@aws-sdk/client-sts'
import type { Sourced } from '../settings.ts'
import { explainCallError } from './explain.ts'
import { explainRoleError } from './explain-role.ts'
import { explainSessionTokenError } from './explain-session-token.ts'
import { type AwsRequest, type Conversation, converse } from './request.ts'
import { strangeAnswer } from './strange-answer.ts'

/** GetSessionToken's parameters. */
export interface SessionTokenParameters {
  readonly serialNumber: Sourced
  readonly tokenCode: string
  readonly durationSeconds: number
}

/** Temporary credentials as they came: whether they are fit for use is for the session to say. */
export interface SessionTokenAnswer {
  readonly accessKeyId: unknown
  readonly secretAccessKey: unknown
  readonly sessionToken: unknown
  readonly expiration: unknown
  /** Milliseconds that AWS's clock is ahead of ours; undefined where its answer bears no date. */
  readonly clockOffset: number | undefined
}

/**
 * One GetSessionToken. It is sent again only where the code cannot have been judged: after throttling, and once after
 * a clock skew.
 * @throws {WrongTokenCode} AWS found the code wrong
 * @throws {Failure} refused or unreachable
 */
export function getSessionToken(
  request: AwsRequest,
  parameters: SessionTokenParameters,
): Promise<SessionTokenAnswer> {
  const command = new GetSessionTokenCommand({
    SerialNumber: parameters.serialNumber.value,
    TokenCode: parameters.tokenCode,
    DurationSeconds: parameters.durationSeconds,
  })
  return converse(request, openClient, async (client, conversation) => {
    const { Credentials: credentials } = await conversation.ask({
      purpose: `STS in ${request.endpoint.region} for a session token`,
      repeatable: false,
      send: (options) => client.send(command, options),
    })
    return readCredentials(credentials, conversation)
  }).catch((error: unknown) => {
    throw explainSessionTokenError(error, request, parameters)
  })
}

/** AssumeRole's parameters; the origins are for an error. */
export interface RoleParameters {
  readonly roleArn: Sourced
  readonly roleSessionName: string
  readonly externalId?: string | undefined
  /** Undefined: AWS's default, one hour. */
  readonly durationSeconds?: { readonly value: number; readonly origin: string } | undefined
  /** A role assumes it, whose session says nothing of MFA: IAM's user guide, "Secure API access with MFA". */
  readonly chained: boolean
}

/**
 * One AssumeRole, sent again after throttling, errors of AWS's own and broken connections.
 * @throws {RoleDenied} a policy does not allow it, and a fresher code may help
 * @throws {SessionRefused} the session that signs is no longer taken
 * @throws {Failure} refused or unreachable
 */
export function assumeRole(request: AwsRequest, parameters: RoleParameters): Promise<SessionTokenAnswer> {
  const command = new AssumeRoleCommand({
    RoleArn: parameters.roleArn.value,
    RoleSessionName: parameters.roleSessionName,
    ExternalId: parameters.externalId,
    DurationSeconds: parameters.durationSeconds?.value,
  })
  return converse(request, openClient, async (client, conversation) => {
    const { Credentials: credentials } = await conversation.ask({
      purpose: `STS in ${request.endpoint.region} for a session of ${parameters.roleArn.value}`,
      repeatable: true,
      send: (options) => client.send(command, options),
    })
    return readCredentials(credentials, conversation)
  }).catch((error: unknown) => {
    throw explainRoleError(error, request, parameters)
  })
}

/** Whose credentials signed. */
export interface CallerIdentity {
  readonly arn: string
  readonly account: string
}

/**
 * One GetCallerIdentity, sent again after throttling, errors of AWS's own and broken connections. It needs no permission.
 * @throws {SessionRefused} the session that signs is no longer taken
 * @throws {Failure} refused or unreachable
 */
export async function getCallerIdentity(request: AwsRequest): Promise<CallerIdentity> {
  const answer = await converse(request, openClient, (client, { ask }) =>
    ask({
      purpose: `STS in ${request.endpoint.region} whose credentials these are`,
      repeatable: true,
      send: (options) => client.send(new GetCallerIdentityCommand({}), options),
    }),
  ).catch((error: unknown) => {
    throw explainCallError(error, request)
  })
  const { Arn: arn = '', Account: account = '', UserId: userId = '' } = answer
  // An ARN's account and path are AWS's; what else it may hold, IAM's naming rules bound.
  if (!/^arn:[a-z-]+:(iam|sts)::\d{12}:[!-~]{1,1600}$/.test(arn)) throw strangeAnswer('caller')
  if (!/^\d{12}$/.test(account) || !/^[!-~]{1,200}$/.test(userId)) throw strangeAnswer('caller')
  return { arn, account }
}

function openClient(configuration: STSClientConfig): STSClient {
  return new STSClient(configuration)
}

function readCredentials(
  credentials: CredentialsAnswer | undefined,
  conversation: Conversation,
): SessionTokenAnswer {
  return {
    accessKeyId: credentials?.AccessKeyId,
    secretAccessKey: credentials?.SecretAccessKey,
    sessionToken: credentials?.SessionToken,
    expiration: credentials?.Expiration,
    clockOffset: conversation.clockOffset(),
  }
}
