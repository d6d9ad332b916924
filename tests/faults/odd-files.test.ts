// @module-tag slow
import { chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { startAwsServer } from '../aws-server/server.ts'
import { type Home, withHome } from '../commands/home.ts'
import { note } from '../commands/machine.ts'
import { endpointNote, environmentOf, errorText, toolCommand } from '../commands/tool.ts'
import { runProgram } from '../real-shells/run.ts'
import { findOnPath } from '../real-shells/shells.ts'
import { counts } from './counts.ts'
import { recordFigure } from './figures.ts'

const server = await startAwsServer()
afterAll(() => server.close())

const isRoot = process.getuid?.() === 0
const setpriv = findOnPath('setpriv')
/** Somebody whom the system does not know, and to whom files do not bow as they do to root. */
const nobody = [setpriv ?? '', '--reuid=54321', '--regid=54321', '--clear-groups']

interface Row {
  readonly what: string
  /** Commands of sh, run in a folder where the file would be `credentials`. */
  readonly make: string
  readonly file?: string
  readonly asNobody?: true
}

/** What is there: each entry's name, kind, mode, owner, and where it leads or how many names it has. */
const listing = String.raw`
find . -mindepth 1 -type l -printf '%P %y %m %u %l\n' -o -mindepth 1 -type d -printf '%P %y %m %u \n' -o \
  -mindepth 1 -printf '%P %y %m %u %n\n' | sort`
/** Of all that is not the section of ours. */
const checksum = String.raw`find . -type f | sort | xargs -r cat | sed '/^\[mfa\]/,$d' | cksum`

async function sh(home: Home, folder: string, script: string): Promise<string> {
  const { status, stdout, stderr } = await runProgram('sh', ['-ec', script], {
    sandbox: { ...home.sandbox, folder },
  })
  expect([status, stderr.toString()]).toEqual([0, ''])
  return stdout.toString()
}

/** Saves where somebody has prepared something else than a plain file. */
async function saveOver(home: Home, { make, file = 'credentials', asNobody }: Row) {
  const folder = join(home.sandbox.folder, 'place')
  await mkdir(folder)
  await chmod(home.sandbox.folder, 0o755)
  if (asNobody) await sh(home, folder, 'chown 54321:54321 .')
  await sh(home, folder, make)
  const look = async () => ({
    entries: await sh(home, folder, listing),
    checksum: await sh(home, folder, checksum),
  })
  const before = await look()
  server.reset()
  const environment = {
    ...environmentOf(server, home.user),
    HOME: join(home.sandbox.folder, 'nowhere'),
    AWS_SHARED_CREDENTIALS_FILE: join(folder, file),
  }
  const command = [...(asNobody ? nobody : []), ...toolCommand, 'save', home.code()]
  const [program = '', ...words] = command
  const ran = await runProgram(program, words, { sandbox: home.sandbox, environment })
  return {
    status: ran.status,
    stderr: ran.stderr.toString().replaceAll(folder, 'PLACE'),
    asked: server.requests.length,
    saved: (await sh(home, folder, "find . -type f | xargs -r grep -l '^\\[mfa\\]$' || true")) !== '',
    before,
    after: await look(),
  }
}

const plain = "printf '[other]\\nregion = x\\n'"
const comment = `# ${'c'.repeat(80)}`

describe('save is at home with', () => {
  /** What is there behind it, but for the bytes of the credentials file; `undefined`: as it was. */
  const rows: (Row & { left?: string })[] = [
    { what: 'a relative link', make: `mkdir real; ${plain} >real/file; ln -s real/file credentials` },
    { what: 'a chain of links', make: `${plain} >file; ln -s file second; ln -s "$PWD/second" credentials` },
    {
      what: 'a link to a file that is not there yet',
      make: 'mkdir real; ln -s real/file credentials',
      left: 'credentials l 777 root real/file\nreal d 755 root \nreal/file f 600 root 1\n',
    },
    { what: 'no file yet', make: ':', left: 'credentials f 600 root 1\n' },
    {
      what: 'no folder yet',
      make: ':',
      file: 'new/credentials',
      left: 'new d 700 root \nnew/credentials f 600 root 1\n',
    },
    { what: 'a file of mode 640', make: `${plain} >credentials; chmod 640 credentials` },
    { what: 'a file of another owner, as root', make: `${plain} >credentials; chown 1234:2345 credentials` },
    {
      what: `a file of ${counts.sections} sections`,
      make: `seq -f '[p%g]' ${counts.sections} | sed 's/$/\\nregion = x\\n${comment}/' >credentials`,
    },
    {
      what: 'a line of 1 MB',
      make: `{ printf '# '; head -c 1000000 /dev/zero | tr '\\0' x; echo; } >credentials`,
    },
  ]
  it.for(rows)('$what', ({ left, ...row }, { skip }) =>
    withHome(server, async (home) => {
      if (!isRoot) return skip('the owner is taken to be root')
      const { before, after, ...ran } = await saveOver(home, row)
      expect(ran).toEqual({ status: 0, stderr: endpointNote(server), asked: 1, saved: true })
      expect(after).toEqual({ ...before, entries: left ?? before.entries })
      recordFigure(
        `save over ${row.what}`,
        left === undefined ? 'exit 0; links, mode and owner kept' : `exit 0; made: ${modesIn(left)}`,
      )
    }),
  )
})

describe('save refuses, before the code is spent,', () => {
  const variable = 'the path comes from AWS_SHARED_CREDENTIALS_FILE'
  const writable = 'its folder has to be there and writable'
  const rows: (Row & { status: number; message: string; hints?: string[] })[] = [
    {
      what: 'a file with two names',
      make: `${plain} >credentials; ln credentials second`,
      status: 6,
      message: 'PLACE/credentials has 2 hard links, and would be cut off from the others',
      hints: ['use a symbolic link instead: that stays'],
    },
    ...(
      [
        ['a FIFO', 'mkfifo credentials'],
        ['a folder', 'mkdir credentials'],
        ['a link to a folder', 'ln -s . credentials'],
      ] as const
    ).map(([what, make]) => ({
      what,
      make,
      status: 6,
      message: 'PLACE/credentials is no regular file',
      hints: [variable],
    })),
    {
      what: 'a link to /dev/null',
      make: 'ln -s /dev/null credentials',
      status: 6,
      message: 'PLACE/credentials is no regular file',
    },
    {
      what: 'a link that leads to itself',
      make: 'ln -s second credentials; ln -s credentials second',
      status: 6,
      message: 'PLACE/credentials cannot be read (ELOOP)',
      hints: [variable],
    },
    {
      what: 'a link into a folder that is not there',
      make: 'ln -s gone/file credentials',
      status: 6,
      message: 'PLACE/credentials is a link to PLACE/gone/file, and there is no such folder',
    },
    {
      what: 'two missing folders',
      make: ':',
      file: 'gone/deep/credentials',
      status: 1,
      message: 'PLACE/gone/deep/credentials cannot be written (ENOENT)',
      hints: [writable],
    },
    {
      what: 'a file for a folder',
      make: 'touch gone',
      file: 'gone/credentials',
      status: 1,
      message: 'PLACE/gone/credentials cannot be written (ENOTDIR)',
      hints: [writable],
    },
    {
      what: 'a file that is read-only',
      make: `${plain} >credentials; chmod 400 credentials`,
      status: 1,
      message: 'PLACE/credentials is read-only',
    },
    {
      what: 'a folder that is read-only',
      make: `${plain} >credentials; chown 54321:54321 credentials; chmod 555 .`,
      asNobody: true,
      status: 1,
      message: 'PLACE/credentials cannot be written (EACCES)',
      hints: [writable],
    },
    {
      what: 'a folder that is read-only, without a file',
      make: 'chmod 555 .',
      asNobody: true,
      status: 1,
      message: 'PLACE/credentials cannot be written (EACCES)',
      hints: [writable],
    },
    {
      what: "somebody else's file that all can write to",
      make: `${plain} >credentials; chmod 666 credentials`,
      asNobody: true,
      status: 6,
      message: 'PLACE/credentials belongs to another user',
      hints: ['a new file in its place would not'],
    },
    {
      what: "somebody else's file that only they can read",
      make: `${plain} >credentials; chmod 600 credentials`,
      asNobody: true,
      status: 6,
      message: 'PLACE/credentials cannot be read (EACCES)',
      hints: [variable],
    },
    {
      what: "somebody's folder without a file, as root",
      make: 'chown 54321:54321 .',
      status: 6,
      message: 'PLACE belongs to another user',
      hints: ['run this as that user'],
    },
  ]
  it.for(rows)('$what', ({ status, message, hints = [], ...row }, { skip }) =>
    withHome(server, async (home) => {
      if (!isRoot || setpriv === undefined) return skip('it takes root, and setpriv')
      const { before, after, ...ran } = await saveOver(home, row)
      expect(ran).toEqual({ status, stderr: errorText(message, ...hints), asked: 0, saved: false })
      expect(after).toEqual(before)
      recordFigure(
        `save over ${row.what}`,
        `exit ${status}, "${message.replaceAll('PLACE/', '').replace('PLACE', 'the folder')}"`,
      )
    }),
  )
})

const modesIn = (entries: string) =>
  [...entries.matchAll(/^(\S+) [fd] (600|700)/gm)].map(([, name, mode]) => `${name} ${mode}`).join(', ')

describe('a cache', () => {
  const entry = 'entry=$(echo aws-mfa-env/session-*)'
  const rows: { what: string; make: string; told: string }[] = [
    { what: 'an entry that is a link', make: `${entry}; mv $entry real; ln -s ../real $entry`, told: '' },
    {
      what: 'an entry that is a folder',
      make: `${entry}; rm $entry; mkdir $entry`,
      told: 'CACHE cannot be written (EISDIR)',
    },
    { what: 'an entry that is a FIFO', make: `${entry}; rm $entry; mkfifo $entry`, told: '' },
    { what: 'an entry that others can read', make: `${entry}; chmod 644 $entry`, told: '' },
    { what: 'an entry that is too large', make: `${entry}; head -c 100000 /dev/zero >>$entry`, told: '' },
    { what: 'an entry that was cut', make: `${entry}; truncate -s 100 $entry`, told: '' },
    {
      what: 'a folder that is a link',
      make: 'mv aws-mfa-env real; ln -s real aws-mfa-env',
      told: 'CACHE is a link',
    },
    {
      what: 'a folder that is a file',
      make: 'rm -r aws-mfa-env; touch aws-mfa-env',
      told: 'CACHE is not a folder',
    },
    {
      what: 'a folder that others can write to',
      make: 'chmod 777 aws-mfa-env',
      told: 'others can write to CACHE',
    },
    { what: "somebody else's folder", make: 'chown 54321 aws-mfa-env', told: '' },
    { what: 'no folder', make: 'rm -r aws-mfa-env', told: '' },
  ]
  it.for(rows)('with $what costs a note at most', ({ what, make, told }, { skip }) =>
    withHome(server, async (home) => {
      if (!isRoot) return skip('it takes root')
      const folder = join(home.sandbox.home, '.cache')
      expect(await home.run(['exec', '--token-code', home.code(), 'true'])).toMatchObject({ status: 0 })
      await sh(home, folder, make)
      server.reset()
      const { status, stdout, stderr } = await home.run(['-s', 'sh', home.code()])
      const said =
        told === '' ? '' : note(`nothing is cached: ${told.replace('CACHE', join(folder, 'aws-mfa-env'))}`)
      const lines = (text: string) => text.split('\n').sort()
      expect([status, lines(stderr)]).toEqual([0, lines(endpointNote(server) + said)])
      expect(stdout).toMatch(/ AWS_SESSION_TOKEN='?[^ ']{20}/)
      recordFigure(
        `a cache with ${what}`,
        `exit 0, session printed${told === '' ? '' : `, noted: ${told.replace('CACHE', 'the folder')}`}`,
      )
    }),
  )
})
