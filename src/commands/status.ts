import { ExitCode, printable } from '../errors.ts'
import type { CommandLine } from '../options.ts'
import type { Outcome } from '../outcome.ts'
import { askWhose } from '../session/ask-whose.ts'
import { resolveMinimumRemaining } from '../session/duration.ts'
import { findHeldSession, type HeldSession } from '../session/held-session.ts'
import { formatTime, remainingOf } from '../session/session.ts'
import { refuseOperands } from '../stray-code.ts'
import type { Surroundings } from '../surroundings.ts'
import { readVariables } from '../variables/displaced.ts'
import { profileVariables, securityToken } from '../variables/names.ts'

/** What `status` says of a session: the members of its JSON. */
interface Status {
  /** `other`: a session that aws-mfa-env did not set. */
  readonly session: 'ours' | 'other' | 'none'
  readonly keyId?: string
  readonly profile?: string | undefined
  /** The long-term key's id, where it stood in the environment and in no profile. */
  readonly sourceKeyId?: string | undefined
  readonly roleArn?: string | undefined
  readonly serialNumber?: string
  readonly account?: string | undefined
  /** When the code was shown: RFC 3339, UTC; and seconds since 1970. */
  readonly issuedAt?: string | undefined
  readonly issuedAtEpoch?: number | undefined
  /** RFC 3339, UTC, and seconds since 1970; missing where nothing says when the session ends. */
  readonly expiration?: string | undefined
  readonly expirationEpoch?: number | undefined
  readonly remainingSeconds?: number | undefined
  /** Of --verify: who AWS says it is. */
  readonly arn?: string
}

/**
 * `status`: whose session is in the environment, or saved or cached of --profile, and until when. Exit code 3 where
 * none is good for --min-remaining.
 */
export async function runStatus(line: CommandLine, surroundings: Surroundings): Promise<Outcome> {
  refuseOperands('status', line.operands)
  const minimum = resolveMinimumRemaining(line.values['min-remaining'])
  const held = findHeldSession(line, surroundings)
  if (line.values.profile === undefined && held !== undefined) noteRivals(surroundings)
  const status = describe(held, surroundings.now())
  // Who asks for time that is left is not served by an end that nobody knows.
  const unknown = line.values['min-remaining'] === undefined ? Number.POSITIVE_INFINITY : 0
  const enough = held !== undefined && (status.remainingSeconds ?? unknown) >= minimum
  const over = (status.remainingSeconds ?? 1) <= 0
  const asked = held !== undefined && !over && line.flags.has('verify')
  const verified = asked ? await askWhose(held, surroundings) : {}
  const where =
    line.values.profile === undefined ? 'in this environment' : `of profile ${line.values.profile}`
  const stdout = line.flags.has('json')
    ? `${JSON.stringify({ ...status, ...verified }, null, 2)}\n`
    : render({ ...status, ...verified }, where)
  return { stdout, exitCode: enough ? ExitCode.done : ExitCode.noSession }
}

/** What an export clears and somebody has set beside the session, so that it is not what every client takes. */
function noteRivals({ environment, note }: Surroundings): void {
  const variables = readVariables(environment)
  const rivals = ([securityToken, ...profileVariables] as const).filter(
    (name) => variables[name] !== undefined && variables[name] !== variables.AWS_SESSION_TOKEN,
  )
  if (rivals.length === 0) return
  note(`set beside the session, and taken in its place by some clients: ${rivals.join(', ')}`)
}

function describe(held: HeldSession | undefined, now: number): Status {
  if (held === undefined) return { session: 'none' }
  const { issued, accessKeyId: keyId } = held
  const end = describeEnd(held, now)
  if (issued === undefined) return { session: 'other', keyId, ...end }
  const { source, serialNumber, issuedAt, roleArn } = issued
  const since = Date.parse(issuedAt)
  return {
    session: 'ours',
    keyId,
    ...('profile' in source ? source : { sourceKeyId: source.accessKeyId }),
    roleArn,
    serialNumber,
    account: /^arn:[^:]*:iam::(\d{12}):/.exec(roleArn ?? serialNumber)?.[1],
    ...(Number.isNaN(since) ? {} : { issuedAt, issuedAtEpoch: since / 1000 }),
    ...end,
  }
}

function describeEnd({ expiration = '', clockOffset = 0 }: HeldSession, now: number) {
  const end = Date.parse(expiration)
  if (Number.isNaN(end)) return {}
  return {
    expiration: formatTime(end),
    expirationEpoch: Math.floor(end / 1000),
    remainingSeconds: Math.floor(remainingOf({ expiration, clockOffset }, now) / 1000),
  }
}

function render(status: Status, where: string): string {
  if (status.session === 'none') return `no session ${printable(where)}\n`
  const { keyId = '', issuedAt, arn } = status
  const since = issuedAt === undefined ? '' : `, MFA since ${issuedAt}`
  const verified = arn === undefined ? '' : `${printable(`AWS says: ${arn}`)}\n`
  return `${printable(`${whoseOf(status)}, key ...${keyId.slice(-4)}`)}\n${endOf(status)}${since}\n${verified}`
}

function whoseOf({ session, profile, sourceKeyId, roleArn, serialNumber }: Status): string {
  if (session === 'other') return 'a session that aws-mfa-env did not set'
  const source =
    profile === undefined ? `the key ...${sourceKeyId?.slice(-4)} from the environment` : `profile ${profile}`
  return `session of ${source}${roleArn === undefined ? '' : `, role ${roleArn}`}, device ${serialNumber}`
}

function endOf({ expiration, remainingSeconds }: Status): string {
  if (expiration === undefined || remainingSeconds === undefined) return 'nothing says until when'
  return remainingSeconds > 0
    ? `until ${expiration}: ${describeSeconds(remainingSeconds)} left`
    : `ended at ${expiration}, ${describeSeconds(-remainingSeconds)} ago`
}

function describeSeconds(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)]
  // A session lasts 36 hours at most: what ended two days ago is old.
  if (hours >= 48) return `${Math.floor(hours / 24)} days`
  if (hours > 0) return `${hours} h ${minutes} min`
  return minutes > 0 ? `${minutes} min` : `${seconds} s`
}
