import { describe, expect, it } from 'vitest'
import { classifyKeys, isTemporaryKeyId, type KeysKind } from '../../src/variables/classify.ts'
import type { Variables } from '../../src/variables/displaced.ts'

const secret = { AWS_SECRET_ACCESS_KEY: 's' }
const token = { AWS_SESSION_TOKEN: 't' }
const olderToken = { AWS_SECURITY_TOKEN: 't' }

describe('the keys in the environment', () => {
  const cases: [kind: KeysKind, variables: Variables][] = [
    ['none', {}],
    ['none', { AWS_PROFILE: 'p', AWS_CREDENTIAL_EXPIRATION: 'e' }],
    ['none', token],
    ['long-term', { AWS_ACCESS_KEY_ID: 'AKIA0', ...secret }],
    ['long-term', { AWS_ACCESS_KEY_ID: 'test', ...secret }],
    ['session', { AWS_ACCESS_KEY_ID: 'ASIA0', ...secret, ...token }],
    ['session', { AWS_ACCESS_KEY_ID: 'ASIA0', ...secret }],
    ['session', { AWS_ACCESS_KEY_ID: 'ASIA0' }],
    ['session', { AWS_ACCESS_KEY_ID: 'test', ...secret, ...token }],
    ['session', { AWS_ACCESS_KEY_ID: 'test', ...secret, ...olderToken }],
    ['session', { ...secret, ...token }],
    ['conflict', { AWS_ACCESS_KEY_ID: 'AKIA0', ...secret, ...token }],
    ['conflict', { AWS_ACCESS_KEY_ID: 'AKIA0', ...secret, ...olderToken }],
    ['conflict', { AWS_ACCESS_KEY_ID: 'AKIA0', ...token }],
    ['half', { AWS_ACCESS_KEY_ID: 'AKIA0' }],
    ['half', { AWS_ACCESS_KEY_ID: 'test' }],
    ['half', secret],
  ]
  it.each(cases)('are %s: %j', (kind, variables) => {
    expect(classifyKeys(variables)).toBe(kind)
  })

  it('are temporary where their id begins with ASIA', () => {
    expect(['ASIA0', 'AKIA0', 'asia0', 'XASIA', ''].map(isTemporaryKeyId)).toEqual([
      true,
      false,
      false,
      false,
      false,
    ])
  })
})
