import { ExitCode, Failure, WrongTokenCode } from '../errors.ts'
import type { Sourced } from '../settings.ts'
import { describeOffset } from './clock.ts'
import { partitionOfRegion } from './partitions.ts'
import { NotAwsError } from './request-handler.ts'
import { errorCode, isClockSkew, isThrottling, statusCode } from './retry.ts'
import { StsError } from './sts.ts'

/** What was asked, as far as it explains a refusal. */
export interface AskedFor {
  readonly accessKeyId: string
  readonly tokenCode: string
  /** Where the keys came from: `profile work (...)`. */
  readonly keysOrigin: string
  readonly serialNumber: Sourced
  readonly region: string
  readonly url: string | undefined
}

const spent = 'the code may be spent: wait for the next one and try again'
const unspent = 'the code was not sent: it can be used as long as the device shows it'

/**
 * What a failed GetSessionToken means to its user, and what to do.
 * @returns exit code 4 where AWS refused, 5 where it could not be reached or somebody else answered
 */
export function explainStsError(error: unknown, asked: AskedFor): Failure {
  const cause = error instanceof StsError ? error.cause : error
  const offset = error instanceof StsError ? error.clockOffset : undefined
  if (cause instanceof NotAwsError) return explainStranger(cause, asked)
  const status = statusCode(cause)
  if (isThrottling(cause)) {
    return unreachable(
      'AWS asked us to slow down until the time was up',
      'wait a minute and try again with a new code',
    )
  }
  if (status !== undefined && status >= 500) {
    return unreachable(`AWS had an error of its own: ${wordsOf(cause, asked)}`, spent)
  }
  if (status === undefined || status < 300) return explainSilence(cause, asked)
  return explainRefusal(cause as Error, asked, offset)
}

function refused(message: string, ...hints: string[]): Failure {
  return new Failure(ExitCode.refused, message, ...hints)
}

function unreachable(message: string, ...hints: string[]): Failure {
  return new Failure(ExitCode.unreachable, message, ...hints)
}

function explainRefusal(error: Error, asked: AskedFor, offset: number | undefined): Failure {
  const { message } = error
  if (isClockSkew(error)) return explainSkew(offset)
  switch (errorCode(error)) {
    case 'AccessDenied':
      return explainDenied(error, asked)
    case 'SignatureDoesNotMatch':
      return refused(
        `the secret access key is wrong: AWS computes another signature for key ${tail(asked)}, from ${asked.keysOrigin}`,
        'copy the secret again, or make a new access key; the code is not spent',
      )
    case 'InvalidClientTokenId':
      return refused(
        `AWS does not know access key ${tail(asked)}, from ${asked.keysOrigin}, in ${asked.region} (partition ${partitionOfRegion(asked.region)})`,
        'the key may be deleted or inactive, of another partition, or the region not enabled for the account',
      )
    case 'ExpiredToken':
    case 'ExpiredTokenException':
      return refused(
        `AWS says that the keys have expired: ${wordsOf(error, asked)}`,
        `they came from ${asked.keysOrigin}`,
      )
    case 'RegionDisabledException':
      return refused(
        `STS is not activated in ${asked.region}: ${wordsOf(error, asked)}`,
        'take another region with --region',
      )
    case 'ValidationError':
      // Its text repeats the code.
      return refused(
        `AWS finds a parameter invalid${/'(serialNumber|durationSeconds)'/i.test(message) ? `: ${/'(serialNumber|durationSeconds)'/i.exec(message)?.[1]}` : ''}`,
        `the serial number is ${asked.serialNumber.value}, from ${asked.serialNumber.origin}`,
      )
    default:
      return refused(`AWS refused: ${wordsOf(error, asked)}`, `signed with ${asked.keysOrigin}`)
  }
}

function explainDenied(error: Error, asked: AskedFor): Failure {
  const { value, origin } = asked.serialNumber
  if (/invalid MFA one time pass code/i.test(error.message)) {
    return new WrongTokenCode(
      ExitCode.refused,
      `AWS did not accept the code for ${value}`,
      'it was mistyped, is no longer the current one, or has been used already: wait for the next code',
      'if that is refused too, set the clock of the phone or computer that makes the codes',
    )
  }
  if (/unable to validate MFA code/i.test(error.message)) {
    return refused(
      `AWS does not know ${value} (from ${origin}) as an MFA device of the user whose key signed`,
      `the key is ${tail(asked)}, from ${asked.keysOrigin}`,
      'compare it with the console, under IAM, Users, Security credentials: an ARN with :mfa/ in it, or the number on the back of a hardware token',
    )
  }
  if (/session credentials/i.test(error.message)) {
    return refused(
      `${asked.keysOrigin} holds a session, and AWS gives none for a session`,
      'name the profile that holds your long-term keys with --profile',
    )
  }
  return refused(
    `AWS refused: ${wordsOf(error, asked)}`,
    `a policy denies it for ${asked.keysOrigin}; an administrator of the account can change that`,
  )
}

function explainSkew(offset: number | undefined): Failure {
  return refused(
    `this computer's clock is ${describeOffset(offset)}, so that AWS does not accept its signature`,
    'set the clock; the code is not spent',
  )
}

function explainStranger(error: NotAwsError, asked: AskedFor): Failure {
  const host = hostOf(asked)
  if (error.statusCode >= 500) return unreachable(`${host} answered with status ${error.statusCode}`, spent)
  return unreachable(
    `the answer did not come from AWS: ${host} ${error.message}`,
    error.statusCode >= 300 && error.statusCode < 400
      ? 'a redirect is not followed; a proxy or the sign-in page of a network may be in between'
      : 'a proxy or the sign-in page of a network may be in between: open a web page to see',
    spent,
  )
}

function explainSilence(cause: unknown, asked: AskedFor): Failure {
  const where = hostOf(asked)
  const code = (cause as NodeJS.ErrnoException | undefined)?.code ?? ''
  if (/^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ENETDOWN)$/.test(code)) {
    return unreachable(
      `${where} cannot be reached (${code})`,
      'look at the network, the region and the endpoint',
      unspent,
    )
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS|EPROTO/.test(code)) {
    return unreachable(`${where} does not show a certificate to be trusted (${code})`, unspent)
  }
  // The SDK calls a broken connection a TimeoutError too; its code tells the two apart.
  if (/^(AbortError|TimeoutError)$/.test(errorCode(cause)) && !/^(ECONNRESET|EPIPE)$/.test(code)) {
    return unreachable(`${where} did not answer in time`, spent)
  }
  return unreachable(`the connection to ${where} broke before an answer came${code && ` (${code})`}`, spent)
}

function hostOf({ url, region }: AskedFor): string {
  return url === undefined ? `STS in ${region}` : new URL(url).origin
}

function tail(asked: AskedFor): string {
  return `...${asked.accessKeyId.slice(-4)}`
}

/** AWS's own code and message, bounded, without the token code that it may repeat. */
function wordsOf(error: unknown, { tokenCode }: AskedFor): string {
  const { name, message } = error as Error
  return `${message.replaceAll(tokenCode, '******').slice(0, 600)} (${name.slice(0, 80)})`
}
