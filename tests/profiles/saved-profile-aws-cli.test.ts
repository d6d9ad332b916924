// @module-tag slow
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { replaceFile } from '../../src/files/replace-file.ts'
import { parseProfileDocument } from '../../src/profiles/document.ts'
import { removeProfile, saveProfile } from '../../src/profiles/saved-profile.ts'
import { failureOf, useFolder } from './sandbox.ts'
import { session } from './saved-session.ts'

const version = spawnSync('aws', ['--version'], { encoding: 'utf8' }).stdout?.split(' ')[0]
const folder = useFolder()
let credentials: string
let config: string
beforeEach(() => {
  credentials = join(folder.path, 'credentials')
  config = join(folder.path, 'config')
  writeFileSync(credentials, '')
  writeFileSync(config, '')
})

const renewed = { ...session, accessKeyId: 'ASIAZZZZZZZZZEXAMPLE', sessionToken: 'another' }

function edit(change: (old: Buffer) => Buffer): unknown {
  const replace = () => replaceFile(credentials, (old) => change(old ?? Buffer.of()), process.platform)
  return failureOf(replace, folder.path)
}
const save = (saved = session) => {
  const document = parseProfileDocument(readFileSync(config))
  const place = { path: credentials, config: { kind: 'config', path: config, document } } as const
  return edit((old) => saveProfile(old, saved, place))
}
const remove = () => edit((old) => removeProfile(old, 'mfa', credentials))
const done = { answered: true }
const text = (path = credentials) => readFileSync(path, 'utf8')

function aws(...words: string[]): string {
  return execFileSync('aws', ['configure', ...words], {
    encoding: 'utf8',
    env: {
      PATH: process.env['PATH'],
      HOME: folder.path,
      AWS_CONFIG_FILE: config,
      AWS_SHARED_CREDENTIALS_FILE: credentials,
    },
  }).trim()
}

describe.skipIf(version === undefined)(
  `the AWS CLI's own writer (${version ?? 'aws is not on PATH'})`,
  () => {
    it('leaves the section ours, and ours leaves its lines', () => {
      writeFileSync(credentials, '[base]\r\naws_access_key_id = AKIAOLD')
      expect(save()).toEqual(done)
      expect(aws('get', 'aws_session_token', '--profile', 'mfa')).toBe(session.sessionToken)
      aws('set', 'aws_access_key_id', 'AKIANEW', '--profile', 'base')
      aws('set', 'aws_session_token', 'theirs', '--profile', 'mfa')
      aws('set', 'aws_access_key_id', 'AKIALATER', '--profile', 'later')
      aws('set', 'region', 'us-east-1', '--profile', 'mfa')
      expect(text(config)).toBe('[profile mfa]\nregion = us-east-1\n')
      // CRLF is gone, and not by us.
      const rest = ['[base]\naws_access_key_id = AKIANEW\n', '[later]\naws_access_key_id = AKIALATER\n']
      expect(save(renewed)).toEqual(done)
      expect(text().startsWith(`${rest[0]}[mfa]\n`)).toBe(true)
      expect(text().endsWith(`\naws_mfa_env_session_key_id = ${renewed.accessKeyId}\n${rest[1]}`)).toBe(true)
      expect(aws('get', 'aws_session_token', '--profile', 'mfa')).toBe('another')
      expect(remove()).toEqual(done)
      expect(text()).toBe(rest.join(''))
    })

    it('takes the section from us by giving it other keys', () => {
      save()
      aws('set', 'aws_access_key_id', 'AKIAIOSFODNN7EXAMPLE', '--profile', 'mfa')
      aws('set', 'aws_secret_access_key', 's3cr3t', '--profile', 'mfa')
      const before = text()
      const what = 'profile mfa has been given other keys since save wrote it (FOLDER/credentials, line 1)'
      expect(save(renewed)).toEqual([6, what, 'save under another name with --to'])
      expect(remove()).toEqual([6, what, 'take that section out by hand'])
      expect(text()).toBe(before)
    })
  },
)
