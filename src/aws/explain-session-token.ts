import { ExitCode, type Failure, WrongTokenCode } from '../errors.ts'
import { explainCallError, type Refusal, refused, tailOf } from './explain.ts'
import { UnknownDevice } from './refusals.ts'
import type { AwsRequest } from './request.ts'
import type { SessionTokenParameters } from './sts.ts'

/** What a failed GetSessionToken means to its user, and what to do. */
export function explainSessionTokenError(
  error: unknown,
  request: AwsRequest,
  parameters: SessionTokenParameters,
): Failure {
  return explainCallError(error, request, {
    tokenCode: parameters.tokenCode,
    explain: (refusal) => explain(refusal, request, parameters),
  })
}

function explain(
  { code, message }: Refusal,
  request: AwsRequest,
  { serialNumber }: SessionTokenParameters,
): Failure | undefined {
  switch (code) {
    case 'AccessDenied':
      return explainDenied(message, request, serialNumber)
    case 'ValidationError': {
      // Its text repeats the code.
      const [, parameter] = /'(serialNumber|durationSeconds)'/i.exec(message) ?? []
      return refused(
        `AWS finds a parameter invalid${parameter === undefined ? '' : `: ${parameter}`}`,
        `the serial number is ${serialNumber.value}, from ${serialNumber.origin}`,
      )
    }
    default:
      return undefined
  }
}

function explainDenied(
  message: string,
  request: AwsRequest,
  { value, origin }: SessionTokenParameters['serialNumber'],
): Failure | undefined {
  if (/invalid MFA one time pass code/i.test(message)) {
    return new WrongTokenCode(
      ExitCode.refused,
      `AWS did not accept the code for ${value}`,
      'it was mistyped, is no longer the current one, or has been used already: wait for the next code',
      'if that is refused too, set the clock of the phone or computer that makes the codes',
    )
  }
  if (/unable to validate MFA code/i.test(message)) {
    return new UnknownDevice(
      ExitCode.refused,
      `AWS does not know ${value} (from ${origin}) as an MFA device of the user whose key signed`,
      `the key is ${tailOf(request)}, from ${request.credentialsOrigin}`,
      'compare it with the console, under IAM, Users, Security credentials: an ARN with :mfa/ in it, or the number on the back of a hardware token',
    )
  }
  if (/session credentials/i.test(message)) {
    return refused(
      `${request.credentialsOrigin} holds a session, and AWS gives none for a session`,
      'name the profile that holds your long-term keys with --profile',
    )
  }
  return undefined
}
