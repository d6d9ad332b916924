import type { CommandLine } from '../cli.ts'
import { ExitCode, printable, usageFailure } from '../errors.ts'
import { parseSeconds } from '../session/duration.ts'
import { formatTime } from '../session/session.ts'
import type { Surroundings } from '../surroundings.ts'
import { classifyKeys } from '../variables/classify.ts'
import { readVariables, type Variables } from '../variables/displaced.ts'
import { stateVariable } from '../variables/names.ts'
import { decodeState, type State } from '../variables/state.ts'
import type { Outcome } from './outcome.ts'
import { refuseOperands } from './stray-code.ts'

/** What the environment says of the session in it. */
interface Status {
  /** `other`: a session that aws-mfa-env did not set. */
  readonly session: 'ours' | 'other' | 'none'
  readonly keyId?: string
  readonly profile?: string | undefined
  /** The long-term key's id, where it stood in the environment and in no profile. */
  readonly sourceKeyId?: string | undefined
  readonly serialNumber?: string
  readonly account?: string | undefined
  /** RFC 3339, UTC; missing where nothing says when the session ends. */
  readonly expiration?: string | undefined
  readonly remainingSeconds?: number | undefined
}

/** `status`: whose session is in the environment, and until when. Exit code 3 where none is good for --min-remaining. */
export function runStatus(line: CommandLine, surroundings: Surroundings): Outcome {
  refuseOperands('status', line.operands)
  const minimum = minimumRemaining(line.values['min-remaining'])
  const variables = readVariables(surroundings.environment)
  const state = decodeState(surroundings.environment[stateVariable])
  const status = readStatus(variables, state, surroundings.now())
  // Who asks for time that is left is not served by an end that nobody knows.
  const unknown = line.values['min-remaining'] === undefined ? Number.POSITIVE_INFINITY : 0
  const enough = status.session !== 'none' && (status.remainingSeconds ?? unknown) >= minimum
  const stdout = line.flags.has('json') ? `${JSON.stringify(status, null, 2)}\n` : describe(status)
  return { stdout, exitCode: enough ? ExitCode.done : ExitCode.noSession }
}

function minimumRemaining(text: string | undefined): number {
  const seconds = parseSeconds(text ?? '5m')
  if (seconds !== undefined) return seconds
  throw usageFailure(
    '--min-remaining: that is no duration',
    'write seconds, or minutes and hours as in 30m and 1h',
  )
}

function readStatus(variables: Variables, state: State | undefined, now: number): Status {
  const keyId = variables.AWS_ACCESS_KEY_ID
  const whole = variables.AWS_SECRET_ACCESS_KEY !== undefined && variables.AWS_SESSION_TOKEN !== undefined
  // A part of a session is none: AWS takes no request that it signs.
  if (keyId === undefined || !whole || classifyKeys(variables) !== 'session') return { session: 'none' }
  const ours = state?.accessKeyId === keyId ? state : undefined
  const end = Date.parse(ours?.expiration ?? variables.AWS_CREDENTIAL_EXPIRATION ?? '')
  const known = Number.isNaN(end)
    ? {}
    : { expiration: formatTime(end), remainingSeconds: Math.floor((end - now) / 1000) }
  if (ours === undefined) return { session: 'other', keyId, ...known }
  return {
    session: 'ours',
    keyId,
    ...('profile' in ours.source ? ours.source : { sourceKeyId: ours.source.accessKeyId }),
    serialNumber: ours.serialNumber,
    account: /^arn:[^:]*:iam::(\d{12}):/.exec(ours.serialNumber)?.[1],
    ...known,
  }
}

function describe(status: Status): string {
  if (status.session === 'none') return 'no session in this environment\n'
  const { keyId = '', profile, sourceKeyId, serialNumber, expiration, remainingSeconds } = status
  const whose =
    status.session === 'other'
      ? 'a session that aws-mfa-env did not set'
      : `session of ${profile === undefined ? `the key ...${sourceKeyId?.slice(-4)} from the environment` : `profile ${profile}`}, device ${serialNumber}`
  return `${printable(`${whose}, key ...${keyId.slice(-4)}`)}\n${describeEnd(expiration, remainingSeconds)}\n`
}

function describeEnd(expiration: string | undefined, remainingSeconds: number | undefined): string {
  if (expiration === undefined || remainingSeconds === undefined) return 'nothing says until when'
  return remainingSeconds > 0
    ? `until ${expiration}: ${describeSeconds(remainingSeconds)} left`
    : `ended at ${expiration}, ${describeSeconds(-remainingSeconds)} ago`
}

function describeSeconds(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)]
  if (hours > 0) return `${hours} h ${minutes} min`
  return minutes > 0 ? `${minutes} min` : `${seconds} s`
}
