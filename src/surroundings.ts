import type { Terminal } from './terminal.ts'

/** The variables of a process; on Windows those of this one, and no copy, are looked up without regard to case. */
export type Environment = Readonly<Record<string, string | undefined>>

/** All that a command may know of the process it runs in. Only own-process/ makes one. */
export interface Surroundings {
  readonly environment: Environment
  readonly platform: NodeJS.Platform
  readonly processId: number
  /** Undefined on Windows. */
  readonly userId: number | undefined
  /** All that the user is in. */
  groupIds(): readonly number[]
  readonly parentProcessId: number
  readonly stdoutIsTerminal: boolean
  /** How many characters fit into a line of it; undefined where it is no terminal, or one that does not say. */
  stdoutColumns(): number | undefined
  readonly version: string
  /** The package's own folder, which holds shells/. */
  readonly packageFolder: string
  /** The current folder has been deleted, and another one is taken. */
  readonly folderIsGone: boolean
  /** Undefined where the user has none. */
  homeFolder(): string | undefined
  /** The user's terminal, which may be there although stdin and stdout are not; undefined where there is none. */
  openTerminal(): Terminal | undefined
  /** The first line on stdin, as UTF-8. */
  readStdin(): Promise<string>
  /** Milliseconds since 1970, UTC. */
  now(): number
  /** Milliseconds since this process began, by a clock that nobody sets. */
  uptime(): number
  /** Aborted when a signal ends this process alone: what it has started has to end too. */
  ending(): AbortSignal
  /** Variables that this process has set for itself alone. */
  readonly ownVariables: readonly string[]
  /** Has a handler get the signals that would end this process; gives what ends that. */
  takeSignals(handle: (signal: NodeJS.Signals) => void): () => void
  /** A line on stderr that the user has to know although the run goes on. */
  note(text: string): void
  /** A line on stderr with --debug; never a secret or a code. */
  debug(text: string): void
}

/** A variable's text; an empty variable is an unset one. */
export function readVariable(environment: Environment, name: string): string | undefined {
  return environment[name] || undefined
}

/** What a process that this one starts is to find: our environment without what we have set for ourselves. */
export function inheritedEnvironment({
  environment,
  ownVariables,
}: Pick<Surroundings, 'environment' | 'ownVariables'>): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !ownVariables.includes(name)))
}
