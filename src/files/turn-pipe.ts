import { createHash } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { connect, listen } from './local-socket.ts'
import type { Attempt } from './turn.ts'

/** Milliseconds until another look where Windows cannot tell of the end: at a pipe that nobody has taken up for long. */
const patience = 100

/**
 * Turns on Windows: who has the turn has made the named pipe. Node.js makes one only where there is none of that name
 * (FILE_FLAG_FIRST_PIPE_INSTANCE, which Wine ignores), and Windows removes it with its process.
 */
export function openPipe(folder: string, name: string): () => Promise<Attempt> {
  // No difference of case makes another folder.
  const hash = createHash('sha256').update(`${folder.toLowerCase()}\0${name}`).digest('hex')
  const address = `\\\\.\\pipe\\aws-mfa-env-${hash}`
  return async () => {
    const found = await connect(address)
    if (typeof found === 'object') return { holder: undefined, end: found.end }
    if (found === 'busy') return { holder: undefined, end: setTimeout(patience) }
    try {
      const listener = await listen(address)
      return { turn: { release: listener.close } }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
      return 'again'
    }
  }
}
