/** What the process ends with; the meanings are promised to scripts in the README. */
export const ExitCode = {
  done: 0,
  system: 1,
  usage: 2,
  noSession: 3,
  refused: 4,
  unreachable: 5,
  configuration: 6,
  /** Of `exec`, as of a shell: the command cannot be run, or is not there. */
  notRunnable: 126,
  notFound: 127,
  interrupted: 130,
} as const

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode]

/** The end of a run that the user can understand and mend: one line of error, and hints on what to do. */
export class Failure extends Error {
  readonly exitCode: ExitCode
  readonly hints: readonly string[]

  constructor(exitCode: ExitCode, message: string, ...hints: string[]) {
    super(message)
    this.exitCode = exitCode
    this.hints = hints
  }
}

/** AWS, or a look at it, has found the code wrong; another one may do. */
export class WrongTokenCode extends Failure {}

interface Unknown {
  readonly kind: 'command' | 'option' | 'shell' | 'profile'
  readonly typed: string
  readonly known: readonly string[]
}

/** A name that nothing goes by; that which may have been meant is looked for when the run has ended. */
export class UnknownName extends Failure {
  readonly unknown: Unknown

  constructor(unknown: Unknown, exitCode: ExitCode, message: string, ...hints: string[]) {
    super(exitCode, message, ...hints)
    this.unknown = unknown
  }
}

/** Nobody has set anything up; the first steps in the shell that asks are told when the run has ended. */
export class NothingConfigured extends Failure {}

export const usageFailure = (message: string, ...hints: string[]) =>
  new Failure(ExitCode.usage, message, ...hints)

export const configurationFailure = (message: string, ...hints: string[]) =>
  new Failure(ExitCode.configuration, message, ...hints)

/**
 * Text from outside (AWS's words, names from files) made harmless for a terminal: controls, format characters
 * such as bidi marks, lone surrogates and the line separators are spelled as `\u{...}`.
 */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  )
}

/** One line for stderr: what it is (`error`, `hint`, `note`, `debug`) and a text, which may come from outside. */
export function renderLine(kind: 'error' | 'hint' | 'note' | 'debug', text: string): string {
  return `aws-mfa-env: ${kind}: ${printable(text)}\n`
}

/** The lines for stderr of a failure: its error, then its hints. */
export function renderFailure(failure: Failure): string {
  return renderLine('error', failure.message) + failure.hints.map((hint) => renderLine('hint', hint)).join('')
}

/** An operand as an error may name it: quoted, or not at all where it holds a digit and so might hold a code. */
export function quoteOperand(operand: string): string | undefined {
  return /\p{Nd}/u.test(operand) ? undefined : `"${operand}"`
}

/** Whether a name, as of a profile, holds so many digits that it might be a code, and is not to be repeated. */
export function mayHoldCode(name: string): boolean {
  return /(\p{Nd}.*){5}/su.test(name)
}
