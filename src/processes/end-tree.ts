import { type ChildProcess, spawnSync } from 'node:child_process'
import { kill } from 'node:process'

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
  else for (const processId of [pid, ...findDescendants(pid)]) askToEnd(processId)
}

/** None where there is no ps. */
function findDescendants(ancestor: number): number[] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
  const rows = (stdout ?? '').split('\n').map((row) => row.trim().split(/\s+/).map(Number))
  const children = (parent: number): number[] =>
    rows.flatMap(([pid, parentId]) =>
      pid !== undefined && parentId === parent ? [pid, ...children(pid)] : [],
    )
  return children(ancestor)
}

function askToEnd(processId: number): void {
  try {
    kill(processId, 'SIGTERM')
  } catch {
    // It has ended in the meantime.
  }
}
