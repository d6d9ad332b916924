import { HttpsProxyAgent } from 'https-proxy-agent'
import type { HttpProxy } from './proxy.ts'
import { ProxyError } from './request-errors.ts'

/** The way through a proxy. */
export interface Tunnel {
  readonly agent: HttpsProxyAgent<string>
  /**
   * Sends a request on that way.
   * @throws {ProxyError} it did not get past the proxy
   */
  pass<Answer>(send: () => Promise<Answer>): Promise<Answer>
}

/**
 * A tunnel by CONNECT, one for each request.
 * @param ca what to trust in place of Node.js's roots, for the proxy too, as botocore does
 * @param signal ends the attempt to reach the proxy
 */
export function openTunnel(proxy: HttpProxy, ca: string | undefined, signal: AbortSignal): Tunnel {
  const { authorization, display } = proxy
  const trusted = ca === undefined ? {} : { ca }
  const agent = new HttpsProxyAgent(display, {
    // In the URL, a password would be shown by the agent's own log.
    ...(authorization === undefined ? {} : { headers: { 'Proxy-Authorization': authorization } }),
    ...trusted,
    signal,
  })
  Object.assign(agent.options, trusted)
  let status: number | undefined
  agent.on('proxyConnect', ({ statusCode }) => {
    status = statusCode
  })
  return {
    agent,
    async pass(send) {
      status = undefined
      const answer = await send().catch((error: unknown) => {
        throw status === 200 ? error : new ProxyError(proxy, status, error)
      })
      // The agent hands on what the proxy says instead as if it were the answer.
      if (status !== 200) throw new ProxyError(proxy, status, undefined)
      return answer
    },
  }
}
