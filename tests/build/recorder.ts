import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'

/** Stands before a server and keeps what it is sent, to the byte. */
export interface Recorder {
  readonly port: number
  /** What has come since the last call, connection by connection, one character a byte. */
  take(): string[]
  close(): Promise<void>
}

/** @param tls a key and a certificate in PEM: TLS ends here, and the server is asked without */
export async function startRecorder(
  serverPort: number,
  tls?: { key: string; cert: string },
): Promise<Recorder> {
  let texts: string[] = []
  const sockets = new Set<Socket>()
  const listener = (client: Socket) => {
    sockets.add(client)
    const index = texts.push('') - 1
    const kept = texts
    client.on('data', (bytes) => {
      kept[index] += bytes.toString('latin1')
    })
    const server = connect(serverPort, '127.0.0.1')
    server.on('error', () => client.destroy()).on('close', () => client.destroy())
    client.on('error', () => server.destroy()).on('close', () => sockets.delete(client))
    client.pipe(server).pipe(client)
  }
  const recorder = tls ? createTlsServer(tls, listener) : createServer(listener)
  await new Promise<void>((resolve) => recorder.listen(0, '127.0.0.1', resolve))
  return {
    port: (recorder.address() as AddressInfo).port,
    take() {
      const taken = texts
      texts = []
      return taken
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => recorder.close(resolve))
    },
  }
}
