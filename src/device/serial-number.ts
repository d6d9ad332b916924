import { configurationFailure } from '../errors.ts'
import { badSetting, resolveSetting, type SettingSources, type Sourced } from '../settings.ts'

/**
 * The serial number of the MFA device, from --serial-number, AWS_MFA_SERIAL or `mfa_serial`.
 * @throws {Failure} usage or configuration: none is given, or AWS could not take it
 */
export function resolveSerialNumber(sources: SettingSources): Sourced {
  const setting = resolveSetting(sources, {
    option: 'serial-number',
    variables: ['AWS_MFA_SERIAL'],
    key: 'mfa_serial',
  })
  if (setting === undefined) throw serialNumberMissing(sources.profile?.name)
  refuseSerialNumber(setting)
  return setting
}

function serialNumberMissing(profile: string | undefined) {
  return configurationFailure(
    profile === undefined
      ? 'no MFA device is configured'
      : `no MFA device is configured for profile ${profile}`,
    profile === undefined
      ? 'set AWS_MFA_SERIAL to its ARN, or pass it with --serial-number'
      : `aws configure set mfa_serial ARN --profile ${profile}; or set AWS_MFA_SERIAL; or pass --serial-number ARN`,
    'it stands in the console under IAM, Users, Security credentials: arn:aws:iam::123456789012:mfa/NAME, or the number on the back of a hardware token',
  )
}

/** The length and characters are the API's: GetSessionToken, SerialNumber. */
function refuseSerialNumber(setting: Sourced): void {
  const { value } = setting
  if (/^arn:[^:]*:iam::\d*:user\//.test(value)) {
    throw badSetting(
      setting,
      'that is the ARN of a user, not of an MFA device',
      "a device's ARN has :mfa/ where this has :user/, and the name of the device, which need not be the user's",
    )
  }
  if (value.includes(':u2f/')) {
    throw badSetting(
      setting,
      'that is a FIDO security key or passkey, which GetSessionToken cannot use',
      'add an authenticator app or a hardware TOTP token to the same user, or sign in with: aws login',
    )
  }
  if (!/^[\w+=/:,.@-]{9,256}$/.test(value)) {
    throw badSetting(
      setting,
      'that is no MFA serial number',
      "a virtual device's is its ARN, arn:aws:iam::123456789012:mfa/NAME; a hardware device's is printed on its back, such as GAHT12345678",
    )
  }
}
