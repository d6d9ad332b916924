// @module-tag slow
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { startAwsServer } from '../aws-server/server.ts'
import { cachedSessions, type Home } from '../commands/home.ts'
import { note } from '../commands/machine.ts'
import { endpointNote, errorText } from '../commands/tool.ts'
import { recordFigure } from './figures.ts'
import {
  failing,
  full,
  immutable,
  interrupting,
  limited,
  noInode,
  type Refusal,
  readOnly,
  whileRefusing,
} from './refusals.ts'

const server = await startAwsServer()
afterAll(() => server.close())

const awsFolder = ({ sandbox }: Home) => join(sandbox.home, '.aws')
const credentialsFile = (home: Home) => join(awsFolder(home), 'credentials')
const cacheFolder = ({ sandbox }: Home) => join(sandbox.home, '.cache', 'aws-mfa-env')

// The session is cached before it is saved.
const cacheCalls = { write: 'pwrite64:when=1', sync: 'fsync:when=1', rename: 'rename:when=1' }
const credentialsCalls = { write: 'pwrite64:when=2', sync: 'fsync:when=3', rename: 'rename:when=2' }

const cannot = (code: string) => `cannot be written (${code})`
const asBefore = 'it is as it was before'
const folderHint = 'its folder has to be there and writable'
const saying = (refusal: Refusal, message: string, ...hints: string[]) => ({ ...refusal, message, hints })

describe('save onto a disk that refuses', () => {
  const { quota, device, partly, sync, rename, denied } = failing(credentialsCalls)
  const late = [
    saying(full, cannot('ENOSPC'), asBefore),
    saying(noInode, cannot('ENOSPC'), asBefore),
    saying(limited(8), cannot('EFBIG'), asBefore),
    saying(quota, cannot('EDQUOT'), asBefore),
    saying(device, cannot('EIO'), asBefore),
    saying(partly, 'is as it was: not all of the new file could be written'),
    saying(sync, cannot('EIO'), asBefore),
    saying(rename, cannot('EIO'), asBefore),
    saying(denied, cannot('EACCES'), folderHint),
  ]
  it.for(late)(
    '$what: leaves the file, says so, and the next needs no code',
    ({ message, hints, ...refusal }, { skip }) =>
      whileRefusing(server, refusal, awsFolder, ['save'], skip, async (ran, home) => {
        expect(ran).toEqual({
          status: 1,
          stdout: '',
          stderr: endpointNote(server) + errorText(`${credentialsFile(home)} ${message}`, ...hints),
          changed: false,
          asked: 1,
        })
        expect(await home.run(['save'])).toEqual({ status: 0, stdout: '', stderr: '' })
        recordFigure(
          `save: ${refusal.what}`,
          `exit 1, "${message}"; all files as before; the session is in the cache`,
        )
      }),
  )

  const early = [saying(readOnly, 'is read-only'), saying(immutable, cannot('EPERM'), folderHint)]
  it.for(early)('$what: is told before the code is spent', ({ message, hints, ...refusal }, { skip }) =>
    whileRefusing(server, refusal, awsFolder, ['save'], skip, async (ran, home, code) => {
      expect(ran).toEqual({
        status: 1,
        stdout: '',
        stderr: errorText(`${credentialsFile(home)} ${message}`, ...hints),
        changed: false,
        asked: 0,
      })
      expect(await home.run(['save', code])).toEqual({ status: 0, stdout: '', stderr: endpointNote(server) })
      recordFigure(
        `save: ${refusal.what}`,
        `exit 1, "${message}"; all files as before; the code is not spent`,
      )
    }),
  )

  it.for(interrupting(credentialsCalls))('$what: goes on', (refusal, { skip }) =>
    whileRefusing(server, refusal, awsFolder, ['save'], skip, async (ran, home) => {
      expect(ran).toMatchObject({ status: 0, stderr: endpointNote(server), changed: true })
      expect(await home.run(['status', '--profile', 'mfa'])).toMatchObject({ status: 0 })
      recordFigure(`save: ${refusal.what}`, 'exit 0, saved')
    }),
  )
})

describe('a cache on a disk that refuses', () => {
  const { quota, device, partly, sync, rename, denied } = failing(cacheCalls)
  const rows = [
    { ...full, code: 'ENOSPC' },
    { ...noInode, code: 'ENOSPC' },
    { ...readOnly, code: 'EROFS' },
    { ...immutable, code: 'EPERM' },
    { ...limited(0), code: 'EFBIG' },
    { ...quota, code: 'EDQUOT' },
    { ...device, code: 'EIO' },
    { ...partly, code: 'EIO' },
    { ...sync, code: 'EIO' },
    { ...rename, code: 'EIO' },
    { ...denied, code: 'EACCES' },
  ]
  it.for(rows)('$what: costs a note, and the shell has the session', ({ code, ...refusal }, { skip }) =>
    whileRefusing(server, refusal, cacheFolder, ['-s', 'sh'], skip, async (ran, home) => {
      const said = note(`nothing is cached: ${cacheFolder(home)} ${cannot(code)}`)
      expect(ran).toEqual({
        status: 0,
        stdout: expect.stringMatching(/ AWS_SESSION_TOKEN='?[^ ']{20}/),
        stderr: endpointNote(server) + said,
        changed: false,
        asked: 1,
      })
      expect(await cachedSessions(home)).toHaveLength(1)
      recordFigure(
        `cache: ${refusal.what}`,
        `exit 0, session printed, ${code} noted; the entry of before stays`,
      )
    }),
  )

  it.for(interrupting(cacheCalls))('$what: goes on', (refusal, { skip }) =>
    whileRefusing(server, refusal, cacheFolder, ['-s', 'sh'], skip, async (ran) => {
      expect(ran).toMatchObject({ status: 0, stderr: endpointNote(server), changed: true })
      recordFigure(`cache: ${refusal.what}`, 'exit 0, session printed and cached')
    }),
  )
})
