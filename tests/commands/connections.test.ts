// What tests/aws tries of the ways to AWS, and depends on what runs the tool: TLS, proxies, broken connections.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answerWith, type ConnectProxy, connectTo, startConnectProxy } from '../aws/connect-proxy.ts'
import { type Authority, createAuthority, hasOpenssl } from '../aws/private-authority.ts'
import { type AwsServer, startAwsServer } from '../aws-server/server.ts'
import { withSandbox } from '../real-shells/run.ts'
import { endpointNote, environmentOf, errorText, runTool } from './tool.ts'

const spent = 'the code may be spent: wait for the next one and try again'
const unsent = 'the code was not sent: it can be used as long as the device shows it'

describe.skipIf(!hasOpenssl)('with openssl, for a certificate, the tool', () => {
  let authority: Authority
  let aws: AwsServer
  let proxy: ConnectProxy
  let cutting: ConnectProxy
  beforeAll(async () => {
    authority = await createAuthority()
    aws = await startAwsServer({ tls: await authority.issue(['localhost']) })
    proxy = await startConnectProxy(connectTo(Number(new URL(aws.url).port)))
    cutting = await startConnectProxy(answerWith('HTTP/1.1 200 Connection established\r\n\r\n'))
  })
  afterAll(async () => {
    await Promise.all([aws, proxy, cutting].map((server) => server.close()))
    await authority.remove()
  })

  function ask(server: AwsServer, environment: Record<string, string>) {
    const user = server.addUser()
    return withSandbox((sandbox) =>
      runTool(['-s', 'sh', server.nextTokenCode(user)], {
        sandbox,
        environment: { ...environmentOf(server, user), AWS_CA_BUNDLE: authority.path, ...environment },
      }),
    )
  }

  it('asks AWS by TLS, through a proxy or not', async () => {
    for (const environment of [{}, { HTTPS_PROXY: proxy.url }]) {
      const { status, stdout, stderr } = await ask(aws, environment)
      expect([status, stderr]).toEqual([0, endpointNote(aws)])
      expect(stdout).toContain('AWS_SESSION_TOKEN=')
    }
    expect(proxy.targets).toEqual([new URL(aws.url).host])
  })

  it('takes no proxy for plain http', async () => {
    const plain = await startAwsServer()
    const dead = 'http://127.0.0.1:9'
    const { status, stderr } = await ask(plain, { HTTP_PROXY: dead, http_proxy: dead, HTTPS_PROXY: dead })
    await plain.close()
    expect([status, stderr]).toEqual([0, endpointNote(plain)])
  })

  it('trusts neither an authority that nobody has named nor another host', async () => {
    const unnamed = await ask(aws, { AWS_CA_BUNDLE: '' })
    expect(unnamed).toMatchObject({ status: 5, stdout: '(exit 5);\n' })
    expect(unnamed.stderr).toContain(
      `${aws.url} does not show a certificate to be trusted (UNABLE_TO_VERIFY_LEAF_SIGNATURE)\n`,
    )
    const url = aws.url.replace('localhost', '127.0.0.1')
    const other = await ask(aws, { AWS_ENDPOINT_URL: url })
    expect(other).toMatchObject({ status: 5, stdout: '(exit 5);\n' })
    expect(other.stderr).toContain(
      `${url} does not show a certificate to be trusted (ERR_TLS_CERT_ALTNAME_INVALID)\n`,
    )
  })

  it('says that what is asked by TLS does not speak it', async () => {
    const plain = await startAwsServer()
    const url = plain.url.replace('http:', 'https:')
    const ran = await ask(plain, { AWS_ENDPOINT_URL: url })
    await plain.close()
    expect(ran).toEqual({
      status: 5,
      stdout: '(exit 5);\n',
      stderr:
        endpointNote({ ...plain, url }) +
        errorText(
          `${url} does not show a certificate to be trusted (EPROTO)`,
          `only the authorities in ${authority.path} are trusted, from AWS_CA_BUNDLE`,
          unsent,
        ),
    })
  })

  it('says that the connection broke behind the proxy', async () => {
    expect(await ask(aws, { HTTPS_PROXY: cutting.url })).toEqual({
      status: 5,
      stdout: '(exit 5);\n',
      stderr:
        endpointNote(aws) +
        errorText(`the connection to ${aws.url} broke before an answer came (ECONNRESET)`, spent),
    })
  })
})
