import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makePrivateFolder, openPrivateFolder } from '../../src/files/private-folder.ts'

const userId = process.getuid?.() ?? 0
const isRoot = userId === 0

// Below the real home folder, since every folder above is looked at.
describe.skipIf(process.platform === 'win32')('a private folder', () => {
  let home = ''
  let path = ''
  beforeEach(() => {
    home = mkdtempSync(join(homedir(), '.aws-mfa-env-test-'))
    path = join(home, '.cache', 'aws-mfa-env')
  })
  afterEach(() => rmSync(home, { recursive: true }))

  const open = (user: number | undefined = userId, homeFolder: string | undefined = home, folder = path) =>
    openPrivateFolder(folder, user, { platform: process.platform, homeFolder: () => homeFolder, debug() {} })
  const expectRefused = (opened: ReturnType<typeof open>, reason: string) =>
    expect(typeof opened === 'string' ? opened.replaceAll(home, '~') : opened).toBe(reason)
  const modeOf = (folder: string) => statSync(folder).mode & 0o7777
  function makeFolder(mode: number, folder = path): void {
    mkdirSync(folder, { recursive: true })
    chmodSync(folder, mode)
  }
  const make = (folder: ReturnType<typeof open>) => {
    if (typeof folder === 'string') throw new Error(folder)
    makePrivateFolder(folder)
  }

  it('is made when it is needed, with those above it, for the user alone', () => {
    const folder = open()
    expect(existsSync(dirname(path))).toBe(false)
    make(folder)
    make(folder)
    expect([modeOf(dirname(path)), modeOf(path)]).toEqual([0o700, 0o700])
  })

  it.each(['755', '750', '711', '500'])('with the mode %s is closed to others', (digits) => {
    const mode = Number.parseInt(digits, 8)
    makeFolder(mode)
    make(open())
    expect(modeOf(path)).toBe(mode & 0o077 ? 0o700 : mode)
  })

  it.each(['777', '770', '702', '1777'])('with the mode %s is refused, and left as it is', (digits) => {
    const mode = Number.parseInt(digits, 8)
    makeFolder(mode)
    expectRefused(open(), 'others can write to ~/.cache/aws-mfa-env')
    expect(modeOf(path)).toBe(mode)
  })

  it('is refused where it belongs to another user', () => {
    makeFolder(0o700)
    expectRefused(open(userId + 1), '~/.cache/aws-mfa-env belongs to another user')
  })

  it('is refused where it became so before it was made', () => {
    const folder = open()
    makeFolder(0o777)
    expect(() => make(folder)).toThrow(expect.objectContaining({ code: 'EPERM' }))
  })

  it('is refused where it is a file', () => {
    mkdirSync(dirname(path))
    writeFileSync(path, '')
    expectRefused(open(), '~/.cache/aws-mfa-env is not a folder')
  })

  it('is refused in a folder that all can write to, unless that is sticky', () => {
    makeFolder(0o777, dirname(path))
    expectRefused(open(), 'others can write to ~/.cache')
    makeFolder(0o1777, dirname(path))
    make(open())
  })

  it('is accepted in a folder that a group can write to', () => {
    makeFolder(0o775, dirname(path))
    make(open())
  })

  it.skipIf(!isRoot)("is refused in another user's home, as under sudo -E (as root)", () => {
    chownSync(home, 12345, 12345)
    expectRefused(open(), '~ belongs to another user')
    // Although root has left a folder there that is root's.
    makeFolder(0o700)
    expectRefused(open(), '~ belongs to another user')
    // And by another way than HOME.
    expectRefused(open(userId, homedir()), '~ belongs to another user')
    expectRefused(open(userId, undefined), '~ belongs to another user')
  })

  it.skipIf(!isRoot)("is refused in root's home for another user (as root)", () => {
    expectRefused(open(12345), '~ belongs to another user')
    expect(readdirSync(home)).toEqual([])
  })

  it('is looked for above the home folder no further', () => {
    chmodSync(home, 0o777)
    const inner = join(home, 'inner')
    makeFolder(0o755, inner)
    expect(typeof open(userId, inner, join(inner, 'cache'))).toBe('object')
    expectRefused(open(userId, home, join(inner, 'cache')), 'others can write to ~')
  })

  it('is no link, which would lead to what is not to be emptied', () => {
    const real = join(home, 'real')
    makeFolder(0o755, real)
    mkdirSync(dirname(path))
    symlinkSync(real, path)
    expectRefused(open(), '~/.cache/aws-mfa-env is a link')
    expect(modeOf(real)).toBe(0o755)
  })

  it('may be behind a link that nobody else can lead elsewhere', () => {
    mkdirSync(join(home, 'scratch'), { mode: 0o755 })
    symlinkSync(join(home, 'scratch'), dirname(path))
    make(open())
    expect(modeOf(join(home, 'scratch', 'aws-mfa-env'))).toBe(0o700)
    const shared = join(home, 'shared')
    mkdirSync(shared)
    chmodSync(shared, 0o777)
    symlinkSync(join(home, 'scratch'), join(shared, 'caches'))
    expectRefused(open(userId, home, join(shared, 'caches', 'aws-mfa-env')), 'others can write to ~/shared')
  })

  it('is not touched by a look at it', () => {
    makeFolder(0o755)
    open()
    expect(modeOf(path)).toBe(0o755)
  })

  it('is accepted whatever its mode and owner where the system knows no users', () => {
    makeFolder(0o777)
    expect(
      typeof openPrivateFolder(path, undefined, { platform: 'win32', homeFolder: () => home, debug() {} }),
    ).toBe('object')
  })
})
