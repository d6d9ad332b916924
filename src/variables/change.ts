/** What is to become of one environment variable: set to a text, or taken out where the value is null. */
export interface Change {
  readonly name: string
  readonly value: string | null
  /**
   * Only with a null value: nothing that this name has elsewhere (a universal variable of fish) may show
   * through once it is taken out, or commands would run without MFA.
   */
  readonly mustVanish?: true
}
