import { type SpawnOptions, spawn } from 'node:child_process'
import { setTimeout } from 'node:timers/promises'
import { type Failure, WrongTokenCode } from '../errors.ts'
import { commandFailure, type ProcessSurroundings, runProcess } from '../processes/run-process.ts'
import type { Sourced } from '../settings.ts'
import type { Surroundings } from '../surroundings.ts'

/** A command of the user's that prints a code, perhaps among other words. */
export interface MfaProcess {
  readonly command: Sourced
  /** Whom it runs for; undefined for keys in the environment. */
  readonly profileName: string | undefined
  readonly surroundings: ProcessSurroundings & Pick<Surroundings, 'now' | 'note'>
  /** Milliseconds; two minutes unless it is said. */
  readonly timeLimit?: number
}

/** How long a code is the current one, in milliseconds: AWS takes TOTP with RFC 6238's default. */
const stepLength = 30_000

/**
 * Runs the command and uses its code. Where that code is wrong, or one was used in this half minute already, it is
 * the next one's turn, once: AWS takes each code once.
 * @param usedAt when a code of the device was last sent to AWS, in milliseconds since 1970; undefined where unknown
 * @throws {Failure} configuration: the command gave no code; interrupted; or what `use` throws
 */
export async function withMfaProcess<T>(
  process: MfaProcess,
  usedAt: number | undefined,
  use: (tokenCode: string) => Promise<T>,
): Promise<T> {
  const { now } = process.surroundings
  if (usedAt !== undefined && stepOf(usedAt) === stepOf(now())) {
    await waitForNextStep(process, usedAt, 'the code of this half minute has been used already')
    return use(await runMfaProcess(process))
  }
  const tokenCode = await runMfaProcess(process)
  // A command that asks for a touch or a PIN may take its time.
  const shownAt = now()
  try {
    return await use(tokenCode)
  } catch (error) {
    if (!(error instanceof WrongTokenCode)) throw error
    await waitForNextStep(process, shownAt, 'AWS did not accept the code of this half minute')
  }
  const nextCode = await runMfaProcess(process)
  if (nextCode === tokenCode) throw refused(process, 'printed a code again that AWS has refused')
  return use(nextCode)
}

async function runMfaProcess(process: MfaProcess): Promise<string> {
  const { command, profileName, timeLimit = 120_000, surroundings } = process
  // `sh -c` or `cmd /d /s /c`: Node.js words it so.
  const start = (options: SpawnOptions) => spawn(command.value, { ...options, shell: true })
  const output = await runProcess({ origin: command.origin, profileName, timeLimit, start }, surroundings)
  const codes = new Set(output.match(/(?<!\p{Nd})[0-9]{6}(?!\p{Nd})/gu))
  const [code, another] = codes
  if (code === undefined) throw refused(process, 'printed no code', sixDigits)
  if (another !== undefined) throw refused(process, 'printed several codes', sixDigits)
  return code
}

const sixDigits = 'it has to print six digits that stand by themselves, once'

function refused({ command, profileName }: MfaProcess, what: string, ...hints: string[]): Failure {
  return commandFailure({ origin: command.origin, profileName }, what, ...hints)
}

/** Until the step behind that of the given time; says so where that is not now. */
async function waitForNextStep({ surroundings }: MfaProcess, time: number, why: string): Promise<void> {
  const { now, note } = surroundings
  const end = (stepOf(time) + 1) * stepLength
  if (now() < end) note(`${why}: waiting ${Math.ceil((end - now()) / 1000)} s for the next one`)
  // A timer may be early.
  while (now() < end) await setTimeout(end - now())
}

function stepOf(time: number): number {
  return Math.floor(time / stepLength)
}
