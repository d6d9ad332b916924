import { expect, it } from 'vitest'
import { findCanaries } from './canaries.ts'

const secret = 'SecretCanary/0123456789+abcdefghijklmnop'
const canaries = { secret, code: '918273' }

it.each([
  ['nothing', 'aws-mfa-env: error: AWS refused', []],
  ['four characters', `the key ...${secret.slice(-4)}`, []],
  ['a code', 'the code 918273 is wrong', ['code']],
  ['a piece', `"${secret.slice(9, 21)}..."`, ['secret']],
  ['base64', Buffer.from(`a${secret}b`).toString('base64'), ['secret as base64']],
  ['base64 elsewhere', Buffer.from(`{"a":"${secret}"}`).toString('base64'), ['secret as base64']],
  ['base64url of a code', Buffer.from('?? 918273 ??').toString('base64url'), ['code as base64']],
  ['hex', Buffer.from(secret).toString('hex'), ['secret as hex']],
  ['UTF-16', Buffer.from(secret, 'utf16le').toString('latin1'), ['secret as UTF-16']],
  ['a URL', `?a=${encodeURIComponent(secret)}`, ['secret']],
  ['a code in words', '9 1 8 2 7 3', ['code as spaced out']],
])('%s', (_name, text, found) => {
  expect(findCanaries(text, canaries)).toEqual(found)
})
