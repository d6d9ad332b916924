/** The time that AWS gets in one run for all it is asked: 15 s, in which the user's own do not count. */
export class AwsTime {
  private left = 15_000
  private readonly uptime: () => number

  /** @param uptime milliseconds, by a clock that nobody sets */
  constructor(uptime: () => number) {
    this.uptime = uptime
  }

  has(milliseconds: number): boolean {
    return this.left >= milliseconds
  }

  /** Hands over what is left, in milliseconds, and takes off what was used. */
  async spend<T>(ask: (timeLimit: number) => Promise<T>): Promise<T> {
    const start = this.uptime()
    try {
      return await ask(Math.max(this.left, 1))
    } finally {
      this.left -= this.uptime() - start
    }
  }
}
