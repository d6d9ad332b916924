import { forms } from '../forms.ts'
import { badSetting, resolveSetting, type SettingSources, type Sourced, settingNames } from '../settings.ts'

/**
 * The serial number of the MFA device, from --serial-number, AWS_MFA_SERIAL or `mfa_serial`; undefined where none is
 * given.
 * @throws {Failure} usage or configuration: AWS could not take it
 */
export function resolveSerialNumber(sources: SettingSources): Sourced | undefined {
  const setting = resolveSetting(sources, settingNames.serialNumber)
  if (setting !== undefined) refuseSerialNumber(setting)
  return setting
}

/** Whether it is a FIDO key's or passkey's, which GetSessionToken cannot use: nothing else tells them. */
export function isFido(serialNumber: string): boolean {
  return serialNumber.includes(':u2f/')
}

/** Whether AWS could take it. */
export function isSerialNumber(text: string): boolean {
  return forms.serialNumber.test(text)
}

function refuseSerialNumber(setting: Sourced): void {
  const { value } = setting
  if (/^arn:[^:]*:iam::\d*:user\//.test(value)) {
    throw badSetting(
      setting,
      'that is the ARN of a user, not of an MFA device',
      "a device's ARN has :mfa/ where this has :user/, and the name of the device, which need not be the user's",
    )
  }
  if (isFido(value)) {
    throw badSetting(
      setting,
      'that is a FIDO security key or passkey, which GetSessionToken cannot use',
      'add an authenticator app or a hardware TOTP token to the same user, or sign in with: aws login',
    )
  }
  if (!isSerialNumber(value)) {
    throw badSetting(
      setting,
      'that is no MFA serial number',
      "a virtual device's is its ARN, arn:aws:iam::123456789012:mfa/NAME; a hardware device's is printed on its back, such as GAHT12345678",
    )
  }
}
