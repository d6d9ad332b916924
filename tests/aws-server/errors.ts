// AWS's refusals, in AWS's words.

/** A refusal, with its HTTP status. `Receiver` says that the fault is AWS's own. */
export class AwsError extends Error {
  readonly code: string
  readonly status: number

  constructor(status: number, code: string, message: string) {
    super(message)
    this.code = code
    this.status = status
  }

  get type(): 'Sender' | 'Receiver' {
    return this.status >= 500 ? 'Receiver' : 'Sender'
  }
}

const accessDenied = (message: string) => new AwsError(403, 'AccessDenied', message)

export const notAuthorized = (arn: string, action: string, resource: string) =>
  accessDenied(
    `User: ${arn} is not authorized to perform: ${action} on resource: ${resource} ` +
      'with an explicit deny in an identity-based policy',
  )

/** Nothing allows it; AWS may add which policy would have to. */
export const notAllowed = (arn: string, action: string, resource: string) =>
  accessDenied(`User: ${arn} is not authorized to perform: ${action} on resource: ${resource}`)

export const rolesAreNotForRoot = () => accessDenied('Roles may not be assumed by root accounts.')

export const invalidCode = () =>
  accessDenied('MultiFactorAuthentication failed with invalid MFA one time pass code.')

export const unknownDevice = () =>
  accessDenied(
    'MultiFactorAuthentication failed, unable to validate MFA code.  ' +
      'Please verify your MFA serial number is valid and associated with this user.',
  )

export const halfOfMfa = () =>
  accessDenied(
    'MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.',
  )

export const signedWithSession = () => accessDenied('Cannot call GetSessionToken with session credentials')

export const validationError = (violations: readonly string[]) =>
  new AwsError(
    400,
    'ValidationError',
    `${violations.length} validation error${violations.length > 1 ? 's' : ''} detected: ${violations.join('; ')}`,
  )

export const invalidValue = (message: string) => new AwsError(400, 'ValidationError', message)

export const signatureDoesNotMatch = (
  message = 'The request signature we calculated does not match the signature you provided. ' +
    'Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
) => new AwsError(403, 'SignatureDoesNotMatch', message)

export const invalidClientTokenId = () =>
  new AwsError(403, 'InvalidClientTokenId', 'The security token included in the request is invalid.')

// A session's token is refused without the period that an unknown key's refusal has:
// https://github.com/aws-azure-login/aws-azure-login/issues/251
export const invalidSessionToken = () =>
  new AwsError(403, 'InvalidClientTokenId', 'The security token included in the request is invalid')

export const expiredToken = () =>
  new AwsError(403, 'ExpiredToken', 'The security token included in the request is expired')

export const missingAuthentication = () =>
  new AwsError(403, 'MissingAuthenticationToken', 'Request is missing Authentication Token')

export const incompleteSignature = (header: string) =>
  new AwsError(400, 'IncompleteSignature', `Authorization header is not well formed: ${header.split(' ')[0]}`)

export const invalidAction = (action: string, version: string) =>
  new AwsError(400, 'InvalidAction', `Could not find operation ${action} for version ${version}`)

export const noSuchUser = (name: string) =>
  new AwsError(404, 'NoSuchEntity', `The user with name ${name} cannot be found.`)

export const regionDisabled = (account: string) =>
  new AwsError(
    403,
    'RegionDisabledException',
    `STS is not activated in this region for account:${account}. ` +
      'Your account administrator can activate STS in this region using the IAM Console.',
  )

export const throttled = (status: number) => new AwsError(status, 'Throttling', 'Rate exceeded')

export const internalFailure = () =>
  new AwsError(
    500,
    'InternalFailure',
    'The request processing has failed because of an unknown error, exception or failure.',
  )

export const serviceUnavailable = () =>
  new AwsError(503, 'ServiceUnavailable', 'The request has failed due to a temporary failure of the server.')
