import { expect } from 'vitest'
import type { ToolRun } from '../commands/tool.ts'
import { issued, longTermSecret } from './answers.ts'

/** Six digits that nothing else here has. */
export const tokenCode = '918273'

const secrets = [issued.SecretAccessKey, issued.SessionToken, longTermSecret, tokenCode]

/**
 * A run that failed as the contract wants it: its status, the failing statement of sh and nothing else on stdout, on
 * stderr lines of ours without a stack and without a secret.
 * @param statuses 5 where nobody can tell what answered
 */
export function expectFailure(ran: ToolRun, statuses: readonly number[] = [5]): void {
  expect(statuses, ran.stderr).toContain(ran.status)
  expect(ran.stdout).toBe(`(exit ${ran.status});\n`)
  expect(ran.stderr).toMatch(
    /^(aws-mfa-env: note: [ -~]+\n)*aws-mfa-env: error: [ -~]+\n(aws-mfa-env: hint: [ -~]+\n)*$/,
  )
  expect(secrets.filter((secret) => ran.stderr.includes(secret))).toEqual([])
}

/** A run that printed exactly the session of the answer. */
export function expectSession(ran: ToolRun, fields: Partial<typeof issued> = {}): void {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = { ...issued, ...fields }
  expect(ran.status, ran.stderr).toBe(0)
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_CREDENTIAL_EXPIRATION } =
    JSON.parse(ran.stdout)
  expect({ AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_CREDENTIAL_EXPIRATION }).toEqual({
    AWS_ACCESS_KEY_ID: AccessKeyId,
    AWS_SECRET_ACCESS_KEY: SecretAccessKey,
    AWS_SESSION_TOKEN: SessionToken,
    AWS_CREDENTIAL_EXPIRATION: Expiration,
  })
}
