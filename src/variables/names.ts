/** What a session consists of, wherever it comes from. */
export const sessionVariables = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_CREDENTIAL_EXPIRATION',
] as const

/** The older name of AWS_SESSION_TOKEN; botocore reads it first, so a stale one beats the new token. */
export const securityToken = 'AWS_SECURITY_TOKEN'

export const profileVariables = ['AWS_PROFILE', 'AWS_DEFAULT_PROFILE'] as const

/** With any of these beside a session, clients would use other credentials or another account's endpoint. */
export const clearedVariables = [
  securityToken,
  ...profileVariables,
  'AWS_ACCOUNT_ID',
  'AWS_CREDENTIAL_SCOPE',
] as const

/** The AWS CLI reads only the second, most SDKs only the first. */
export const regionVariables = ['AWS_REGION', 'AWS_DEFAULT_REGION'] as const

/** What --unset can put back: neither keys nor a session, and no secret. */
export const restorableVariables: readonly string[] = [
  ...profileVariables,
  'AWS_ACCOUNT_ID',
  'AWS_CREDENTIAL_SCOPE',
  ...regionVariables,
]

/** Where the record of our export travels. */
export const stateVariable = 'AWS_MFA_ENV_STATE'

/** What an export changes; the record may name no other. */
export const changedVariables = [...sessionVariables, ...clearedVariables, ...regionVariables] as const

export type ChangedVariable = (typeof changedVariables)[number]
