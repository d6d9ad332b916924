import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** A proxy of our own for what no real one does: it connects everything to one place, or does something else. */
export interface ConnectProxy {
  readonly url: string
  /** What was asked for: `host:port`. */
  readonly targets: readonly string[]
  /** Those who are connected. */
  readonly sockets: ReadonlySet<Duplex>
  close(): Promise<void>
}

/** @param tls a key and a certificate in PEM: the proxy itself is asked by TLS then, as `localhost` */
export async function startConnectProxy(
  answer: (client: Duplex) => void,
  tls?: { key: string; cert: string },
): Promise<ConnectProxy> {
  const targets: string[] = []
  const sockets = new Set<Socket>()
  const server = tls ? createTlsServer(tls) : createServer()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => {})
  })
  server.on('connect', (request, client) => {
    targets.push(request.url ?? '')
    // Who goes away is not kept half open.
    client.on('end', () => client.end()).on('error', () => {})
    answer(client)
    client.resume()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `${tls ? 'https://localhost' : 'http://127.0.0.1'}:${(server.address() as AddressInfo).port}`,
    targets,
    sockets,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Connects whoever asks to this port, whatever was asked for. */
export function connectTo(port: number): (client: Duplex) => void {
  return (client) => {
    const server = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      client.pipe(server).pipe(client)
    })
    server.on('error', () => client.destroy())
    client.on('error', () => server.destroy())
  }
}

export function answerWith(text: string): (client: Duplex) => void {
  return (client) => void client.end(text)
}
