import { Agent } from 'node:https'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { isExcepted } from './proxy.ts'
import type { AwsRequest } from './request.ts'
import { NotAwsError, ProxyError } from './request-errors.ts'
import type { Tunnel } from './tunnel.ts'

type Handle = NodeHttpHandler['handle']
type Answer = Awaited<ReturnType<Handle>>

const noAgent = { destroy() {} } as Agent

/** STS's and IAM's answers are a few kilobytes; nothing larger is read. */
const maximumBytes = 256 * 1024

/**
 * The SDK's own handler, which follows no redirect, with these changes: it takes the endpoint's proxy and
 * authorities; an answer is read to its end, up to 256 KiB, while the request's time limit still holds; and one that
 * is not AWS's XML is a NotAwsError before it is parsed.
 */
export class BoundedRequestHandler {
  private readonly request: Pick<AwsRequest, 'endpoint' | 'debug'>
  private readonly signal: AbortSignal
  private inner: NodeHttpHandler | undefined
  private tunnel: Tunnel | undefined
  /** When the last answer was made, by the `Date` of whoever made it; milliseconds since 1970. */
  lastAnswerAt: number | undefined
  /** The proxy that did not let the last request through; once the time is up, the SDK forgets why a request failed. */
  stoppedBy: ProxyError | undefined

  /** @param signal ends what a request's own signal does not reach, as the way to a proxy */
  constructor(request: Pick<AwsRequest, 'endpoint' | 'debug'>, signal: AbortSignal) {
    this.request = request
    this.signal = signal
  }

  async handle(...[request, options]: Parameters<Handle>): Promise<Answer> {
    this.inner ??= await this.open(request)
    const { inner, tunnel } = this
    this.stoppedBy = undefined
    // After a `101 Switching Protocols` Node.js tells neither of an answer nor of an end.
    const send = () => Promise.race([inner.handle(request, options), rejectAtEnd(this.signal)])
    const { response } = await (tunnel === undefined ? send() : tunnel.pass(send)).catch((error: unknown) => {
      if (error instanceof ProxyError) this.stoppedBy = error
      throw error
    })
    const date = Date.parse(response.headers['date'] ?? '')
    this.lastAnswerAt = Number.isNaN(date) ? undefined : date
    const body = await readBody(response.body, options?.abortSignal)
    if (body === undefined || !isAmazonXml(response.statusCode, body))
      throw new NotAwsError(response.statusCode)
    response.body = body
    return { response }
  }

  private async open({ protocol, hostname, port }: Parameters<Handle>[0]): Promise<NodeHttpHandler> {
    const { proxy, caBundle } = this.request.endpoint
    const ca = caBundle?.text
    if (proxy !== undefined && !isExcepted(proxy.noProxy, { hostname, port: `${port ?? ''}` })) {
      this.request.debug(`through the proxy ${proxy.display}, from ${proxy.origin}`)
      const { openTunnel } = await import('./tunnel.ts')
      this.tunnel = openTunnel(proxy, ca, this.signal)
    }
    return new NodeHttpHandler({
      connectionTimeout: 15_000,
      // Else it would load all of TLS to make an agent that nobody asks.
      httpsAgent: protocol === 'http:' ? noAgent : (this.tunnel?.agent ?? new Agent({ keepAlive: true, ca })),
    })
  }

  destroy(): void {
    this.inner?.destroy()
  }

  // The SDK asks every handler for these two.
  updateHttpClientConfig(): void {}
  httpHandlerConfigs(): object {
    return {}
  }
}

function rejectAtEnd(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(timeIsUp()), { once: true })
  })
}

const timeIsUp = () => new DOMException('time is up', 'AbortError')

async function readBody(stream: NodeJS.ReadableStream, signal: unknown): Promise<Buffer | undefined> {
  const abort = () => (stream as import('node:stream').Readable).destroy(timeIsUp())
  const abortSignal = signal as AbortSignal | undefined
  abortSignal?.addEventListener('abort', abort, { once: true })
  try {
    const chunks: Buffer[] = []
    let size = 0
    for await (const chunk of stream) {
      chunks.push(chunk as Buffer)
      size += chunk.length
      if (size > maximumBytes) return undefined
    }
    return Buffer.concat(chunks)
  } finally {
    abortSignal?.removeEventListener('abort', abort)
  }
}

function isAmazonXml(statusCode: number, body: Buffer): boolean {
  if (statusCode >= 300 && statusCode < 400) return false
  const [, , root] = /^\s*(<\?xml[^>]{0,200}\?>\s*)?<(\w+Response)\b/.exec(body.toString('latin1')) ?? []
  if (root === undefined || !body.toString('latin1').trimEnd().endsWith(`</${root}>`)) return false
  return statusCode < 400 || /<Code>\w/.test(body.toString('latin1'))
}
