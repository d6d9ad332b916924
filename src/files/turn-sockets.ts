import { createHash, randomBytes } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  existsSync,
  linkSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { connect, type Listener, listen } from './local-socket.ts'
import type { Attempt, Self } from './turn.ts'

/** Milliseconds until another look where the kernel cannot tell of the end: Linux, at a full queue. */
const patience = 100

/** Bytes that a socket's path may have (unix(7): 108 on Linux, 104 on macOS and the BSDs, with the zero behind it). */
const maximumPath = (platform: NodeJS.Platform) => (platform === 'linux' ? 107 : 103)

/** No file name below is longer. */
const maximumName = 40

/** The sockets of one name in a folder. */
interface Sockets {
  readonly folder: string
  /** What their file names begin with. */
  readonly prefix: string
  readonly processId: number
  /** The folder by a path that is short enough for a socket's. */
  readonly shortFolder: string
}

/**
 * Turns on Unix: who has the turn listens on a socket; who waits is connected to it. Sockets are numbered, and the
 * rule is that **the highest number that exists never falls, and only its process can have the turn**:
 * - A number appears by link(2), which never takes a name that exists, and when its process listens already: refused
 *   means ended, for good.
 * - Number n + 1 is made only by who saw n as the highest and was refused there.
 * - Who has made a number and finds a higher one gives way: while it made it, the number had been used and deleted.
 * - Only who has the turn deletes: numbers lower than its own, the lowest first, and what is not published yet, whose
 *   process starts again.
 *
 * macOS refuses at a full queue, too: from some 190 waiting processes on, a holder that is stopped is taken for one
 * that ended there.
 */
export function openSockets(folder: string, name: string, self: Self): () => Promise<Attempt> {
  const prefix = createHash('sha256').update(name).digest('hex').slice(0, 16)
  const isLong = Buffer.byteLength(folder) + 1 + maximumName > maximumPath(self.platform)
  const sockets = { folder, prefix, processId: self.processId }
  if (!isLong) return () => tryForTurn({ ...sockets, shortFolder: folder })
  return async () => {
    const descriptor = openSync(folder, 'r')
    try {
      // Linux alone; elsewhere there is no such path, and so no turn.
      return await tryForTurn({ ...sockets, shortFolder: `/proc/self/fd/${descriptor}` })
    } finally {
      closeSync(descriptor)
    }
  }
}

async function tryForTurn(sockets: Sockets): Promise<Attempt> {
  const highest = listNumbers(sockets).at(-1) ?? 0
  if (highest > 0) {
    const file = numberedFile(sockets, highest)
    const found = await connect(join(sockets.shortFolder, file))
    if (found === 'gone') return 'again'
    if (found !== 'dead') {
      const end = found === 'busy' ? setTimeout(patience) : found.end
      return { holder: readHolder(join(sockets.folder, file)), end }
    }
  }
  const listener = await publish(sockets, highest + 1)
  if (listener === undefined) return 'again'
  deleteOld(sockets, highest + 1)
  return { turn: { release: listener.close } }
}

/** @returns undefined where another process was faster */
async function publish(sockets: Sockets, number: number): Promise<Listener | undefined> {
  const unpublished = `${sockets.prefix}.new-${randomBytes(6).toString('hex')}`
  const path = join(sockets.folder, unpublished)
  const listener = await listen(join(sockets.shortFolder, unpublished))
  try {
    // The umask may have kept our own processes from connecting.
    chmodSync(path, 0o600)
    writeHolder(path, sockets.processId)
    linkSync(path, join(sockets.folder, numberedFile(sockets, number)))
    if (isHighest(sockets, number)) return listener
    listener.close()
  } catch (error) {
    listener.close()
    // Somebody has made this number, or has the turn and has deleted what was not published.
    if (!['EEXIST', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  } finally {
    rmSync(path, { force: true })
  }
  return undefined
}

function isHighest(sockets: Sockets, number: number): boolean {
  // A folder that changes while it is listed may hide a higher number that has just been made, if the highest before
  // it was deleted in the meantime; but then ours was deleted first.
  return (
    listNumbers(sockets).at(-1) === number && existsSync(join(sockets.folder, numberedFile(sockets, number)))
  )
}

/** Must not go on behind one that it could not delete: see isHighest. */
function deleteOld(sockets: Sockets, number: number): void {
  try {
    const unpublished = readdirSync(sockets.folder).filter((file) =>
      file.startsWith(`${sockets.prefix}.new-`),
    )
    const lower = listNumbers(sockets).filter((other) => other < number)
    for (const file of [...unpublished, ...lower.map((other) => numberedFile(sockets, other))]) {
      rmSync(join(sockets.folder, file), { force: true })
    }
  } catch {
    // The next turn will.
  }
}

const numberedFile = ({ prefix }: Sockets, number: number) => `${prefix}.turn-${number}`

/** From the lowest to the highest. */
function listNumbers({ folder, prefix }: Sockets): number[] {
  const start = `${prefix}.turn-`
  const files = readdirSync(folder).filter((file) => file.startsWith(start))
  const numbers = files.map((file) => Number(file.slice(start.length))).filter(Number.isSafeInteger)
  return numbers.sort((one, other) => one - other)
}

/** A socket has no content: its time of modification, in seconds, is the process id, which a stopped holder tells too. */
function writeHolder(path: string, processId: number): void {
  utimesSync(path, processId, processId)
}

function readHolder(path: string): number | undefined {
  const status = statSync(path, { throwIfNoEntry: false })
  return status && Math.trunc(status.mtimeMs / 1000)
}
