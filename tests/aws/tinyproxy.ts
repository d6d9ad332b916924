import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { works } from '../aws-server/child-client.ts'
import { freePort } from './free-port.ts'

export const hasTinyproxy = await works('tinyproxy', '-v')

/** A real proxy, started for one test file. */
export interface Tinyproxy {
  readonly port: number
  /** What it has been asked to connect to, `host:port`, by its own log. */
  targets(): Promise<string[]>
  stop(): Promise<void>
}

/** @param settings lines of tinyproxy.conf, such as `BasicAuth user password` */
export async function startTinyproxy(...settings: readonly string[]): Promise<Tinyproxy> {
  const folder = await mkdtemp(join(tmpdir(), 'aws-mfa-env-tinyproxy-'))
  const [log, file] = [join(folder, 'log'), join(folder, 'tinyproxy.conf')]
  const port = await freePort()
  const lines = [
    `Port ${port}`,
    'Listen 127.0.0.1',
    'Allow 127.0.0.1',
    `LogFile "${log}"`,
    'LogLevel Connect',
  ]
  await writeFile(file, [...lines, ...settings, ''].join('\n'))
  const child = spawn('tinyproxy', ['-d', '-c', file], { stdio: 'ignore' })
  await answers(port, child)
  return {
    port,
    async targets() {
      const text = await readFile(log, 'utf8')
      return [...text.matchAll(/CONNECT (\S+) HTTP/g)].map(([, target]) => target ?? '')
    },
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill()
      await ended
      await rm(folder, { recursive: true })
    },
  }
}

async function answers(port: number, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    const open = await new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false))
      socket.on('connect', () => socket.destroy())
    })
    if (open) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`tinyproxy ended with ${child.exitCode}`)
}
