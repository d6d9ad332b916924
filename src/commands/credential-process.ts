import { ExitCode, type Failure, usageFailure } from '../errors.ts'
import type { CommandLine } from '../options.ts'
import type { Outcome } from '../outcome.ts'
import { resolveOrder, type SessionOrder } from '../session/order.ts'
import { provideSession } from '../session/provide-session.ts'
import { describeLack } from '../session/session-cache.ts'
import { refuseOperands } from '../stray-code.ts'
import type { Surroundings } from '../surroundings.ts'

/**
 * `credential-process`: a session in the JSON that the AWS CLI and the SDKs ask of a `credential_process`. They call it
 * from editors and daemons, several at once, with stderr captured: it never asks anybody.
 */
export async function runCredentialProcess(line: CommandLine, surroundings: Surroundings): Promise<Outcome> {
  refuseOperands('credential-process', line.operands)
  const order = resolveOrder(line, surroundings)
  const codes = {
    typed: undefined,
    openTerminal: () => undefined,
    unattended: true as const,
    missing: () => codeMissing(order, surroundings),
  }
  const session = await provideSession(order, codes, surroundings)
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = session
  const json = JSON.stringify({
    Version: 1,
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    SessionToken: sessionToken,
    Expiration: expiration,
  })
  return { stdout: `${json}\n`, exitCode: ExitCode.done }
}

function codeMissing(order: SessionOrder, surroundings: Surroundings): Failure {
  const { identity, cache } = order
  const [profile] = identity.profiles
  const whose = profile === undefined ? 'the key in the environment' : `profile ${profile.name}`
  const lack = describeLack(order, surroundings)
  const found =
    lack === undefined
      ? `no session of ${whose} is cached`
      : `the cached session of ${whose} does not serve (${lack})`
  return usageFailure(
    `${found}, and credential-process asks nobody for a code`,
    cache === undefined
      ? 'sessions of such keys are cached with AWS_MFA_ENV_CACHE=on alone'
      : `get one in a terminal, and it serves here too: awsmfa${profile === undefined ? '' : ` --profile ${profile.name}`}${lack === undefined ? '' : ', with the options that stand here, and --new'}`,
    'or let a command print the code: mfa_process in the profile',
  )
}
