import type { Terminal } from './terminal.ts'

/** The variables of a process; on Windows the names are looked up without regard to case. */
export type Environment = Readonly<Record<string, string | undefined>>

/** All that a command may know of the process it runs in. Only main.ts makes one. */
export interface Surroundings {
  readonly environment: Environment
  readonly platform: NodeJS.Platform
  readonly parentProcessId: number
  readonly stdoutIsTerminal: boolean
  readonly version: string
  /** The package's own folder, which holds shells/. */
  readonly packageFolder: string
  /** Undefined where the user has none. */
  homeFolder(): string | undefined
  /** The user's terminal, which may be there although stdin and stdout are not; undefined where there is none. */
  openTerminal(): Terminal | undefined
  /** The first line on stdin, as UTF-8. */
  readStdin(): Promise<string>
  /** Milliseconds since 1970, UTC. */
  now(): number
  /** A line on stderr that the user has to know although the run goes on. */
  note(text: string): void
  /** A line on stderr with --debug; never a secret or a code. */
  debug(text: string): void
}

/** A variable's text; an empty variable is an unset one. */
export function readVariable(environment: Environment, name: string): string | undefined {
  return environment[name] || undefined
}
