import { readFile } from 'node:fs/promises'
import { findOnPath } from './shells.ts'

const strace = findOnPath('strace')

/** Whether processes can be counted here. */
export const canCount = strace !== undefined

/** A program that does nothing: what is counted stands between two runs of it. */
export const marker = findOnPath('true') ?? ''

/** strace's words in front of a program's: the calls that start processes, in all of them, go to the file. */
export function traced(file: string): string[] {
  const calls = 'trace=execve,execveat,fork,vfork,clone,clone3'
  return [strace ?? '', '-f', '-qq', '-s', '200', '-e', calls, '-o', file]
}

/** How many processes, threads not among them, were started behind the first run of the marker and before the second. */
export async function countStarted(file: string): Promise<number> {
  const calls = (await readFile(file, 'utf8')).match(/^\d+ +(execve|v?fork|clone3?)\(.*$/gm) ?? []
  const runs = calls.flatMap((call, index) => (call.includes(`execve("${marker}"`) ? [index] : []))
  if (runs.length !== 2) throw new Error(`the marker ran ${runs.length} times`)
  const starts = calls.slice(...runs).filter((call) => !/ execve\(|CLONE_THREAD/.test(call))
  // The last one started the marker.
  return starts.length - 1
}
