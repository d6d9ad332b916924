import { createConnection, createServer, type Socket } from 'node:net'

/** A socket that this process listens on: a Unix domain socket, or a named pipe of Windows. */
export interface Listener {
  /** Ends it and each connection to it; any number of times. */
  close(): void
}

/** What is at an address: somebody, whose end can be awaited; nobody any more; what went away; too many who ask. */
export type Answer = { readonly end: Promise<void> } | 'dead' | 'gone' | 'busy'

const answers: Readonly<Record<string, Answer>> = {
  ECONNREFUSED: 'dead',
  ENOENT: 'gone',
  // The end came while this process stood in the queue.
  ECONNRESET: 'gone',
  EPIPE: 'gone',
  // Linux, of a full queue.
  EAGAIN: 'busy',
  // Windows, of a pipe that nobody has taken up for half a minute.
  EBUSY: 'busy',
  ETIMEDOUT: 'busy',
}

/** More than most systems grant: a holder that is blocked takes nobody out of the queue. */
const queueLength = 4096

/**
 * Listens without keeping the process alive. Node.js opens sockets for this process alone: no program that it starts
 * inherits one, so that the kernel closes them at its end.
 * @throws {Error} with the system's code
 */
export function listen(address: string): Promise<Listener> {
  return new Promise((resolve, reject) => {
    const connections = new Set<Socket>()
    const server = createServer((connection) => {
      connections.add(connection)
      connection.on('error', () => {}).on('close', () => connections.delete(connection))
      connection.unref().resume()
    })
    const close = () => {
      server.close()
      for (const connection of connections) connection.destroy()
    }
    server.unref().on('error', reject)
    server.listen({ path: address, backlog: queueLength }, () => resolve({ close }))
  })
}

/**
 * Connects, and asks nothing: that somebody is there is the answer. The connection keeps the process alive.
 * @throws {Error} with the system's code
 */
export function connect(address: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(address)
    const end = new Promise<void>((resolveEnd) => socket.on('close', () => resolveEnd()))
    socket.on('connect', () => resolve({ end }))
    // After the connection an error is an end, too.
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const answer = answers[error.code ?? '']
      if (answer === undefined) reject(error)
      else resolve(answer)
    })
    socket.resume()
  })
}
