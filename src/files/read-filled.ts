import { readFileSync, statSync } from 'node:fs'
import { sleep } from './durable.ts'

/** Milliseconds. */
const longestWait = 1500

/**
 * Reads a file. One that has been emptied just now is looked at again, for a second and a half at most: the AWS CLI's
 * writer empties a file before it fills it (aws/aws-cli#10648), and may have to wait in between on a busy machine.
 * @throws {Error} with the system's code
 */
export function readFilled(path: string): Buffer {
  let bytes = readFileSync(path)
  for (let waited = 0; bytes.length === 0 && waited < longestWait && isJustEmptied(path); waited += 10) {
    sleep(10)
    bytes = readFileSync(path)
  }
  return bytes
}

/** A file that was made empty has its first time of change still, but for a tick of the clock or two. */
function isJustEmptied(path: string): boolean {
  const { mtimeMs, birthtimeMs } = statSync(path)
  return mtimeMs - birthtimeMs > 10 && Math.abs(Date.now() - mtimeMs) < longestWait
}
