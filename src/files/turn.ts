import { openPipe } from './turn-pipe.ts'
import { openSockets } from './turn-sockets.ts'

/** The right to do what one process at a time may do. */
export interface Turn {
  /** Gives it up and wakes who waits; any number of times. The end of the process does the same, however it ends. */
  release(): void
}

/** What a process does that has to wait. */
export interface Waiting<T> {
  /** Told once, before the first wait; with the process id of the holder where it can be told. */
  onWait(holder: number | undefined): void
  /** Asked after each wait, and once more with the turn in hand: a value ends the taking, and the turn with it. */
  settled(): T | undefined
}

/** The process that takes a turn. */
export interface Self {
  readonly platform: NodeJS.Platform
  readonly processId: number
}

/** What came of going for a turn once: the turn, somebody else whose end can be awaited, or neither. */
export type Attempt =
  | { readonly turn: Turn }
  | { readonly holder: number | undefined; readonly end: Promise<unknown> }
  | 'again'

/**
 * Takes a turn among the user's processes on this machine. It waits for as long as another one that lives has it,
 * even a stopped one, and not at all for one that died: the kernel tells, no clock does.
 * @param folder only the user may write to it
 * @param name any text; each name has turns of its own
 * @returns undefined where turns cannot be taken (no such folder, not writable, a path too long, no sockets in its
 *   file system): the caller goes on without
 */
export async function takeTurn<T>(
  folder: string,
  name: string,
  self: Self,
  waiting: Waiting<T>,
): Promise<{ turn: Turn } | { settled: T } | undefined> {
  const attempt = self.platform === 'win32' ? openPipe(folder, name) : openSockets(folder, name, self)
  let told = false
  for (;;) {
    const result = await unlessSystemFails(attempt)
    if (result === undefined) return undefined
    if (result === 'again') continue
    if ('end' in result) {
      if (!told) waiting.onWait(result.holder)
      told = true
      await result.end
    }
    const settled = waiting.settled()
    if ('turn' in result) {
      if (settled === undefined) return result
      result.turn.release()
    }
    if (settled !== undefined) return { settled }
  }
}

async function unlessSystemFails(attempt: () => Promise<Attempt>): Promise<Attempt | undefined> {
  try {
    return await attempt()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error
    return undefined
  }
}
