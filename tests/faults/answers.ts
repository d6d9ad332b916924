// What AWS answers, for somebody in its place to spoil.

import { createHash } from 'node:crypto'
import { AwsError } from '../aws-server/errors.ts'
import { renderError, renderResult } from '../aws-server/xml.ts'

/** Of the usual length, with no piece in common with another one. */
export function secretOf(name: string): string {
  return createHash('sha256').update(name).digest('base64').slice(0, 40)
}

export const longTermSecret = secretOf('a long-term key')

/** A session that nobody has issued. */
export const issued = {
  AccessKeyId: 'ASIACANARY0123456789',
  SecretAccessKey: secretOf('a session'),
  SessionToken: `${secretOf('a token').repeat(8)}==`,
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
