/** What a command leaves to main: one text for stdout, and how to end. */
export interface Outcome {
  readonly stdout: string
  /** One of ExitCode, or the status of exec's command. */
  readonly exitCode: number
  /** The signal that ended exec's command, and is to end this process too. */
  readonly signal?: NodeJS.Signals
  /** For stderr where stdout is a terminal: what the statements there are for. */
  readonly hint?: string
}
