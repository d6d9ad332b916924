import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  deletePrivateFile,
  deletePrivateFiles,
  listPrivateFiles,
  readPrivateFile,
  writePrivateFile,
} from '../../src/files/private-files.ts'
import { openPrivateFolder, type PrivateFolder } from '../../src/files/private-folder.ts'
import { pause, useProgram } from './child.ts'

const isWindows = process.platform === 'win32'
const isRoot = process.getuid?.() === 0
const writer = useProgram('writer.ts')

let home = ''
let path = ''
let debugLines: string[] = []
beforeEach(() => {
  home = mkdtempSync(join(homedir(), '.aws-mfa-env-test-'))
  path = join(home, 'cache')
  debugLines = []
})
afterEach(() => rmSync(home, { recursive: true }))

function open(userId = process.getuid?.(), platform = process.platform): PrivateFolder {
  const debug = (line: string) => debugLines.push(line.replaceAll(path, 'FOLDER'))
  const folder = openPrivateFolder(path, userId, { platform, homeFolder: () => home, debug })
  if (typeof folder === 'string') throw new Error(folder)
  return folder
}
const file = (name = 'name') => join(path, name)
const fails = (code: string) => expect.objectContaining({ code })

describe('a private file', () => {
  it('is read as it was written, with characters of all kinds', () => {
    const folder = open()
    const text = '{"a": "\u00e4\u{1f511}\n\0"}'
    writePrivateFile(folder, 'name', 'before')
    writePrivateFile(folder, 'name', text)
    writePrivateFile(folder, 'empty', '')
    expect(readPrivateFile(folder, 'name')).toBe(text)
    expect(readPrivateFile(folder, 'empty')).toBe('')
    expect(debugLines).toEqual([])
    expect(readdirSync(path).sort()).toEqual(['empty', 'name'])
    if (!isWindows) expect(statSync(file()).mode & 0o777).toBe(0o600)
  })

  it('that is missing is a miss without a word, with or without its folder', () => {
    const folder = open()
    expect(readPrivateFile(folder, 'name')).toBeUndefined()
    expect(readdirSync(home)).toEqual([])
    mkdirSync(path)
    expect(readPrivateFile(folder, 'name')).toBeUndefined()
    expect(debugLines).toEqual([])
  })

  it.each(['000', '022', '777'])('is for the user alone with the umask %s', async (umask) => {
    const child = writer.start(['write', path, home, process.platform, 'name', 'a'], { umask })
    expect(await child.result()).toEqual(['written'])
    expect(readFileSync(file(), 'utf8')).toBe('a'.repeat(30_000))
    if (!isWindows)
      expect([statSync(path).mode & 0o777, statSync(file()).mode & 0o777]).toEqual([0o700, 0o600])
  })

  it.skipIf(!isRoot)('is for a user without privileges, too, with the umask 777 (as root)', async () => {
    const userId = 12345
    const theirs = mkdtempSync('/tmp/aws-mfa-env-')
    try {
      chownSync(theirs, userId, userId)
      const words = [join(theirs, 'a', 'b'), theirs, process.platform, 'name', 'a']
      expect(await writer.start(['write', ...words], { userId, umask: '777' }).result()).toEqual(['written'])
      expect(await writer.start(['read', ...words], { userId }).result()).toEqual(['a'.repeat(30_000)])
      // Root's file among theirs.
      chownSync(join(theirs, 'a', 'b', 'name'), 0, 0)
      expect(await writer.start(['read', ...words], { userId }).result()).toEqual([
        `${join(theirs, 'a', 'b', 'name')} is passed over: it cannot be read (EACCES)`,
        'undefined',
      ])
    } finally {
      rmSync(theirs, { recursive: true })
    }
  })
})

describe.skipIf(isWindows)('is passed over', () => {
  const cases: [what: string, make: () => void, reason: string][] = [
    ['a symbolic link', () => symlinkSync(file('real'), file()), 'it cannot be read (ELOOP)'],
    ['a folder', () => mkdirSync(file(), 0o700), 'it is not a file'],
    ['a file that a group can read', () => chmodSync(file('real'), 0o640), 'others can read or change it'],
    ['a file that all can write to', () => chmodSync(file('real'), 0o602), 'others can read or change it'],
    ['a large file', () => writeFileSync(file('real'), 'x'.repeat(65_537)), 'it is larger than 65536 bytes'],
  ]
  it.each(cases)('%s', (_, make, reason) => {
    const folder = open()
    mkdirSync(path, 0o700)
    writeFileSync(file('real'), 'secret', { mode: 0o600 })
    make()
    // What could be made in place is put there under its name.
    if (!readdirSync(path).includes('name')) linkSync(file('real'), file())
    expect(readPrivateFile(folder, 'name')).toBeUndefined()
    expect(debugLines).toEqual([`FOLDER/name is passed over: ${reason}`])
  })

  // In a process that may hang.
  it('a FIFO', async () => {
    mkdirSync(path, 0o700)
    runProgram('mkfifo', ['-m', '600', file()])
    const child = writer.start(['read', path, home, process.platform, 'name'])
    expect(await child.result()).toEqual([`${file()} is passed over: it is not a file`, 'undefined'])
  })

  it('a file of another user', () => {
    const folder = open()
    writePrivateFile(folder, 'name', 'secret')
    expect(readPrivateFile({ ...folder, userId: (folder.userId ?? 0) + 1 }, 'name')).toBeUndefined()
    expect(debugLines).toEqual(['FOLDER/name is passed over: it belongs to another user'])
  })

  it('but not a file of the greatest size', () => {
    mkdirSync(path, 0o700)
    writeFileSync(file(), 'x'.repeat(65_536), { mode: 0o600 })
    expect(readPrivateFile(open(), 'name')).toHaveLength(65_536)
  })
})

describe('writing', () => {
  it.skipIf(isWindows)('replaces a symbolic link, and not what it leads to', () => {
    mkdirSync(path, 0o700)
    writeFileSync(join(home, 'other'), 'other')
    symlinkSync(join(home, 'other'), file())
    writePrivateFile(open(), 'name', 'text')
    expect(readPrivateFile(open(), 'name')).toBe('text')
    expect(readFileSync(join(home, 'other'), 'utf8')).toBe('other')
  })

  it('fails where a folder has the name, and leaves nothing', () => {
    mkdirSync(file(), { recursive: true, mode: 0o700 })
    chmodSync(path, 0o700)
    expect(() => writePrivateFile(open(), 'name', 'text')).toThrow(
      expect.objectContaining({
        code: expect.stringMatching(/^E[A-Z]+$/),
      }),
    )
    expect(readdirSync(path)).toEqual(['name'])
  })

  it.skipIf(isWindows)('fails where the folder cannot be made', () => {
    const folder = open()
    writeFileSync(path, '')
    expect(() => writePrivateFile(folder, 'name', 'text')).toThrow(fails('EPERM'))
  })

  it('deletes what killed runs have left, and so does deleting', () => {
    const folder = open()
    for (const clear of [
      () => writePrivateFile(folder, 'name', 'text'),
      () => deletePrivateFile(folder, 'other'),
      () => deletePrivateFiles(folder, /./),
    ]) {
      mkdirSync(path, { recursive: true, mode: 0o700 })
      writeFileSync(file('.new-0123456789abcdef01234567'), 'secret')
      clear()
      expect(readdirSync(path).filter((name) => name.startsWith('.new-'))).toEqual([])
    }
  })

  const canMount = isRoot && process.platform === 'linux' && succeeds('unshare', ['-m', 'true'])
  it.skipIf(!canMount)('on a full disk keeps what was there (by a tmpfs, as root)', () => {
    mkdirSync(path, 0o700)
    const folder = open()
    runProgram('mount', ['-t', 'tmpfs', '-o', 'size=64k,mode=700', 'tmpfs', path])
    try {
      writePrivateFile(folder, 'name', 'a'.repeat(30_000))
      writeFileSync(file('other'), 'x'.repeat(20_000))
      expect(() => writePrivateFile(folder, 'name', 'b'.repeat(30_000))).toThrow(fails('ENOSPC'))
      expect(readPrivateFile(folder, 'name')).toBe('a'.repeat(30_000))
      expect(readdirSync(path).sort()).toEqual(['name', 'other'])
    } finally {
      runProgram('umount', [path])
    }
  })

  const canForbid = isRoot && process.platform === 'linux' && forbidsByAttribute()
  it.skipIf(!canForbid)(
    'on Windows waits for who has the file open (by chattr, as root)',
    { tags: 'slow' },
    async () => {
      writePrivateFile(open(), 'name', 'before')
      runProgram('chattr', ['+i', file()])
      try {
        const child = writer.start(['write', path, home, 'win32', 'name', 'a'])
        await expect.poll(() => readdirSync(path), { interval: 1 }).toHaveLength(2)
        await pause(100)
        expect(readFileSync(file(), 'utf8')).toBe('before')
        runProgram('chattr', ['-i', file()])
        expect(await child.result()).toEqual(['written'])
        expect(readFileSync(file(), 'utf8')).toBe('a'.repeat(30_000))
        runProgram('chattr', ['+i', file()])
        for (const platform of ['win32', 'linux']) {
          expect(await writer.start(['write', path, home, platform, 'name', 'b']).result()).toEqual(['EPERM'])
        }
        expect(readdirSync(path)).toEqual(['name'])
      } finally {
        runProgram('chattr', ['-i', file()])
      }
    },
  )

  it('by many at once ends with the text of one', { tags: 'slow' }, async () => {
    const texts = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
    const children = texts.map((text) =>
      writer.start(['write', path, home, process.platform, 'name', ...text.repeat(20)]),
    )
    for (const child of children) expect(await child.result()).toEqual(['written'])
    expectWhole()
    expect(readdirSync(path)).toEqual(['name'])
  })

  function expectWhole(): void {
    const text = readPrivateFile(open(), 'name') ?? ''
    expect(text).toHaveLength(30_000)
    expect(new Set(text).size).toBe(1)
  }
})

function runProgram(program: string, words: readonly string[]): void {
  execFileSync(program, words, { stdio: 'ignore' })
}

function succeeds(program: string, words: readonly string[]): boolean {
  return spawnSync(program, words).status === 0
}

/** Whether a file can be made one that cannot be replaced. */
function forbidsByAttribute(): boolean {
  const folder = mkdtempSync(join(homedir(), '.aws-mfa-env-test-'))
  try {
    writeFileSync(join(folder, 'file'), '')
    return (
      succeeds('chattr', ['+i', join(folder, 'file')]) && succeeds('chattr', ['-i', join(folder, 'file')])
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe('the list', () => {
  it('has the files, sorted, and nothing else', () => {
    const folder = open()
    expect(listPrivateFiles(folder)).toEqual([])
    for (const name of ['b', 'a']) writePrivateFile(folder, name, 'text')
    mkdirSync(file('folder'))
    writeFileSync(file('.new-0123456789abcdef01234567'), '')
    expect(listPrivateFiles(folder)).toEqual(['a', 'b'])
  })
})

describe('deleting', () => {
  it('takes one file', () => {
    const folder = open()
    for (const name of ['a', 'b']) writePrivateFile(folder, name, 'text')
    deletePrivateFile(folder, 'a')
    deletePrivateFile(folder, 'a')
    expect(readdirSync(path)).toEqual(['b'])
  })

  it('takes all files, and leaves what is none', () => {
    const folder = open()
    expect(deletePrivateFiles(folder, /./)).toBe(0)
    for (const name of ['a', 'b']) writePrivateFile(folder, name, 'text')
    mkdirSync(file('folder'))
    expect(deletePrivateFiles(folder, /./)).toBe(2)
    expect(readdirSync(path)).toEqual(['folder'])
  })
})
