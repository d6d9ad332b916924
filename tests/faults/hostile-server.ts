import { type AddressInfo, createServer, type Socket } from 'node:net'

/** Somebody in AWS's place, who answers each request as it is told to, byte for byte. */
export interface HostileServer {
  readonly url: string
  /** How many requests have come in whole. */
  requests(): number
  close(): Promise<void>
}

/** What is done with a connection once a request has come in. */
export type Reply = (socket: Socket) => void

export async function startHostileServer(reply: Reply): Promise<HostileServer> {
  let requests = 0
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => {})
    let received = ''
    socket.setEncoding('latin1').on('data', (chunk) => {
      received += chunk
      const end = endOfRequest(received)
      if (end === undefined) return
      received = received.slice(end)
      requests += 1
      reply(socket)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: () => requests,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** One character a byte. */
function endOfRequest(received: string): number | undefined {
  const body = received.indexOf('\r\n\r\n') + 4
  if (body < 4) return undefined
  const length = /^content-length: *(\d+)/im.exec(received.slice(0, body))?.[1] ?? '0'
  const end = body + Number(length)
  return received.length < end ? undefined : end
}

/** The answer of these headers and this body, the `Content-Length` and `Date` of which are right unless said otherwise. */
export function answerOf(body: string, headers: readonly string[] = [], status = '200 OK'): string {
  const own = [
    `Date: ${new Date().toUTCString()}`,
    'Content-Type: text/xml',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ]
  const given = headers.map((line) => `${line.split(':')[0]}:`.toLowerCase())
  const kept = own.filter((line) => !given.some((name) => line.toLowerCase().startsWith(name)))
  return `HTTP/1.1 ${status}\r\n${[...kept, ...headers].join('\r\n')}\r\n\r\n${body}`
}

export const send =
  (answer: string | Buffer): Reply =>
  (socket) =>
    void socket.write(answer)

/** Sends, and ends the connection as TCP does it. */
export const sendAndEnd =
  (answer: string | Buffer): Reply =>
  (socket) =>
    void socket.end(answer)

/** Sends, and breaks the connection. */
export const sendAndReset =
  (answer: string | Buffer): Reply =>
  (socket) =>
    void socket.write(answer, () => socket.resetAndDestroy())

/** Sends piece after piece for as long as somebody listens, as fast as they are taken or with a pause in between. */
export function sendForever(head: string, piece: string, pause = 0): Reply {
  return (socket) => {
    socket.write(head)
    const next = () => {
      if (socket.destroyed) return
      const taken = socket.write(piece)
      if (pause > 0) setTimeout(next, pause).unref()
      else if (taken) setImmediate(next)
      else socket.once('drain', next)
    }
    next()
  }
}

/** Sends a byte at a time. */
export function sendSlowly(answer: string, pause: number): Reply {
  return (socket) => {
    let sent = 0
    const next = () => {
      if (socket.destroyed || sent >= answer.length) return
      socket.write(answer.slice(sent, sent + 1), 'latin1')
      sent += 1
      setTimeout(next, pause).unref()
    }
    next()
  }
}
