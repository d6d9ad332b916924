// @module-tag slow
import { describe, expect, it } from 'vitest'
import type { ToolRun } from '../commands/tool.ts'
import {
  callerBody,
  deviceBody,
  extendedSessionBody,
  issued,
  rawSessionBody,
  refusalBody,
  sessionBody,
  variablesFor,
} from './answers.ts'
import { counts } from './counts.ts'
import { recordFigure } from './figures.ts'
import { expectFailure, expectSession, tokenCode } from './harmless.ts'
import { answerOf, type Reply, sendAndEnd, sendAndReset, startHostileServer } from './hostile-server.ts'
import { runHere } from './run-here.ts'

/** One run against a server that gives this reply. */
async function ask(reply: Reply, words: readonly string[] = ['-s', 'sh', tokenCode]): Promise<ToolRun> {
  const server = await startHostileServer(reply)
  try {
    return await runHere(words, variablesFor(server.url))
  } finally {
    await server.close()
  }
}

const chunked = (body: string) => {
  const half = body.length / 2
  const chunks = [body.slice(0, half), body.slice(half), ''].map(
    (piece) => `${piece.length.toString(16)}\r\n${piece}\r\n`,
  )
  return `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunks.join('')}`
}

const framings: Readonly<Record<string, string>> = {
  'a length': answerOf(sessionBody()),
  chunks: chunked(sessionBody()),
  'its end alone': answerOf(sessionBody(), ['Content-Length: ']).replace('Content-Length: \r\n', ''),
  'a refusal in it': answerOf(refusalBody, [], '403 Forbidden'),
}

describe.each([
  ['ended', sendAndEnd],
  ['reset', sendAndReset],
])('a connection %s behind each byte', (_ending, reply) => {
  it.each(Object.keys(framings))('of an answer with %s', async (name) => {
    const answer = framings[name] ?? ''
    let cuts = 0
    for (let length = 0; length < answer.length; length += counts.bytesBetweenCuts) {
      // Behind the last chunk and its size nothing is missed.
      if (name === 'chunks' && length > answer.length - 3) continue
      expectFailure(await ask(reply(answer.slice(0, length))))
      cuts += 1
    }
    recordFigure(
      `an answer with ${name}, its connection ${_ending} behind a byte`,
      `${cuts} cuts, 0 sessions`,
    )
  })
})

it('the whole answer in each framing is taken, which shows that the cuts are what fails', async () => {
  for (const name of ['a length', 'chunks', 'its end alone']) {
    expectSession(await ask(sendAndEnd(framings[name] ?? ''), ['-s', 'json', tokenCode]))
  }
  expectFailure(await ask(sendAndEnd(framings['a refusal in it'] ?? '')), [4])
})

describe.each([
  ['devices', deviceBody, 'the user has no'],
  ['status', callerBody, 'verified'],
])('an answer for %s', (command, body) => {
  it('that is cut is asked for again, and then given up', async () => {
    const server = await startHostileServer((socket) => {
      const answer = answerOf(body)
      socket.end(answer.slice(0, 200 + ((server.requests() * 97) % (answer.length - 200))))
    })
    const session = { AWS_SESSION_TOKEN: issued.SessionToken, AWS_ACCESS_KEY_ID: issued.AccessKeyId }
    const environment = { ...variablesFor(server.url), ...(command === 'status' ? session : {}) }
    const ran = await runHere(command === 'status' ? ['status', '--verify'] : ['devices'], environment)
    expect({ status: ran.status, stdout: ran.stdout, requests: server.requests() }).toEqual({
      status: 5,
      stdout: '',
      requests: 4,
    })
    await server.close()
  })
})

const stranger =
  /error: the answer did not come from AWS: http\S+ answered with status 200, and not in AWS's words\n/
const strange = (what: string) =>
  new RegExp(`error: the answer did not come from AWS: its ${what} is missing or not as AWS makes them\n`)

const key = 'access key id'
const secret = 'secret access key'
const token = 'session token'

const fields: readonly [name: string, body: string, stderr: RegExp][] = [
  ['no key id', rawSessionBody('AccessKeyId', ''), strange(key)],
  ['a key id that is a command', sessionBody({ AccessKeyId: '$(touch pwned)' }), strange(key)],
  ['a key id with a quote', sessionBody({ AccessKeyId: "ASIACANARY'012345678" }), strange(key)],
  ['a key id of 129 characters', sessionBody({ AccessKeyId: 'A'.repeat(129) }), strange(key)],
  [
    'a secret with a line end',
    sessionBody({ SecretAccessKey: 'a'.repeat(20) + '\ntouch pwned' }),
    strange(secret),
  ],
  [
    'a secret with a carriage return',
    rawSessionBody('SecretAccessKey', `${'a'.repeat(20)}&#13;b`),
    strange(secret),
  ],
  ['a secret with a space', sessionBody({ SecretAccessKey: `${'a'.repeat(20)} b` }), strange(secret)],
  ['a secret with NUL', sessionBody({ SecretAccessKey: `${'a'.repeat(20)}\0b` }), strange(secret)],
  [
    'a secret with NUL by reference',
    rawSessionBody('SecretAccessKey', `${'a'.repeat(20)}&#0;b`),
    strange(secret),
  ],
  [
    'a secret with an escape',
    sessionBody({ SecretAccessKey: `${'a'.repeat(20)}\x1b[31mb` }),
    strange(secret),
  ],
  [
    'a secret with a typographic quote',
    sessionBody({ SecretAccessKey: `${'a'.repeat(20)}’;throw 1;‘` }),
    strange(secret),
  ],
  [
    'a secret with a bidi mark',
    sessionBody({ SecretAccessKey: `${'a'.repeat(20)}\u202eb` }),
    strange(secret),
  ],
  ['a secret of 1025 characters', sessionBody({ SecretAccessKey: 'a'.repeat(1025) }), strange(secret)],
  ['a token with a tab', sessionBody({ SessionToken: `${'a'.repeat(20)}\tb` }), strange(token)],
  ['a token of 16385 characters', sessionBody({ SessionToken: 'a'.repeat(16_385) }), strange(token)],
  ['a token of a megabyte', sessionBody({ SessionToken: 'a'.repeat(1 << 20) }), stranger],
  ['an end in the past', sessionBody({ Expiration: '2001-01-01T00:00:00Z' }), strange('expiration')],
  ['no end', rawSessionBody('Expiration', ''), stranger],
  ['an end that is no time', sessionBody({ Expiration: 'tomorrow' }), stranger],
  ['an end in seconds', sessionBody({ Expiration: '4102444799' }), stranger],
  ['an end on no day', sessionBody({ Expiration: '2099-13-45T99:99:99Z' }), stranger],
  ['an end that is a command', sessionBody({ Expiration: '2099-12-31T23:59:59Z;touch pwned' }), stranger],
  ['a secret twice', extendedSessionBody(`<SecretAccessKey>${'b'.repeat(40)}</SecretAccessKey>`), stranger],
  [
    'an element in the secret',
    rawSessionBody('SecretAccessKey', `<a>${issued.SecretAccessKey}</a>`),
    stranger,
  ],
  [
    'an element of every object',
    extendedSessionBody('<__proto__><SessionToken>a</SessionToken></__proto__>'),
    stranger,
  ],
  ['nothing', '<GetSessionTokenResponse/>', stranger],
  ['another answer', callerBody, strange(key)],
  ['a refusal with status 200', refusalBody, strange(key)],
  ['a page', '<!DOCTYPE html><html><body>GetSessionTokenResponse</body></html>', stranger],
  [
    'JSON',
    JSON.stringify({ GetSessionTokenResponse: { GetSessionTokenResult: { Credentials: issued } } }),
    stranger,
  ],
  ['no body', '', stranger],
]

const xml: readonly [name: string, body: string][] = [
  [
    'an entity that doubles thirty times',
    withEntities(Array.from({ length: 30 }, (_, i) => `<!ENTITY e${i + 1} "&e${i};&e${i};">`)),
  ],
  ['an entity that is itself', withEntities(['<!ENTITY e30 "&e30;">'])],
  ['an entity that is a file', withEntities(['<!ENTITY e30 SYSTEM "file:///etc/passwd">'])],
  ['an entity that is a host', withEntities(['<!ENTITY e30 SYSTEM "http://127.0.0.1:1/">'])],
  ['80,000 elements in each other', extendedSessionBody('<a>'.repeat(80_000))],
  [
    '30,000 elements in each other, and closed',
    extendedSessionBody('<a>'.repeat(30_000) + '</a>'.repeat(30_000)),
  ],
  ['200,000 brackets', extendedSessionBody('<'.repeat(200_000))],
  ['60,000 comments without an end', extendedSessionBody('<!--'.repeat(60_000))],
  ['20,000 CDATA without an end', extendedSessionBody('<![CDATA['.repeat(20_000))],
  ['100,000 instructions without an end', extendedSessionBody('<?'.repeat(100_000))],
  ['an attribute of 200,000 characters without an end', extendedSessionBody(`<a b="${'c'.repeat(200_000)}`)],
  ['a tag of 200,000 spaces', extendedSessionBody(`<a${' '.repeat(200_000)}>`)],
  ['a tag left open', sessionBody().replace('</Credentials>', '')],
]

function withEntities(definitions: readonly string[]): string {
  const document = `<!DOCTYPE a [<!ENTITY e0 "aaaaaaaaaaaaaaaa">${definitions.join('')}]>`
  return document + rawSessionBody('SecretAccessKey', '&e30;')
}

describe('an answer', () => {
  it.each(fields)('with %s', async (_name, body, stderr) => {
    const ran = await ask(sendAndEnd(answerOf(body)))
    expectFailure(ran)
    expect(ran.stderr).toMatch(stderr)
  })

  it.each(xml)('in XML with %s', async (_name, body) => {
    for (const spoiled of [body, body.replace(/^(<!DOCTYPE.*?\]>)(<[^>]*>)/s, '$2$1')]) {
      const ran = await ask(sendAndEnd(answerOf(spoiled)))
      expectFailure(ran)
      expect(ran.stderr).toMatch(stranger)
    }
  })

  it.each([
    ['a code that was left open', '<ErrorResponse><Error><Code>AccessDenied</Error></ErrorResponse>'],
    [
      '80,000 elements in each other',
      `<ErrorResponse><Error><Code>A</Code>${'<a>'.repeat(80_000)}</Error></ErrorResponse>`,
    ],
  ])('of a refusal with %s is no word of AWS', async (_name, body) => {
    for (const status of [400, 403, 500]) {
      const ran = await ask(sendAndEnd(answerOf(body, [], `${status} No`)))
      expectFailure(ran)
      expect(ran.stderr).toContain(
        status === 500 ? 'answered with status 500\n' : 'the answer did not come from AWS',
      )
    }
  })

  it.each([
    ['elements that nobody knows', extendedSessionBody('<Later a="b"><c/></Later>')],
    [
      'references',
      rawSessionBody(
        'SecretAccessKey',
        [...issued.SecretAccessKey].map((c) => `&#x${c.charCodeAt(0).toString(16)};`).join(''),
      ),
    ],
    ['CDATA', rawSessionBody('SecretAccessKey', `<![CDATA[${issued.SecretAccessKey}]]>`)],
    ['a declaration', `<?xml version="1.0" encoding="UTF-8"?>\n${sessionBody()}\n`],
    ['60,000 elements', extendedSessionBody('<a/>'.repeat(60_000))],
  ])('with %s is the session that it says', async (_name, body) => {
    expectSession(await ask(sendAndEnd(answerOf(body)), ['-s', 'json', tokenCode]))
  })

  it.each(['text/html', 'application/json', 'text/xml; charset=utf-16', ''])(
    'called %j is judged by what is in it',
    async (type) => {
      expectSession(
        await ask(sendAndEnd(answerOf(sessionBody(), [`Content-Type: ${type}`])), ['-s', 'json', tokenCode]),
      )
      expectFailure(await ask(sendAndEnd(answerOf('<html></html>', [`Content-Type: ${type}`]))))
    },
  )

  it.each(['Tue, 01 Jan 2199 00:00:00 GMT', '+275760-09-13T00:00:00Z', '99999999999999999999'])(
    'made on %s is over, or from now',
    async (date) => {
      const ran = await ask(sendAndEnd(answerOf(sessionBody(), [`Date: ${date}`])))
      if (ran.status !== 0) expectFailure(ran)
      else expect(ran.stdout).toContain(issued.SecretAccessKey)
    },
  )
})
