import type { Failure } from '../errors.ts'
import type { Terminal } from '../terminal.ts'
import { type MfaProcess, withMfaProcess } from './mfa-process.ts'
import { promptForTokenCode } from './prompt.ts'

/** Where a code may come from, beside the command of `mfa_process`. */
export interface TokenCodes {
  /** The code on the command line or on stdin. */
  readonly typed: string | undefined
  /** Undefined where there is none, or where nobody may be asked. */
  openTerminal(): Terminal | undefined
  /** Asked again and again by programs: no code is spent on a role that AWS denies. */
  readonly unattended?: true
  /** What to say where there is no way to one. */
  missing(): Failure
}

/** What a code is wanted for. */
interface TokenCodeRequest {
  /** The device, as the user knows it. */
  readonly device: string
  /** When a code of it was last sent to AWS, in milliseconds since 1970; undefined where that is not known. */
  readonly usedAt?: number | undefined
}

/**
 * Runs something with a code of that device. Where another code can be had, a WrongTokenCode leads to another try; what
 * `use` throws is shown as it is, so that it may carry more hints.
 */
export type WithTokenCode = <T>(
  request: TokenCodeRequest,
  use: (tokenCode: string) => Promise<T>,
) => Promise<T>

/**
 * How a code is come by: it was typed, mfa_process gives it, or the user is asked on the terminal.
 * @throws {Failure} there is none of these
 */
export function wayToCode(
  mfaProcess: MfaProcess | undefined,
  { typed, openTerminal, missing }: TokenCodes,
): WithTokenCode {
  if (typed !== undefined) return (_request, use) => use(typed)
  if (mfaProcess !== undefined) {
    return async ({ usedAt }, use) => {
      return withMfaProcess(mfaProcess, usedAt, use)
    }
  }
  const terminal = openTerminal()
  if (terminal === undefined) throw missing()
  return async ({ device }, use) => {
    return promptForTokenCode(terminal, device, use)
  }
}
