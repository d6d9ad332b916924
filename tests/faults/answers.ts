// What AWS answers, for somebody in its place to spoil.

import { AwsError } from '../aws-server/errors.ts'
import { renderError, renderResult } from '../aws-server/xml.ts'

export const longTermSecret = 'LongTermSecretCanary/0123456789+abcdefgh'

/** A session that nobody has issued. */
export const issued = {
  AccessKeyId: 'ASIACANARY0123456789',
  SecretAccessKey: 'SessionSecretCanary/0123456789+abcdefghi',
  SessionToken: `SessionTokenCanary//${'FwoGZXIvYXdzEJr0123456789/'.repeat(12)}==`,
  Expiration: '2099-12-31T23:59:59Z',
} as const

type Fields = Partial<Record<keyof typeof issued, string>>

/** STS's answer with a session; a field is text, and may be anything with `spoil`. */
export function sessionBody(fields: Fields = {}): string {
  return renderResult('sts', 'GetSessionToken', { Credentials: { ...issued, ...fields } }, 'an-id').trimEnd()
}

/** The same, with XML in the place of a field's content. */
export function rawSessionBody(field: keyof typeof issued, xml: string): string {
  return sessionBody().replace(`>${issued[field]}<`, () => `>${xml}<`)
}

/** The same, with more XML behind a field. */
export function extendedSessionBody(xml: string): string {
  return sessionBody().replace('</SecretAccessKey>', () => `</SecretAccessKey>${xml}`)
}

export const deviceBody = renderResult(
  'iam',
  'ListMFADevices',
  {
    MFADevices: [
      { UserName: 'alice', SerialNumber: 'GAHT12345678', EnableDate: '2024-02-29T12:00:00Z' },
      {
        UserName: 'alice',
        SerialNumber: 'arn:aws:iam::123456789012:mfa/alice',
        EnableDate: '2024-02-29T12:00:00Z',
      },
    ],
    IsTruncated: 'false',
  },
  'an-id',
).trimEnd()

export const callerBody = renderResult(
  'sts',
  'GetCallerIdentity',
  { Arn: 'arn:aws:iam::123456789012:user/alice', UserId: 'AIDACANARY0123456789', Account: '123456789012' },
  'an-id',
).trimEnd()

export const refusalBody = renderError('sts', new AwsError(403, 'AccessDenied', 'no'), 'an-id').trimEnd()

/** Who asks, and the one who is asked: no home, no file, no cache. */
export function variablesFor(url: string): Record<string, string> {
  return {
    AWS_ACCESS_KEY_ID: 'AKIACANARY0123456789',
    AWS_SECRET_ACCESS_KEY: longTermSecret,
    AWS_MFA_SERIAL: 'GAHT12345678',
    AWS_ENDPOINT_URL: url,
  }
}
