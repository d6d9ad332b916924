import type { Change } from '../variables/change.ts'

/** How one shell is told to change its environment, or what a document of it looks like. Every text is ASCII wherever the values are, and ends in a line end. */
export interface Dialect {
  /**
   * Statements that take out every variable whose value is null and then set the others, in the order given.
   * The caller has asked `refusal` about each value.
   */
  render(changes: readonly Change[]): string
  /** One statement that fails in this shell, with the exit code where the shell can; empty where our exit code is enough. */
  renderFailure(exitCode: number): string
  /** Why this shell cannot be given that value, as the end of a sentence ("... has a percent sign"); undefined where it can. */
  refusal(value: string): string | undefined
}
