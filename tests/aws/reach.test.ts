// The way to AWS: a private authority, and proxies.

import { type AddressInfo, createServer, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { getCallerIdentity, getSessionToken } from '../../src/aws/sts.ts'
import { type AwsServer, startAwsServer } from '../aws-server/server.ts'
import { environmentOf, errorText, runTool } from '../commands/tool.ts'
import { withSandbox } from '../real-shells/run.ts'
import { endpointOf, linesOf, requestOf } from './asking.ts'
import { answerWith, type ConnectProxy, connectTo, startConnectProxy } from './connect-proxy.ts'
import { freePort } from './free-port.ts'
import { type Authority, createAuthority, hasOpenssl } from './private-authority.ts'
import { hasTinyproxy, startTinyproxy, type Tinyproxy } from './tinyproxy.ts'

const unsent = 'the code was not sent: it can be used as long as the device shows it'
const look = 'look at the network and the variable; NO_PROXY names hosts that are asked without a proxy'

describe.skipIf(!hasOpenssl)('with openssl, for a certificate:', () => {
  let authority: Authority
  let aws: AwsServer
  beforeAll(async () => {
    authority = await createAuthority()
    aws = await startAwsServer({ tls: await authority.issue(['localhost']) })
  })
  afterAll(async () => {
    await aws.close()
    await authority.remove()
  })

  const reach = (variables: Record<string, string> = {}) => ({
    AWS_ENDPOINT_URL: aws.url,
    AWS_CA_BUNDLE: authority.path,
    ...variables,
  })

  function askWith(variables: Record<string, string>, timeLimit?: number) {
    return getCallerIdentity(requestOf(endpointOf('sts', variables), aws.users.alice, timeLimit))
  }

  /** GetSessionToken, so that the fate of the code is told. */
  function spendWith(variables: Record<string, string>, timeLimit?: number) {
    const serialNumber = { value: aws.users.alice.serialNumber, origin: 'here', from: 'option' } as const
    return getSessionToken(requestOf(endpointOf('sts', variables), aws.users.alice, timeLimit), {
      serialNumber,
      tokenCode: '123456',
      durationSeconds: 900,
    })
  }

  describe('TLS', () => {
    it('trusts the authorities of AWS_CA_BUNDLE', async () => {
      expect(await askWith(reach())).toMatchObject({ arn: aws.users.alice.arn })
    })

    it('trusts none but those of Node.js else', async () => {
      expect(await linesOf(spendWith(reach({ AWS_CA_BUNDLE: '' })))).toEqual([
        'Failure',
        5,
        `${aws.url} does not show a certificate to be trusted (UNABLE_TO_VERIFY_LEAF_SIGNATURE)`,
        "where a proxy reads along or the endpoint is your own, AWS_CA_BUNDLE names the file with its authority's certificate",
        unsent,
      ])
    })

    it('trusts the authorities of AWS_CA_BUNDLE alone', async () => {
      const other = await createAuthority()
      expect(await linesOf(spendWith(reach({ AWS_CA_BUNDLE: other.path })))).toEqual([
        'Failure',
        5,
        expect.stringMatching(/ does not show a certificate to be trusted \(\w+\)$/),
        `only the authorities in ${other.path} are trusted, from AWS_CA_BUNDLE`,
        unsent,
      ])
      await other.remove()
    })

    it("trusts no certificate for another host's name", async () => {
      const url = aws.url.replace('localhost', '127.0.0.1')
      expect((await linesOf(spendWith(reach({ AWS_ENDPOINT_URL: url }))))[2]).toBe(
        `${url} does not show a certificate to be trusted (ERR_TLS_CERT_ALTNAME_INVALID)`,
      )
    })

    it('has sent nothing to a host that is not trusted', () => {
      expect(aws.requests.map(({ action }) => action)).toEqual(['GetCallerIdentity'])
    })
  })

  describe.skipIf(!hasTinyproxy)('tinyproxy', () => {
    let open: Tinyproxy
    let closed: Tinyproxy
    beforeAll(async () => {
      open = await startTinyproxy()
      closed = await startTinyproxy('BasicAuth user password', 'ConnectPort 1')
    })
    afterAll(() => Promise.all([open.stop(), closed.stop()]))

    it('connects us to AWS', async () => {
      const request = requestOf(
        endpointOf('sts', reach({ HTTPS_PROXY: `http://127.0.0.1:${open.port}` })),
        aws.users.alice,
      )
      expect(await getCallerIdentity(request)).toMatchObject({ arn: aws.users.alice.arn })
      expect(await open.targets()).toEqual([new URL(aws.url).host])
      expect(request.lines).toEqual([
        'asking STS in us-east-1 whose credentials these are',
        `through the proxy http://127.0.0.1:${open.port}, from HTTPS_PROXY`,
      ])
    })

    it('is not asked for a host in NO_PROXY, nor for plain http', async () => {
      const before = await open.targets()
      const proxy = { https_proxy: `127.0.0.1:${open.port}`, HTTP_PROXY: `127.0.0.1:${open.port}` }
      await askWith(reach({ ...proxy, NO_PROXY: 'example.com,localhost' }))
      const plain = await startAwsServer()
      await askWith({ ...proxy, http_proxy: proxy.HTTP_PROXY, AWS_ENDPOINT_URL: plain.url })
      await plain.close()
      expect(await open.targets()).toEqual(before)
    })

    it('that wants a password says so', async () => {
      const url = `http://127.0.0.1:${closed.port}`
      expect(await linesOf(spendWith(reach({ HTTPS_PROXY: url })))).toEqual([
        'Failure',
        5,
        `the proxy ${url} (from HTTPS_PROXY) does not let us through without a user and a password (status 407)`,
        `they stand in the variable, as in http://user:password@127.0.0.1:${closed.port}`,
        unsent,
      ])
    })

    it('that wants another password says so, without repeating it', async () => {
      const variable = `http://user:mistake@127.0.0.1:${closed.port}`
      const lines = await linesOf(spendWith(reach({ https_proxy: variable })))
      // tinyproxy refuses a wrong password with 401.
      expect(lines[2]).toMatch(
        /^the proxy http:\/\/127\.0\.0\.1:\d+ \(from https_proxy\) .* \(status 40[17]\)$/,
      )
      expect(lines.join()).not.toContain('mistake')
    })

    it('that gets its password may forbid the port all the same', async () => {
      const variable = `http://user:pass%77ord@127.0.0.1:${closed.port}`
      expect(await linesOf(spendWith(reach({ HTTPS_PROXY: variable })))).toEqual([
        'Failure',
        5,
        `the proxy http://127.0.0.1:${closed.port} (from HTTPS_PROXY) did not connect us to ${aws.url} (status 403)`,
        look,
        unsent,
      ])
    })

    it('that does not find the host says so', async () => {
      const url = 'https://sts.nowhere.invalid'
      const variables = { HTTPS_PROXY: `127.0.0.1:${open.port}`, AWS_ENDPOINT_URL: url }
      const [, exitCode, message] = await linesOf(spendWith(variables))
      expect([exitCode, message]).toEqual([
        5,
        expect.stringMatching(
          / \(from HTTPS_PROXY\) did not connect us to https:\/\/sts\.nowhere\.invalid \(status 50\d\)$/,
        ),
      ])
    })

    it('shows the certificate of AWS, which is looked at', async () => {
      const variables = reach({ HTTPS_PROXY: `127.0.0.1:${open.port}`, AWS_CA_BUNDLE: '' })
      expect((await linesOf(spendWith(variables)))[2]).toMatch(
        /^https:\/\/localhost:\d+ does not show a certificate/,
      )
    })

    it.skipIf(process.platform === 'win32')('serves the tool from prompt to session', async () => {
      const authenticated = await startTinyproxy('BasicAuth user secretOfProxy')
      const user = aws.addUser()
      const environment = {
        ...environmentOf(aws, user),
        AWS_CA_BUNDLE: authority.path,
        HTTPS_PROXY: `http://user:secretOfProxy@127.0.0.1:${authenticated.port}`,
        // The agent's own log, which must not tell either.
        DEBUG: '*',
      }
      const words = ['-s', 'bash', '--debug', aws.nextTokenCode(user)]
      const ran = await withSandbox((sandbox) => runTool(words, { sandbox, environment }))
      expect(ran.status, ran.stderr).toBe(0)
      expect(ran.stdout).toContain('AWS_SESSION_TOKEN')
      expect(ran.stderr).toContain(
        `debug: through the proxy http://127.0.0.1:${authenticated.port}, from HTTPS_PROXY\n`,
      )
      expect(ran.stderr).not.toContain('secretOfProxy')
      expect(ran.stderr).not.toContain(Buffer.from('user:secretOfProxy').toString('base64'))
      expect(await authenticated.targets()).toEqual([new URL(aws.url).host])
      await authenticated.stop()
    })
  })

  describe('a proxy', () => {
    async function through(proxy: ConnectProxy, timeLimit?: number) {
      const lines = await linesOf(spendWith(reach({ HTTPS_PROXY: proxy.url }), timeLimit))
      // Nothing that is still open keeps the process from ending.
      await vi.waitUntil(() => proxy.sockets.size === 0)
      await proxy.close()
      return lines
    }

    it('that does not listen is named', async () => {
      const url = `http://127.0.0.1:${await freePort()}`
      expect(await linesOf(spendWith(reach({ HTTPS_PROXY: url })))).toEqual([
        'Failure',
        5,
        `the proxy ${url} (from HTTPS_PROXY) cannot be reached (ECONNREFUSED)`,
        look,
        unsent,
      ])
    })

    it('that does not exist is named', async () => {
      const lines = await linesOf(spendWith(reach({ HTTPS_PROXY: 'http://user:secret@proxy.invalid:3128' })))
      expect(lines[2]).toMatch(
        /^the proxy http:\/\/proxy\.invalid:3128 \(from HTTPS_PROXY\) cannot be reached \(E\w+\)$/,
      )
    })

    it('that never answers is waited for until the time is up', async () => {
      const proxy = await startConnectProxy(() => {})
      expect(await through(proxy, 400)).toEqual([
        'Failure',
        5,
        `the proxy ${proxy.url} (from HTTPS_PROXY) did not answer in time`,
        look,
        unsent,
      ])
    })

    it('that hangs up is named', async () => {
      const proxy = await startConnectProxy((client) => client.destroy())
      expect((await through(proxy))[2]).toMatch(
        /^the proxy http:\S+ \(from HTTPS_PROXY\) broke the connection before it had made one to AWS/,
      )
    })

    it('whose way is silent behind it is waited for until the time is up', async () => {
      const proxy = await startConnectProxy((client) => client.write('HTTP/1.1 200 OK\r\n\r\n'))
      expect((await through(proxy, 400)).slice(1)).toEqual([
        5,
        `${aws.url} did not answer in time`,
        'the code may be spent: wait for the next one and try again',
      ])
    })

    it.each([
      ['HTTP/1.1 502 Bad Gateway\r\nContent-Length: 3\r\n\r\nbad', 502],
      ['HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\n\r\n<html>', 403],
      ['HTTP/1.1 302 Found\r\nLocation: http://portal/\r\n\r\n', 302],
      ['HTTP/1.1 204 No Content\r\n\r\n', 204],
    ])('that answers %j is named', async (text, status) => {
      const proxy = await startConnectProxy(answerWith(text))
      expect(await through(proxy)).toEqual([
        'Failure',
        5,
        `the proxy ${proxy.url} (from HTTPS_PROXY) did not connect us to ${aws.url} (status ${status})`,
        look,
        unsent,
      ])
    })

    it('that answers in no words of HTTP is named', async () => {
      const proxy = await startConnectProxy(answerWith('SSH-2.0-OpenSSH\r\n\r\n'))
      expect((await through(proxy))[2]).toMatch(/^the proxy /)
    })

    it('that is to speak TLS and says nothing is waited for until the time is up', async () => {
      const sockets = new Set<Socket>()
      const silent = createServer((socket) => {
        sockets.add(
          socket
            .on('close', () => sockets.delete(socket))
            .on('error', () => {})
            .resume(),
        )
      })
      await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
      const url = `https://127.0.0.1:${(silent.address() as AddressInfo).port}`
      expect((await linesOf(spendWith(reach({ HTTPS_PROXY: url }), 400)))[2]).toBe(
        `the proxy ${url} (from HTTPS_PROXY) did not answer in time`,
      )
      await vi.waitUntil(() => sockets.size === 0)
      await new Promise((resolve) => silent.close(resolve))
    })

    it('that speaks TLS itself is asked by TLS', async () => {
      const secure = await startConnectProxy(
        connectTo(Number(new URL(aws.url).port)),
        await authority.issue(['localhost']),
      )
      expect(await askWith(reach({ HTTPS_PROXY: secure.url }))).toMatchObject({ arn: aws.users.alice.arn })
      expect(secure.targets).toEqual([new URL(aws.url).host])
      const lines = await linesOf(spendWith({ HTTPS_PROXY: secure.url, AWS_ENDPOINT_URL: aws.url }))
      expect(lines).toEqual([
        'Failure',
        5,
        `the proxy ${secure.url} (from HTTPS_PROXY) does not show a certificate to be trusted (UNABLE_TO_VERIFY_LEAF_SIGNATURE)`,
        unsent,
      ])
      await secure.close()
    })
  })

  it.skipIf(process.platform === 'win32')(
    'the tool says what is wrong with a file before it asks for a code',
    async () => {
      const user = aws.addUser()
      const environment = { ...environmentOf(aws, user), AWS_CA_BUNDLE: '/nowhere.pem' }
      const ran = await withSandbox((sandbox) => runTool(['-s', 'bash', '123456'], { sandbox, environment }))
      expect(ran).toEqual({
        status: 6,
        stdout: '(exit 6);\n',
        stderr: errorText('AWS_CA_BUNDLE: /nowhere.pem cannot be read (ENOENT)'),
      })
    },
  )
})
