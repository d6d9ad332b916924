import { readFileSync, statSync } from 'node:fs'
import { sleep } from './durable.ts'

/**
 * Reads a file. One that has been emptied just now is looked at again, for three seconds at most: the AWS CLI's writer
 * empties a file before it fills it (aws/aws-cli#10648), and may have to wait in between on a busy machine.
 * @throws {Error} with the system's code
 */
export function readFilled(path: string): Buffer {
  let bytes = readFileSync(path)
  for (let looks = 1; bytes.length === 0 && looks < 300 && isJustEmptied(path); looks++) {
    sleep(10)
    bytes = readFileSync(path)
  }
  return bytes
}

/** A file that was made empty has its first time of change still. */
function isJustEmptied(path: string): boolean {
  const { mtimeMs, birthtimeMs } = statSync(path)
  return mtimeMs > birthtimeMs && Math.abs(Date.now() - mtimeMs) < 4000
}
