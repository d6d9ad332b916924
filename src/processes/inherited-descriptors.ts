import { fstatSync, lstatSync, readdirSync } from 'node:fs'

/** More are not handed on. */
const most = 256

/**
 * The file descriptors behind stderr that this process was given, such as a shell opens by `3>file` or `<(…)`: Node.js
 * closes the low ones at the start of a child unless it is told of them. Asked before anything is opened here; what
 * Node.js has opened itself by then is left out, but for its /dev/null.
 */
export function inheritedDescriptors(platform: NodeJS.Platform): number[] {
  if (platform === 'win32') return []
  const open = listOpen().flatMap((descriptor) => look(descriptor, platform) ?? [])
  // Both ends of a pipe are here where it is our own.
  const isOwn = ({ pipe, writes }: Open) =>
    pipe !== undefined && open.some((other) => other.pipe === pipe && other.writes !== writes)
  return open.filter((one) => !isOwn(one)).map(({ descriptor }) => descriptor)
}

interface Open {
  readonly descriptor: number
  /** Its number; undefined for what is no pipe. */
  readonly pipe: number | undefined
  readonly writes: boolean
}

/** None where the system does not show them. */
function listOpen(): number[] {
  try {
    const numbers = readdirSync('/dev/fd').map(Number)
    return numbers.filter((number) => number > 2 && number < most).sort((a, b) => a - b)
  } catch {
    return []
  }
}

/** Undefined for what no shell opens for a command, and what may be ours: only Linux shows which end of a pipe it is. */
function look(descriptor: number, platform: NodeJS.Platform): Open | undefined {
  try {
    const stats = fstatSync(descriptor)
    if (stats.isFile() || stats.isCharacterDevice()) return { descriptor, pipe: undefined, writes: false }
    if (platform !== 'linux' || !(stats.isFIFO() || stats.isSocket())) return undefined
    const writes = (lstatSync(`/proc/self/fd/${descriptor}`).mode & 0o200) !== 0
    return { descriptor, pipe: stats.isFIFO() ? stats.ino : undefined, writes }
  } catch {
    // It was that of the list itself.
    return undefined
  }
}
