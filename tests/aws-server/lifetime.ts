// Ending with whoever started this process.

import { execFile } from 'node:child_process'
import { fstatSync } from 'node:fs'

/** Exits with 0 on a signal, when stdin is a pipe that closes, and when the parent is gone. */
export async function endWithParent(): Promise<void> {
  // Only a pipe says by its end that somebody is gone: /dev/null ends at once, and reading a terminal from the
  // background stops the process.
  if (isPipe(0)) process.stdin.on('end', end).on('error', end).resume()
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, end)
  process.stdout.on('error', end)
  const parent = process.ppid
  setInterval(() => process.ppid === parent || end(), 500)
  // The parent may be a wrapper that outlives its own: npx, ended by a signal, leaves tsx behind.
  const ancestors = findAncestors(await listProcesses())
  setInterval(() => ancestors.every(isAlive) || end(), 500)
}

/** Empty where there is no ps. */
function listProcesses(): Promise<string> {
  return new Promise((resolve) => {
    execFile('ps', ['-A', '-o', 'pid=,ppid=,pgid='], (_error, stdout) => resolve(stdout))
  })
}

/** Those of the same job, that is, of the same process group. */
function findAncestors(table: string): number[] {
  const rows = table.split('\n').map((line) => line.trim().split(/\s+/).map(Number))
  const find = (pid: number | undefined) => rows.find((row) => row[0] === pid)
  const self = find(process.pid)
  const ancestors: number[] = []
  for (let next = find(self?.[1]); next && next[2] === self?.[2]; next = find(next[1])) {
    ancestors.push(next[0] ?? 0)
  }
  return ancestors
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function end(): never {
  process.exit(0)
}

function isPipe(descriptor: number): boolean {
  const stat = fstatSync(descriptor)
  return stat.isFIFO() || stat.isSocket()
}
