import { readFileSync } from 'node:fs'

/** What Linux says of a process (proc_pid_stat(5)). */
interface ProcStat {
  readonly name: string
  readonly parentId: number
  readonly groupId: number
  /** The process group in the foreground of its terminal. */
  readonly foregroundGroupId: number
}

/** @throws {Error} with the system's code: there is no such process, or no /proc */
export function readProcStat(processId: number): ProcStat {
  const stat = readFileSync(`/proc/${processId}/stat`, 'latin1')
  // The name stands in parentheses and may hold any character, such as a parenthesis.
  const end = stat.lastIndexOf(')')
  const [, parentId, groupId, , , foregroundGroupId] = stat
    .slice(end + 2)
    .split(' ')
    .map(Number)
  const name = stat.slice(stat.indexOf('(') + 1, end)
  return {
    name,
    parentId: parentId ?? 0,
    groupId: groupId ?? 0,
    foregroundGroupId: foregroundGroupId ?? 0,
  }
}
