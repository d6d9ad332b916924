import { type ChildProcess, spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { kill } from 'node:process'
import { readProcStat } from './proc-stat.ts'

/**
 * Asks a process that still runs to end, and all that it has started; waits for none of them. They share our process
 * group, which may be that of the user's shell, so that the group cannot be signalled.
 */
export function endTree(child: ChildProcess, platform: NodeJS.Platform): void {
  const { pid } = child
  child.stdout?.destroy()
  child.unref()
  if (pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  if (platform === 'win32') spawnSync('taskkill', ['/pid', `${pid}`, '/t', '/f'])
  else for (const processId of [pid, ...findDescendants(pid, platform)]) askToEnd(processId)
}

function findDescendants(ancestor: number, platform: NodeJS.Platform): number[] {
  // A small Linux need not have ps.
  const processes = platform === 'linux' && existsSync('/proc/self') ? readProc() : askPs()
  const children = (parent: number): number[] =>
    processes.flatMap(([pid, parentId]) => (parentId === parent ? [pid, ...children(pid)] : []))
  return children(ancestor)
}

type Parentage = readonly [pid: number, parentId: number]

function readProc(): Parentage[] {
  return readdirSync('/proc').flatMap((name): Parentage[] => {
    try {
      return [[Number(name), readProcStat(Number(name)).parentId]]
    } catch {
      // It is no process, or has ended in the meantime.
      return []
    }
  })
}

/** None where there is no ps. */
function askPs(): Parentage[] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
  return [...(stdout ?? '').matchAll(/(\d+) +(\d+)/g)].map(([, pid, parentId]) => [
    Number(pid),
    Number(parentId),
  ])
}

function askToEnd(processId: number): void {
  try {
    kill(processId, 'SIGTERM')
    // Ctrl-Z may have stopped it.
    kill(processId, 'SIGCONT')
  } catch {
    // It has ended in the meantime.
  }
}
