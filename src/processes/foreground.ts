import { execFileSync } from 'node:child_process'
import { readProcStat } from './proc-stat.ts'

/** Whether a signal that has come to this process has come to what it has started, too. */
export function isReached(signal: NodeJS.Signals, platform: NodeJS.Platform, processId: number): boolean {
  // What asks a process to end asks everybody in its console.
  if (platform === 'win32') return true
  return fromTerminal.includes(signal) && isForeground(platform, processId)
}

/** What a terminal sends to all that run in it. */
const fromTerminal: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT']

/** Whether this process is among those that the terminal sends its signals to. */
function isForeground(platform: NodeJS.Platform, processId: number): boolean {
  try {
    if (platform !== 'linux') return isForegroundByPs(processId)
    const { groupId, foregroundGroupId } = readProcStat(processId)
    return groupId === foregroundGroupId
  } catch {
    return false
  }
}

function isForegroundByPs(processId: number): boolean {
  const words = ['-o', 'pgid=,tpgid=', '-p', String(processId)]
  const [own, foreground] = execFileSync('ps', words, { encoding: 'utf8' }).trim().split(/\s+/)
  return own === foreground
}
