import { ExitCode, Failure } from '../errors.ts'
import { describeOffset } from './clock.ts'
import { partitionOfRegion } from './partitions.ts'
import { SessionRefused } from './refusals.ts'
import type { AwsRequest } from './request.ts'
import {
  connectionCode,
  errorCode,
  isAwsError,
  isClockSkew,
  isThrottling,
  NotAwsError,
  ProxyError,
  RequestError,
  statusCode,
} from './request-errors.ts'

/** What one call adds to the explanation that all share. */
export interface CallContext {
  /** The code that was sent along, which AWS's words may repeat and whose fate the user wants to know. */
  readonly tokenCode?: string
  /** The call's own refusals; undefined for those that any call may meet. */
  explain?(refusal: Refusal): Failure | undefined
}

/** What AWS said, without what is secret in it. */
export interface Refusal {
  /** Such as AccessDenied. */
  readonly code: string
  readonly message: string
  /** Both, bounded, to be shown. */
  readonly words: string
}

const spent = 'the code may be spent: wait for the next one and try again'
const unspent = 'the code was not sent: it can be used as long as the device shows it'

/**
 * What a failed request means to its user, and what to do.
 * @returns exit code 4 where AWS refused, 5 where it could not be reached or somebody else answered; a Failure as it is
 */
export function explainCallError(error: unknown, request: AwsRequest, context: CallContext = {}): Failure {
  const { cause, clockOffset } =
    error instanceof RequestError ? error : { cause: error, clockOffset: undefined }
  if (cause instanceof Failure) return cause
  if (cause instanceof ProxyError) return explainProxy(cause, request, context)
  if (cause instanceof NotAwsError) return explainStranger(cause, request, context)
  const status = statusCode(cause)
  if (isThrottling(cause)) {
    return unreachable(
      'AWS asked us to slow down until the time was up',
      `wait a minute and try again${context.tokenCode === undefined ? '' : ' with a new code'}`,
    )
  }
  if (status === undefined) return explainSilence(cause, request, context)
  // The SDK could not read it; its own text would repeat parts of the answer.
  if (!isAwsError(cause)) return explainStranger(new NotAwsError(status), request, context)
  const refusal = readRefusal(cause, request, context)
  if (status >= 500) {
    return unreachable(`AWS had an error of its own: ${refusal.words}`, fateOfCode(context))
  }
  if (isClockSkew(cause)) return explainSkew(clockOffset, context)
  return context.explain?.(refusal) ?? explainRefusal(refusal, request, context)
}

/** Exit code 4. */
export function refused(message: string, ...hints: string[]): Failure {
  return new Failure(ExitCode.refused, message, ...hints)
}

/** The last four characters of the key id that signed. */
export function tailOf({ credentials }: AwsRequest): string {
  return `...${credentials.accessKeyId.slice(-4)}`
}

function unreachable(message: string, ...hints: string[]): Failure {
  return new Failure(ExitCode.unreachable, message, ...hints)
}

function fateOfCode({ tokenCode }: CallContext): string {
  return tokenCode === undefined ? 'try again in a minute' : spent
}

function ifUnsent({ tokenCode }: CallContext): string[] {
  return tokenCode === undefined ? [] : [unspent]
}

function explainRefusal({ code, words }: Refusal, request: AwsRequest, context: CallContext): Failure {
  const { credentialsOrigin: origin, credentials, endpoint } = request
  const unspentToo = context.tokenCode === undefined ? '' : '; the code is not spent'
  switch (code) {
    case 'SignatureDoesNotMatch':
      return refused(
        `the secret access key is wrong: AWS computes another signature for key ${tailOf(request)}, from ${origin}`,
        credentials.sessionToken === undefined
          ? `copy the secret again, or make a new access key${unspentToo}`
          : 'a part of the session has been lost or replaced: get a new one',
      )
    case 'InvalidClientTokenId':
      return credentials.sessionToken === undefined
        ? explainUnknownKey(request)
        : explainUnknownSession(request)
    case 'ExpiredToken':
    case 'ExpiredTokenException':
      return credentials.sessionToken === undefined
        ? refused(`AWS says that the keys have expired: ${words}`, `they came from ${origin}`)
        : sessionRefused(`the session has expired: ${words}`, `it came from ${origin}: get a new one`)
    case 'RegionDisabledException':
      return refused(
        `STS is not activated in ${endpoint.region}: ${words}`,
        'take another region with --region',
      )
    case 'AccessDenied':
      return refused(
        `AWS refused: ${words}`,
        `a policy denies it for ${origin}; an administrator of the account can change that`,
      )
    default:
      return refused(`AWS refused: ${words}`, `signed with ${origin}`)
  }
}

function explainUnknownKey(request: AwsRequest): Failure {
  const { region } = request.endpoint
  return refused(
    `AWS does not know access key ${tailOf(request)}, from ${request.credentialsOrigin}, in ${region} (partition ${partitionOfRegion(region)})`,
    'the key may be deleted or inactive, of another partition (--region takes a region there), or the region not enabled for the account',
  )
}

function explainUnknownSession(request: AwsRequest): Failure {
  const { region } = request.endpoint
  return sessionRefused(
    `AWS does not take the session with key ${tailOf(request)}, from ${request.credentialsOrigin}, in ${region} (partition ${partitionOfRegion(region)})`,
    'whom it was issued to may be deleted or inactive, or the region not enabled for the account: get a new one',
  )
}

function sessionRefused(message: string, ...hints: string[]): Failure {
  return new SessionRefused(ExitCode.refused, message, ...hints)
}

function explainSkew(offset: number | undefined, { tokenCode }: CallContext): Failure {
  return refused(
    `this computer's clock is ${describeOffset(offset)}, so that AWS does not accept its signature`,
    `set the clock${tokenCode === undefined ? '' : '; the code is not spent'}`,
  )
}

function explainStranger(error: NotAwsError, request: AwsRequest, context: CallContext): Failure {
  const host = hostOf(request)
  if (error.statusCode >= 500) {
    return unreachable(`${host} answered with status ${error.statusCode}`, fateOfCode(context))
  }
  return unreachable(
    `the answer did not come from AWS: ${host} ${error.message}`,
    error.statusCode >= 300 && error.statusCode < 400
      ? 'a redirect is not followed; a proxy or the sign-in page of a network may be in between'
      : 'a proxy or the sign-in page of a network may be in between: open a web page to see',
    fateOfCode(context),
  )
}

function explainSilence(cause: unknown, request: AwsRequest, context: CallContext): Failure {
  const where = hostOf(request)
  const code = connectionCode(cause)
  if (isUnreachable(code)) {
    return unreachable(
      `${where} cannot be reached (${code})`,
      'look at the network, the region and the endpoint',
      ...ifUnsent(context),
    )
  }
  if (isUntrusted(code)) return explainCertificate(where, code, request, context)
  if (isTimeout(cause)) return unreachable(`${where} did not answer in time`, fateOfCode(context))
  return unreachable(
    `the connection to ${where} broke before an answer came${code && ` (${code})`}`,
    fateOfCode(context),
  )
}

function explainCertificate(
  where: string,
  code: string,
  { endpoint: { caBundle } }: AwsRequest,
  context: CallContext,
): Failure {
  return unreachable(
    `${where} does not show a certificate to be trusted (${code})`,
    caBundle === undefined
      ? "where a proxy reads along or the endpoint is your own, AWS_CA_BUNDLE names the file with its authority's certificate"
      : `only the authorities in ${caBundle.path} are trusted, from ${caBundle.origin}`,
    ...ifUnsent(context),
  )
}

function explainProxy(
  { statusCode, cause, proxy }: ProxyError,
  request: AwsRequest,
  context: CallContext,
): Failure {
  const where = `the proxy ${proxy.display} (from ${proxy.origin})`
  const code = connectionCode(cause)
  const hints = [
    'look at the network and the variable; NO_PROXY names hosts that are asked without a proxy',
    ...ifUnsent(context),
  ]
  if (statusCode === 407) {
    return unreachable(
      `${where} does not let us through without ${proxy.authorization === undefined ? 'a user and a password' : 'another user or password'} (status 407)`,
      `they stand in the variable, as in ${proxy.protocol}//user:password@${proxy.host}`,
      ...ifUnsent(context),
    )
  }
  if (statusCode !== undefined) {
    return unreachable(`${where} did not connect us to ${hostOf(request)} (status ${statusCode})`, ...hints)
  }
  if (isUntrusted(code)) {
    return unreachable(`${where} does not show a certificate to be trusted (${code})`, ...ifUnsent(context))
  }
  if (isTimeout(cause)) return unreachable(`${where} did not answer in time`, ...hints)
  return unreachable(
    isUnreachable(code)
      ? `${where} cannot be reached (${code})`
      : `${where} broke the connection before it had made one to AWS${code && ` (${code})`}`,
    ...hints,
  )
}

function isUnreachable(code: string): boolean {
  return /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ENETDOWN)$/.test(code)
}

function isUntrusted(code: string): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS|EPROTO/.test(code)
}

/** The SDK calls a broken connection a TimeoutError too; its code tells the two apart. */
function isTimeout(cause: unknown): boolean {
  return (
    /^(AbortError|TimeoutError)$/.test(errorCode(cause)) &&
    !/^(ECONNRESET|EPIPE)$/.test(connectionCode(cause))
  )
}

function hostOf({ endpoint: { service, url, region, useFips } }: AwsRequest): string {
  if (url !== undefined) return new URL(url).origin
  const name = service === 'iam' ? `IAM of partition ${partitionOfRegion(region)}` : `STS in ${region}`
  return useFips ? `${name} (FIPS)` : name
}

/** AWS's words may repeat what it was sent. */
function readRefusal(error: unknown, { credentials }: AwsRequest, { tokenCode }: CallContext): Refusal {
  const { name = '', message: told = '' } = (error ?? {}) as Partial<Error>
  const secrets = [credentials.secretAccessKey, credentials.sessionToken, tokenCode]
  const harmless = (text: string) =>
    secrets.reduce<string>((rest, secret) => (secret ? rest.replaceAll(secret, '******') : rest), text)
  const [code, message] = [harmless(name), harmless(told)]
  return { code, message, words: `${message.slice(0, 600)} (${code.slice(0, 80)})` }
}
