import { writeSync } from 'node:fs'
import { ExitCode, Failure } from '../errors.ts'
import { sleep } from '../files/durable.ts'

/** @throws {Failure} system: the text did not arrive */
export function writeStatements(text: string): void {
  try {
    write(1, text)
  } catch (error) {
    throw new Failure(ExitCode.system, `stdout cannot be written (${(error as NodeJS.ErrnoException).code})`)
  }
}

/** To stdout (1) or stderr (2), as far as anybody is left to be told. */
export function writeQuietly(descriptor: 1 | 2, text: string): void {
  try {
    write(descriptor, text)
  } catch {
    // Nobody is.
  }
}

/** Everything, and at once: `process.exit` and a dying pipe would cut off what `process.stdout` still holds. */
function write(descriptor: 1 | 2, text: string): void {
  let rest = Buffer.from(text)
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
      // A pipe that somebody set not to block is full.
      sleep(5)
    }
  }
}
