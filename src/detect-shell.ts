import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { findShellName, type ShellName } from './dialects/dialects.ts'
import { readProcStat } from './processes/proc-stat.ts'

/** A process above ours. */
interface Ancestor {
  readonly parentId: number
  /** Its arguments, the first of which is the name it was started by. */
  readonly words: readonly string[]
  /** What the system calls it; a script with a `#!` line is called by the script's name in one, by the shell's in the other. */
  readonly name: string
}

/** Shells in whose words nothing is written; what is written for another one would be run by them as commands. */
const unserved = ['rc', 'es']

/** A shell that asks and cannot be answered. */
export interface UnservedShell {
  readonly unserved: string
}

/** Far enough for `npx` in a `timeout` in a script; a shell farther up did not ask. */
const maximumSteps = 8

/**
 * The shell that asks: the nearest among our parents. Variables such as SHELL do not say, since they are inherited.
 * @param read how to look at a process; undefined where it cannot be looked at
 */
export function detectShell(
  parentId: number,
  read: (processId: number) => Ancestor | undefined,
): ShellName | UnservedShell | undefined {
  let passedOver: ShellName | undefined
  let processId = parentId
  for (let step = 0; step < maximumSteps && processId > 0; step++) {
    const ancestor = read(processId)
    if (ancestor === undefined) break
    // npm puts a shell of its own between itself and what it runs.
    if (passedOver !== undefined && !isNpm(ancestor)) return passedOver
    passedOver = undefined
    const names = namesOf(ancestor)
    const other = names.map(baseName).find((name) => unserved.includes(name))
    if (other !== undefined) return { unserved: other }
    const found = names.map(findShellName).find((name) => name !== undefined)
    if (found !== undefined) {
      if (found !== 'sh' || ancestor.words[1] !== '-c') return found
      passedOver = found
    }
    processId = ancestor.parentId
  }
  return passedOver
}

/** What a process may be known by. xonsh is a script, or a module, that Python runs. */
function namesOf({ words, name }: Ancestor): string[] {
  const [first = '', ...rest] = words
  if (/^(python|pypy)[\d.]*$/i.test(baseName(first).replace(/\.exe$/i, ''))) {
    const at = rest.findIndex((word) => word === '-m' || !word.startsWith('-'))
    const program = (rest[at] === '-m' ? rest[at + 1] : rest[at]) ?? ''
    if (findShellName(program) === 'xonsh') return [program]
  }
  // The system calls a script by its own name, and that may be a shell's.
  return rest.some((word) => baseName(word).startsWith(name)) ? [first] : [first, name]
}

function baseName(path: string): string {
  return path.replace(/^.*[/\\]/s, '').replace(/^-/, '')
}

function isNpm({ words, name }: Ancestor): boolean {
  return (
    /^(npm|npx)\b/.test(name) ||
    /^(npm|npx)\b/.test(words[0] ?? '') ||
    /[/\\](npm|npx)(-cli)?(\.js)?$/.test(words[1] ?? '')
  )
}

/** How this platform shows its processes: Linux in /proc, other Unixes by one `ps`, Windows not without a program of its own. */
export function processReader(platform: NodeJS.Platform): (processId: number) => Ancestor | undefined {
  if (platform === 'win32') return () => undefined
  if (platform === 'linux') return readProc
  let table: Map<number, Ancestor> | undefined
  return (processId) => {
    table ??= readPs()
    return table.get(processId)
  }
}

function readProc(processId: number): Ancestor | undefined {
  try {
    const { parentId, name } = readProcStat(processId)
    const words = readFileSync(`/proc/${processId}/cmdline`, 'latin1').split('\0')
    return { parentId, words, name }
  } catch {
    return undefined
  }
}

function readPs(): Map<number, Ancestor> {
  const table = new Map<number, Ancestor>()
  try {
    const output = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], {
      encoding: 'latin1',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 5_000,
    })
    for (const [, processId, parentId, command = ''] of output.matchAll(/^\s*(\d+)\s+(\d+)\s+(.*)$/gm)) {
      const words = command.split(/\s+/)
      table.set(Number(processId), { parentId: Number(parentId), words, name: words[0] ?? '' })
    }
  } catch {
    // Without ps nothing can be found out.
  }
  return table
}
