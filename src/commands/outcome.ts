import type { ExitCode } from '../errors.ts'

/** What a command leaves to main: one text for stdout, and the code to end with. */
export interface Outcome {
  readonly stdout: string
  readonly exitCode: ExitCode
  /** For stderr where stdout is a terminal: what the statements there are for. */
  readonly hint?: string
}
