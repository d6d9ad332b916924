import { ExitCode, Failure } from '../errors.ts'

/** The time that AWS gets in one run for all it is asked: 15 s, in which the user's own do not count. */
export class AwsTime {
  private left = 15_000
  private readonly uptime: () => number

  /** @param uptime milliseconds, by a clock that nobody sets */
  constructor(uptime: () => number) {
    this.uptime = uptime
  }

  /**
   * Hands over what is left, in milliseconds, and takes off what was used.
   * @param least what the answer may well take, where it is better not to ask than not to hear it
   * @throws {Failure} unreachable: less than that is left
   */
  async spend<T>(ask: (timeLimit: number) => Promise<T>, least?: number): Promise<T> {
    if (least !== undefined && this.left < least) {
      throw new Failure(
        ExitCode.unreachable,
        'AWS has taken nearly all of its 15 seconds for what it was asked before',
        'the code has not been sent, and can still be used',
      )
    }
    const start = this.uptime()
    try {
      return await ask(Math.max(this.left, 1))
    } finally {
      this.left -= this.uptime() - start
    }
  }
}
