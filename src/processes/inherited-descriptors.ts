import { fstatSync, lstatSync, readdirSync } from 'node:fs'

/** More are not handed on. */
const most = 256

/**
 * The file descriptors behind stderr that this process was given, such as a shell opens by `3>file` or `<(...)`: Node.js
 * closes the low ones at the start of a child unless it is told of them. Asked before anything is opened here; what
 * Node.js has opened itself by then is left out, but for its /dev/null. Pipes and sockets are known on Linux alone.
 */
export function inheritedDescriptors(platform: NodeJS.Platform): number[] {
  if (platform === 'win32') return []
  const open = listOpen().flatMap((descriptor) => look(descriptor, platform) ?? [])
  // Node.js waits by something that has no type, and has opened all of its own behind that: both ends of its pipes.
  const first = open.find(({ kind }) => kind === 'none')?.descriptor ?? most
  const isOwn = ({ descriptor, kind, pipe, writes }: Open) =>
    kind === 'none' ||
    (descriptor > first &&
      kind === 'pipe' &&
      open.some((other) => other.pipe === pipe && other.writes !== writes))
  return open.filter((one) => !isOwn(one)).map(({ descriptor }) => descriptor)
}

interface Open {
  readonly descriptor: number
  readonly kind: 'none' | 'pipe' | 'other'
  /** Its number. */
  readonly pipe?: number
  /** Which end of the pipe it is. */
  readonly writes?: boolean
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

/** Undefined for what is no more, as that of the list itself, and for what cannot be told from our own. */
function look(descriptor: number, platform: NodeJS.Platform): Open | undefined {
  try {
    const stats = fstatSync(descriptor)
    if (stats.isFile() || stats.isCharacterDevice()) return { descriptor, kind: 'other' }
    if (platform !== 'linux') return undefined
    if (stats.isSocket()) return { descriptor, kind: 'other' }
    if (!stats.isFIFO()) return { descriptor, kind: 'none' }
    const writes = (lstatSync(`/proc/self/fd/${descriptor}`).mode & 0o200) !== 0
    return { descriptor, kind: 'pipe', pipe: stats.ino, writes }
  } catch {
    return undefined
  }
}
