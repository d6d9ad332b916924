import { type SpawnOptions, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { replaceFile } from '../../src/files/replace-file.ts'
import { failureOf } from '../profiles/sandbox.ts'

const { platform } = process
const onUnix = platform !== 'win32'
const isRoot = onUnix && process.getuid?.() === 0
const nobody = 65_534

let base: string
let program: string
let folder: string
let file: string
let serial = 0
beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'aws-mfa-env-'))
  // For the program that runs as somebody else.
  chmodSync(base, 0o755)
  program = join(base, 'replace-program.cjs')
  const input = fileURLToPath(new URL('./replace-program.ts', import.meta.url))
  const bundle = await rolldown({ input, platform: 'node' })
  await bundle.write({ file: program, format: 'cjs' })
})
beforeEach(() => {
  folder = join(base, String(serial++))
  mkdirSync(folder)
  file = join(folder, 'credentials')
})
afterAll(() => rmSync(base, { recursive: true }))

const to = (text: string) => () => Buffer.from(text)
const replace = (text = 'new\n', path = file) =>
  failureOf(() => replaceFile(path, to(text), platform), folder)
const written = { answered: true }
const text = (path = file) => readFileSync(path, 'utf8')
const mode = (path: string) => (statSync(path).mode & 0o7777).toString(8)
/** The folder's entries without the file. */
const litter = (of = folder) => readdirSync(of).filter((name) => name !== basename(file))

describe('a file', () => {
  it('is replaced by what the edit makes of it', () => {
    writeFileSync(file, 'old\n')
    const edit = (old: Buffer | undefined) => Buffer.from(`${old?.toString()}new\n`)
    expect(replaceFile(file, edit, platform)).toBe(true)
    expect([text(), litter()]).toEqual(['old\nnew\n', []])
  })

  it('is made where there is none, its folder too', () => {
    const path = join(folder, '.aws', 'credentials')
    expect(replace('new\n', path)).toEqual(written)
    expect(text(path)).toBe('new\n')
    if (onUnix) expect([mode(dirname(path)), mode(path)]).toEqual(['700', '600'])
    expect(replace('new\n', join(folder, 'a', 'b', 'credentials'))).toEqual([
      1,
      `FOLDER/a/b/credentials cannot be written (ENOENT)`,
      'its folder has to be there and writable',
    ])
    expect(existsSync(join(folder, 'a'))).toBe(false)
  })

  it('stays where nothing changes, and is not made for nothing', () => {
    writeFileSync(file, 'old\n')
    const identity = () => {
      const { ino, ctimeNs } = statSync(file, { bigint: true })
      return [ino, ctimeNs]
    }
    const before = identity()
    expect(replace('old\n')).toEqual({ answered: false })
    expect(identity()).toEqual(before)
    expect(replace('', join(folder, '.aws', 'credentials'))).toEqual({ answered: false })
    expect(litter()).toEqual([])
  })

  it('stays where the edit fails', () => {
    writeFileSync(file, 'old\n')
    const edit = () => {
      throw new RangeError('a bug')
    }
    expect(() => replaceFile(file, edit, platform)).toThrow(new RangeError('a bug'))
    expect([text(), litter()]).toEqual(['old\n', []])
  })

  it('may be empty, and may be large', { tags: 'slow' }, () => {
    writeFileSync(file, '')
    const large = 'x'.repeat(20_000_000)
    expect(replace(large)).toEqual(written)
    expect(text() === large).toBe(true)
    expect(replace('')).toEqual(written)
    expect([text(), litter()]).toEqual(['', []])
  })

  it.runIf(onUnix)('keeps its mode, whatever the umask', () => {
    for (const bits of [0o600, 0o644, 0o640, 0o777, 0o200]) {
      writeFileSync(file, 'old\n')
      chmodSync(file, bits)
      if (bits === 0o200 && !isRoot) continue
      expect(replace(`${bits}`)).toEqual(written)
      expect(mode(file)).toBe(bits.toString(8))
    }
    const umask = spawnSync('sh', ['-c', 'umask 777; exec "$@"', 'sh', ...command(join(folder, 'new'), 1)])
    expect(umask.stdout.toString()).toBe('1\n')
    expect(mode(join(folder, 'new'))).toBe('600')
  })

  it.runIf(isRoot)('keeps its owner', () => {
    writeFileSync(file, 'old\n')
    chownSync(file, 1234, 2345)
    expect(replace()).toEqual(written)
    expect(statSync(file)).toMatchObject({ uid: 1234, gid: 2345 })
  })
})

describe.runIf(onUnix)('a link', () => {
  it.each([
    ['relative', 'real/file', ''],
    ['absolute', 'BASE/real/file', ''],
    ['chained', 'second', 'real/file'],
    ['through a folder that is a link', 'linked/../up', ''],
  ])('that is %s stays, and its file is replaced', (_, link, second) => {
    mkdirSync(join(folder, 'real'))
    mkdirSync(join(folder, 'elsewhere'))
    mkdirSync(join(folder, 'elsewhere/below'))
    const target = join(folder, link.startsWith('linked') ? 'elsewhere/up' : 'real/file')
    writeFileSync(target, 'old\n')
    symlinkSync(link.replace('BASE', folder), file)
    symlinkSync(second || 'nothing', join(folder, 'second'))
    symlinkSync('elsewhere/below', join(folder, 'linked'))
    expect(replace()).toEqual(written)
    expect([text(target), readlinkSync(file)]).toEqual(['new\n', link.replace('BASE', folder)])
    expect(readdirSync(dirname(target)).filter((name) => name.startsWith('.'))).toEqual([])
  })

  it('in a folder that is a link is followed from the real folder', () => {
    mkdirSync(join(folder, 'real/aws'), { recursive: true })
    symlinkSync('real/aws', join(folder, '.aws'))
    symlinkSync('../creds', join(folder, 'real/aws/credentials'))
    expect(replace('new\n', join(folder, '.aws/credentials'))).toEqual(written)
    expect(text(join(folder, 'real/creds'))).toBe('new\n')
  })

  it('to a file that is not there makes it, in a folder that is', () => {
    mkdirSync(join(folder, 'real'))
    symlinkSync('real/file', file)
    expect(replace()).toEqual(written)
    expect([text(join(folder, 'real/file')), mode(file), readlinkSync(file)]).toEqual([
      'new\n',
      '600',
      'real/file',
    ])
    unlinkSync(file)
    symlinkSync('gone/file', file)
    expect(replace()).toEqual([
      6,
      'FOLDER/credentials is a link to FOLDER/gone/file, and there is no such folder',
    ])
    expect(existsSync(join(folder, 'gone'))).toBe(false)
  })

  it('that leads to itself is refused', () => {
    symlinkSync('other', file)
    symlinkSync('credentials', join(folder, 'other'))
    expect(replace()).toEqual([6, 'FOLDER/credentials is a link that leads to itself'])
  })
})

describe.runIf(onUnix)('what is not to be replaced', () => {
  const refused: [name: string, make: () => void, failure: unknown[]][] = [
    ['a folder', () => mkdirSync(file), [6, 'FOLDER/credentials is no regular file']],
    [
      'a pipe',
      () => expect(succeeds('mkfifo', file)).toBe(true),
      [6, 'FOLDER/credentials is no regular file'],
    ],
    ['/dev/null', () => symlinkSync('/dev/null', file), [6, 'FOLDER/credentials is no regular file']],
    ['a link to a folder', () => symlinkSync('.', file), [6, 'FOLDER/credentials is no regular file']],
    [
      'a file with two names',
      () => {
        writeFileSync(file, 'old\n')
        linkSync(file, join(folder, 'second'))
      },
      [
        6,
        'FOLDER/credentials has 2 hard links, and would be cut off from the others',
        'use a symbolic link instead: that stays',
      ],
    ],
    [
      'a file that is read-only',
      () => writeFileSync(file, 'old\n', { mode: 0o400 }),
      [1, 'FOLDER/credentials is read-only'],
    ],
    [
      'a file below a file',
      () => {
        writeFileSync(join(folder, 'below'), '')
        symlinkSync('below/file', file)
      },
      [1, 'FOLDER/credentials cannot be written (ENOTDIR)', 'its folder has to be there and writable'],
    ],
  ]
  it.each(refused)('%s', (_, make, failure) => {
    make()
    const before = lstatSync(file, { bigint: true })
    const names = readdirSync(folder)
    expect(replace()).toEqual(failure)
    expect([lstatSync(file, { bigint: true }).ino, readdirSync(folder)]).toEqual([before.ino, names])
  })

  it.runIf(isRoot)("somebody else's, or in a folder without permission", { tags: 'slow' }, () => {
    const as = { uid: nobody, gid: nobody }
    const asNobody = (): unknown => {
      const told = runProgram([], as)
      // It is told beforehand, too.
      expect(runProgram([], as, undefined, 0, '0')).toBe(told)
      return JSON.parse(told)
    }
    chmodSync(folder, 0o777)
    writeFileSync(file, 'old\n')
    chmodSync(file, 0o666)
    const theirs = [6, `${file} belongs to another user`, 'a new file in its place would not']
    expect([asNobody(), litter()]).toEqual([theirs, []])
    chownSync(file, nobody, 0)
    const group = [6, `${file} belongs to a group that you are not in`, 'a new file in its place would not']
    expect([asNobody(), litter()]).toEqual([group, []])
    // The folder gives the new file that group.
    chownSync(folder, 0, 0)
    chmodSync(folder, 0o2777)
    chmodSync(file, 0o660)
    expect(runProgram([], as, undefined, 0, '0')).toBe('')
    runProgram([], as, undefined, 1)
    expect([text() === 'old\n', statSync(file).gid]).toEqual([false, 0])
    writeFileSync(file, 'old\n')
    chownSync(file, nobody, nobody)
    chmodSync(folder, 0o755)
    const denied = [1, `${file} cannot be written (EACCES)`, 'its folder has to be there and writable']
    expect([asNobody(), litter()]).toEqual([denied, []])
    chownSync(file, 0, nobody)
    chmodSync(file, 0o640)
    expect([asNobody(), text()]).toEqual([[1, `${file} is read-only`], 'old\n'])
    chmodSync(file, 0o600)
    expect([asNobody(), text()]).toEqual([[1, `${file} is read-only`], 'old\n'])
  })

  it.runIf(isRoot)("made by root in somebody's home", () => {
    chownSync(folder, nobody, nobody)
    const failure = [6, 'FOLDER belongs to another user', 'run this as that user']
    expect([replace(), litter()]).toEqual([failure, []])
    expect([replace('new\n', join(folder, '.aws/credentials')), litter()]).toEqual([failure, []])
    writeFileSync(file, 'old\n')
    chownSync(file, nobody, nobody)
    expect([replace(), statSync(file).uid]).toEqual([written, nobody])
  })
})

describe('a file that changes in the meantime', () => {
  /** Edits while another program does something, the first time. */
  function replaceDuring(other: () => void, times = 1) {
    const seen: (string | undefined)[] = []
    const edit = (old: Buffer | undefined) => {
      seen.push(old?.toString())
      if (seen.length <= times) other()
      return Buffer.from(`${old ?? ''}ours\n`)
    }
    return { outcome: failureOf(() => replaceFile(file, edit, platform), folder), seen }
  }

  it('is edited again', () => {
    writeFileSync(file, 'old\n')
    const { outcome, seen } = replaceDuring(() => writeFileSync(file, 'theirs\n'))
    expect([outcome, seen]).toEqual([written, ['old\n', 'theirs\n']])
    expect([text(), litter()]).toEqual(['theirs\nours\n', []])
  })

  it('is edited again where it has come, or gone', () => {
    const { seen: come } = replaceDuring(() => writeFileSync(file, 'theirs\n'))
    expect([come, text()]).toEqual([[undefined, 'theirs\n'], 'theirs\nours\n'])
    const { seen: gone } = replaceDuring(() => unlinkSync(file))
    expect([gone, text(), litter()]).toEqual([['theirs\nours\n', undefined], 'ours\n', []])
  })

  it.runIf(onUnix)('keeps the mode that it has been given, and is followed where its link leads', () => {
    writeFileSync(file, 'old\n')
    replaceDuring(() => chmodSync(file, 0o640))
    expect([mode(file), text()]).toEqual(['640', 'old\nours\n'])
    const { seen } = replaceDuring(() => {
      writeFileSync(join(folder, 'real'), 'theirs\n')
      unlinkSync(file)
      symlinkSync('real', file)
    })
    expect([seen, readlinkSync(file), text()]).toEqual([
      ['old\nours\n', 'theirs\n'],
      'real',
      'theirs\nours\n',
    ])
  })

  it('is left alone where that does not end', () => {
    let count = 0
    const { outcome, seen } = replaceDuring(() => writeFileSync(file, `${count++}`), Number.POSITIVE_INFINITY)
    expect(outcome).toEqual([
      1,
      'FOLDER/credentials is changed by another program again and again',
      'it has been left as that program wrote it; try again',
    ])
    expect([seen.length, text(), litter()]).toEqual([10, '9', []])
  })
})

describe('what killed runs have left', () => {
  it('is removed, and nothing else', () => {
    const left = `.credentials.aws-mfa-env-${'0'.repeat(16)}`
    const others = [
      'credentials.aws-mfa-env-0123456789abcdef',
      `${left}0`,
      left.slice(0, -1),
      '.config.aws-mfa-env-0123456789abcdef',
    ]
    for (const name of [left, ...others]) writeFileSync(join(folder, name), '')
    mkdirSync(join(folder, '.credentials.aws-mfa-env-aaaaaaaaaaaaaaaa'))
    writeFileSync(file, 'old\n')
    replace('old\n')
    expect(litter()).toEqual([...others, '.credentials.aws-mfa-env-aaaaaaaaaaaaaaaa'].sort())
  })
})

function succeeds(name: string, ...words: string[]): boolean {
  return spawnSync(name, words).status === 0
}

function command(path: string, size: number, count = '1', as: string = platform): string[] {
  return [process.execPath, program, path, as, String(size), count]
}

/** Replaces the file in a process of its own, perhaps under another program; gives its words. */
function runProgram(
  under: readonly string[],
  options: SpawnOptions = {},
  as?: string,
  size = 100_000,
  count = '1',
): string {
  const [name = '', ...words] = [...under, ...command(file, size, count, as)]
  const { stdout, stderr } = spawnSync(name, words, {
    ...options,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] },
  })
  expect(stderr).toBe('')
  return stdout
}

const stracePresent = succeeds('strace', '-qq', '-o', '/dev/null', 'true')

describe.skipIf(!stracePresent)(
  `a system call that fails${stracePresent ? '' : ' (strace is not here, or may not trace)'}`,
  { tags: 'slow' },
  () => {
    const inject = (...faults: string[]) => [
      ...['strace', '-qq', '-o', '/dev/null'],
      ...faults.flatMap((fault) => ['-e', `inject=${fault}`]),
    ]
    const asBefore = 'it is as it was before'
    const folderHint = 'its folder has to be there and writable'
    const held = 'cannot be replaced: another program may have it open'
    const heldHint = 'it is as it was before; close that program and try again'
    const partly = 'is as it was: not all of the new file could be written'
    const cases: [fault: string, as: string, message: string, ...hints: string[]][] = [
      ['pwrite64:error=ENOSPC', 'linux', 'cannot be written (ENOSPC)', asBefore],
      ['pwrite64:error=EIO:when=1', 'linux', 'cannot be written (EIO)', asBefore],
      ['pwrite64:retval=0', 'linux', partly],
      ['pwrite64:retval=99999:when=1', 'linux', partly],
      ['pwrite64:retval=100017', 'linux', partly],
      ['fsync:error=EIO:when=1', 'linux', 'cannot be written (EIO)', asBefore],
      ['fchmod:error=EPERM', 'linux', 'cannot be written (EPERM)', folderHint],
      ['rename:error=EIO', 'linux', 'cannot be written (EIO)', asBefore],
      ['rename:error=EACCES', 'linux', 'cannot be written (EACCES)', folderHint],
      ['rename:error=EXDEV', 'win32', 'cannot be written (EXDEV)', asBefore],
      ['rename:error=EPERM', 'win32', `${held} (EPERM)`, heldHint],
      ['rename:error=EBUSY', 'win32', `${held} (EBUSY)`, heldHint],
      [
        'rename:error=ENOENT',
        'linux',
        'is changed by another program again and again',
        'it has been left as that program wrote it; try again',
      ],
    ]
    it.each(cases)('%s as %s leaves the file as it was', (fault, as, message, ...hints) => {
      writeFileSync(file, '5\nold')
      const failure = [1, `${file} ${message}`, ...hints]
      expect(JSON.parse(runProgram(inject(fault), {}, as))).toEqual(failure)
      expect([text(), litter()]).toEqual(['5\nold', []])
    })

    const mended: [fault: string, as: string][] = [
      ['rename:error=EPERM:when=1..3', 'win32'],
      ['rename:error=EBUSY:when=1..7', 'win32'],
      ['rename:error=ENOENT:when=1..2', 'linux'],
      ['fsync:error=EIO:when=2', 'linux'],
    ]
    it.each(mended)('%s as %s is overcome', (fault, as) => {
      writeFileSync(file, '5\nold')
      expect(runProgram(inject(fault), {}, as)).toBe('6\n')
      expectWhole(6)
      expect(litter()).toEqual([])
    })

    it('and leaves a temporary that cannot be removed is made good by the next run', () => {
      writeFileSync(file, '5\nold')
      runProgram(inject('fsync:error=EIO', 'unlink:error=EPERM'))
      expect([text(), litter().length]).toEqual(['5\nold', 1])
      expect(mode(join(folder, litter()[0] ?? ''))).toBe('644')
      expect(runProgram([])).toBe('6\n')
      expect(litter()).toEqual([])
    })
  },
)

describe.runIf(platform === 'linux')('a disk', () => {
  const compiler = succeeds('cc', '--version')
  it.skipIf(!compiler)(
    `that takes a part at a time gets the rest${compiler ? '' : ' (there is no cc)'}`,
    () => {
      const source = join(folder, 'short.c')
      writeFileSync(
        source,
        `#define _GNU_SOURCE
#include <dlfcn.h>
#include <unistd.h>
ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t offset) {
  ssize_t (*next)(int, const void *, size_t, off64_t) = dlsym(RTLD_NEXT, "pwrite64");
  write(3, ".", 1);
  return next(fd, bytes, size > 1000 ? 1000 : size, offset);
}
ssize_t pwrite(int fd, const void *bytes, size_t size, off_t offset) {
  return pwrite64(fd, bytes, size, offset);
}
`,
      )
      const library = join(folder, 'short.so')
      expect(succeeds('cc', '-shared', '-fPIC', '-w', '-o', library, source, '-ldl')).toBe(true)
      const under = ['sh', '-c', `LD_PRELOAD=${library} exec "$@" 3>${folder}/calls`, 'sh']
      expect(runProgram(under)).toBe('1\n')
      expectWhole(1)
      expect(statSync(join(folder, 'calls')).size).toBeGreaterThan(100)
    },
  )

  it('that is full leaves the file as it was', (context) => {
    if (!succeeds('mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder)) {
      context.skip('no file system can be mounted here')
    }
    try {
      writeFileSync(file, `5\n${'x'.repeat(30_000)}`)
      const before = text()
      expect(JSON.parse(runProgram([], {}, platform, 40_000))).toEqual([
        1,
        `${file} cannot be written (ENOSPC)`,
        'it is as it was before',
      ])
      expect([text() === before, litter()]).toEqual([true, []])
      expect(runProgram([], {}, platform, 20_000)).toBe('6\n')
    } finally {
      expect(succeeds('umount', folder)).toBe(true)
    }
  })
})

/** The number is at both ends of the file, and nothing is missing in between. */
function expectWhole(number: number, size = 100_000): void {
  expect(text() === `${number}\n${'x'.repeat(size)}\n${number}\n`, text().slice(0, 20)).toBe(true)
}

describe.runIf(onUnix)('a run', () => {
  it('beside others finds and leaves whole files, though without turns not all changes', {
    tags: 'slow',
  }, async () => {
    const runs = [1, 2, 3].map(async () => {
      const [name = '', ...words] = command(file, 100_000, '30')
      const child = spawn(name, words, { stdio: ['ignore', 'pipe', 'inherit'] })
      const said: Buffer[] = []
      child.stdout.on('data', (chunk: Buffer) => said.push(chunk))
      await once(child, 'close')
      return Buffer.concat(said).toString().trim().split('\n')
    })
    const said = await Promise.all(runs)
    for (const lines of said)
      expect(lines.at(-1)).toMatch(/^\d+$|^\[1,.* is changed by another program again and again/)
    expectWhole(Number.parseInt(text(), 10))
    expect(litter()).toEqual([])
  })
})
