// @module-tag slow
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Authority, createAuthority, hasOpenssl } from '../aws/private-authority.ts'
import { startAwsServer } from '../aws-server/server.ts'
import { preloading, runTool, type ToolRun } from '../commands/tool.ts'
import { withSandbox } from '../real-shells/run.ts'
import { sessionBody, variablesFor } from './answers.ts'
import { counts } from './counts.ts'
import { recordFigure } from './figures.ts'
import { expectFailure, expectSession, tokenCode } from './harmless.ts'
import {
  answerOf,
  type HostileServer,
  type Reply,
  send,
  sendAndEnd,
  sendForever,
  sendSlowly,
  startHostileServer,
} from './hostile-server.ts'

/** A run as its user has it, and what it took. */
interface MeasuredRun extends ToolRun {
  readonly seconds: number
  /** Undefined where nothing says it. */
  readonly peakMegabytes: number | undefined
}

/** Written by the process itself when it ends; what wait4 tells may be the peak of who started it. */
const measure = `
process.on('exit', () => {
  const { readFileSync, writeFileSync } = require('node:fs')
  try { writeFileSync(__dirname + '/status', readFileSync('/proc/self/status')) } catch {}
})
`

function measureTool(words: readonly string[], environment: Record<string, string>): Promise<MeasuredRun> {
  return withSandbox(async (sandbox) => {
    const hook = join(sandbox.folder, 'measure.cjs')
    await writeFile(hook, measure)
    const start = performance.now()
    const ran = await runTool(words, {
      sandbox,
      environment: { ...environment, ...preloading(hook) },
    })
    const seconds = (performance.now() - start) / 1000
    return { ...ran, seconds, peakMegabytes: readPeak(join(sandbox.folder, 'status')) }
  })
}

function readPeak(file: string): number | undefined {
  if (process.platform !== 'linux') return undefined
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(file, 'utf8'))?.[1]
  return Number(kilobytes) / 1024
}

async function ask(reply: Reply, shell = 'sh'): Promise<MeasuredRun & { readonly requests: number }> {
  const server = await startHostileServer(reply)
  const ran = await measureTool(['-s', shell, tokenCode], variablesFor(server.url))
  const requests = server.requests()
  await server.close()
  return { ...ran, requests }
}

const body = sessionBody()
const head = (...headers: string[]) =>
  `HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n${headers.map((line) => `${line}\r\n`).join('')}`
const start = '<GetSessionTokenResponse>'
const megabyte = 'a'.repeat(1 << 20)

/** What ends at once, or should. */
const broken: Readonly<Record<string, Reply>> = {
  'silence, and its end': sendAndEnd(''),
  'other words than HTTP': sendAndEnd('SSH-2.0-OpenSSH_9.2\r\n'),
  'what TLS answers': sendAndEnd(Buffer.from('15030300020228', 'hex')),
  'HTTP/2': sendAndEnd(Buffer.from('000012040000000000000300000064', 'hex')),
  'status 204': sendAndEnd('HTTP/1.1 204 No Content\r\n\r\n'),
  'status 304': sendAndEnd('HTTP/1.1 304 Not Modified\r\n\r\n'),
  'status 999': sendAndEnd(answerOf(body, [], '999 No')),
  'a megabyte of one header': sendAndEnd(`${head(`a: ${megabyte}`)}\r\n`),
  'headers without an end': sendForever(head(), 'a: b\r\n'.repeat(1000)),
  'a body without an end': sendForever(`${head()}\r\n${start}`, megabyte),
  'chunks without an end': sendForever(
    `${head('Transfer-Encoding: chunked')}\r\n`,
    `100000\r\n${megabyte}\r\n`,
  ),
  'a chunk of an exabyte': sendForever(
    `${head('Transfer-Encoding: chunked')}\r\nfffffffffffffff\r\n`,
    megabyte,
  ),
  'a chunk with words without an end': sendForever(`${head('Transfer-Encoding: chunked')}\r\n1;`, megabyte),
  'trailers without an end': sendForever(
    `${head('Transfer-Encoding: chunked')}\r\n0\r\n`,
    'a: b\r\n'.repeat(1000),
  ),
  'a gigabyte': sendForever(`${head('Content-Length: 1073741824')}\r\n${start}`, megabyte),
  'a length that is too great, and its end': sendAndEnd(answerOf(body, ['Content-Length: 99999'])),
  'a length that is too small': sendAndEnd(answerOf(body, ['Content-Length: 100'])),
  'a length of less than nothing': sendAndEnd(answerOf(body, ['Content-Length: -1'])),
  'two lengths': sendAndEnd(answerOf(body, [`Content-Length: ${body.length}`, 'Content-Length: 5'])),
  'a length and chunks': sendAndEnd(answerOf(body, ['Content-Length: 5', 'Transfer-Encoding: chunked'])),
  'a header that holds a line end': sendAndEnd(answerOf(body, ['a: b\rc: d'])),
  'a body that is said to be packed, and is not': sendAndEnd(
    answerOf('\x1f\x8b\b\0', ['Content-Encoding: gzip']),
  ),
  'UTF-16': sendAndEnd(answerOf(Buffer.from(`\ufeff${body}`, 'utf16le').toString('latin1'))),
}

/** What goes on until the time is up. */
const endless: Readonly<Record<string, Reply>> = {
  'status 101': sendAndEnd('HTTP/1.1 101 Switching Protocols\r\nUpgrade: a\r\nConnection: Upgrade\r\n\r\n'),
  'a byte every 100 ms': sendSlowly(answerOf(body), 100),
  'a word of the body every 100 ms': sendForever(`${head()}\r\n${start}`, '<a/>', 100),
  'status 100 again and again': sendForever('', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(10), 5),
  'a length that is too great': send(answerOf(body, ['Content-Length: 99999'])),
  'a header every 100 ms': sendForever(head(), 'a: b\r\n', 100),
}

const peaks: number[] = []
let usual = 0
beforeAll(async () => {
  const ran = await ask(sendAndEnd(answerOf(body)), 'json')
  expectSession(ran)
  usual = ran.peakMegabytes ?? 0
})

function expectBounded({ peakMegabytes, requests }: Awaited<ReturnType<typeof ask>>): void {
  // The code may be spent, and is not sent again.
  expect(requests).toBe(1)
  if (peakMegabytes === undefined) return
  peaks.push(peakMegabytes)
  expect(peakMegabytes).toBeLessThan(usual + 40)
}

describe('somebody in the place of AWS', () => {
  it.each(Object.keys(broken))('who answers with %s', async (name) => {
    const ran = await ask(broken[name] as Reply)
    expectFailure(ran)
    expectBounded(ran)
    expect(ran.seconds).toBeLessThan(10)
  })
})

describe.concurrent('somebody who never comes to an end', () => {
  it.each(Object.keys(endless).slice(0, counts.endlessAnswers))('and sends %s', async (name) => {
    const ran = await ask(endless[name] as Reply)
    expectFailure(ran)
    expectBounded(ran)
    expect(ran.stderr).toMatch(/error: http:\/\/\S+ did not answer in time\n/)
    // The 15 s of the contract, and the start of a process on a busy machine.
    expect(ran.seconds).toBeGreaterThan(14.5)
    expect(ran.seconds).toBeLessThan(22)
  })
})

it('has not had more memory than a good run and 40 MB', ({ skip }) => {
  if (peaks.length === 0) skip('nothing says how much memory a process had')
  const most = Math.max(...peaks) - usual
  const figure = `${most.toFixed(0)} MB more at most than the ${usual.toFixed(0)} MB of a good run`
  recordFigure(`peak memory of ${peaks.length} runs whose answers are broken or endless`, figure)
})

describe('a redirect to another host', () => {
  it.each(['301 Moved', '302 Found', '303 See Other', '307 Temporary', '308 Permanent'])(
    '%s',
    async (status) => {
      const aws = await startAwsServer()
      const ran = await ask(
        sendAndEnd(answerOf(body, [`Location: ${aws.url}/`, `Refresh: 0; url=${aws.url}/`], status)),
      )
      expectFailure(ran)
      expect(ran.stderr).toContain('hint: a redirect is not followed')
      expect({ here: ran.requests, there: aws.requests.length }).toEqual({ here: 1, there: 0 })
      await aws.close()
    },
  )
})

describe.skipIf(!hasOpenssl)('TLS (by openssl)', () => {
  let authority: Authority
  beforeAll(async () => {
    authority = await createAuthority()
  })
  afterAll(() => authority.remove())

  async function askByTls(hosts: readonly string[], trusted: boolean) {
    const aws = await startAwsServer({ tls: await authority.issue(hosts) })
    const environment = { ...variablesFor(aws.url), ...(trusted ? { AWS_CA_BUNDLE: authority.path } : {}) }
    const ran = await measureTool(['-s', 'sh', tokenCode], environment)
    const requests = aws.requests.length
    await aws.close()
    return { ...ran, requests }
  }

  it.each([
    ['by the wrong name', ['sts.amazonaws.com', 'localhost.example'], true, 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['of an authority that nobody knows', ['localhost'], false, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ])('%s gets neither the code nor a signature', async (_name, hosts, trusted, code) => {
    const ran = await askByTls(hosts, trusted)
    expectFailure(ran)
    expect(ran.stderr).toContain(`does not show a certificate to be trusted (${code})`)
    expect(ran.requests).toBe(0)
  })

  it('by the right name gets them, which shows that the above can fail', async () => {
    expect(await askByTls(['localhost'], true)).toMatchObject({ status: 4, requests: 1 })
  })

  it('that is none at all', async () => {
    const server: HostileServer = await startHostileServer(sendAndEnd(answerOf(body)))
    const ran = await measureTool(
      ['-s', 'sh', tokenCode],
      variablesFor(server.url.replace('http:', 'https:')),
    )
    expectFailure(ran)
    expect(server.requests()).toBe(0)
    await server.close()
  })
})
