import fc from 'fast-check'
import type { Variables } from '../../src/variables/displaced.ts'
import type { ExportedSession } from '../../src/variables/export.ts'
import type { Source } from '../../src/variables/state.ts'

/** What an environment variable can hold: anything but NUL, and not nothing; U+FFFD stands for what was no UTF-8. */
export const text = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 40 })
  .filter((one) => !/[\0\ufffd]/.test(one))

const region = fc.constantFrom('eu-west-1', 'us-east-1', 'eu-central-1')
const profile = fc.oneof(fc.constantFrom('work', 'home'), text)
const keyId = (prefix: string) => fc.stringMatching(/^[A-Z2-7]{16}$/).map((rest) => `${prefix}${rest}`)
const secret = fc.stringMatching(/^[A-Za-z0-9/+]{40}$/)

/** Any of the variables that an export changes, in any combination that a user's shell may hold. */
export const variables: fc.Arbitrary<Variables> = fc.record(
  {
    AWS_ACCESS_KEY_ID: fc.oneof(keyId('AKIA'), keyId('ASIA'), fc.constant('test')),
    AWS_SECRET_ACCESS_KEY: secret,
    AWS_SESSION_TOKEN: secret,
    AWS_CREDENTIAL_EXPIRATION: fc.constantFrom('2026-01-01T00:00:00Z', 'never'),
    AWS_SECURITY_TOKEN: secret,
    AWS_PROFILE: profile,
    AWS_DEFAULT_PROFILE: profile,
    AWS_ACCOUNT_ID: fc.constantFrom('123456789012', '210987654321'),
    AWS_CREDENTIAL_SCOPE: text,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
  },
  { requiredKeys: [] },
)

export const source: fc.Arbitrary<Source> = fc.oneof(
  fc.record({ profile }),
  fc.record({ accessKeyId: keyId('AKIA') }),
)

export const session: fc.Arbitrary<ExportedSession> = fc.record({
  accessKeyId: keyId('ASIA'),
  secretAccessKey: secret,
  sessionToken: fc.stringMatching(/^[A-Za-z0-9/+=]{100}$/),
  expiration: fc.constantFrom('2030-01-01T00:00:00Z', '2031-12-31T23:59:59Z'),
  source,
  issuedAt: fc.constantFrom('2029-12-31T12:00:00Z', '1999-12-31T23:59:59Z'),
  serialNumber: fc.constantFrom('GAHT12345678', 'arn:aws:iam::123456789012:mfa/team/user'),
})

/** The region that an option names, or none. */
export const regionOption = fc.option(region, { nil: undefined })
