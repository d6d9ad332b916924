// @module-tag slow
// Where Windows keeps the cache, and whose turn it is there: one code for many programs at once.

import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { type AwsServer, startAwsServer, type User } from '../aws-server/server.ts'
import { endpointNote, errorText, keysOf, writeProfiles } from '../commands/tool.ts'
import { type Sandbox, withSandbox } from './run.ts'
import { type CmdScript, type NodeVersion, runCmdScripts, sandboxInCmd } from './wine/cmd.ts'
import { describeEachNode } from './wine/each-node.ts'
import { installPackage } from './wine/installation.ts'

/** What mfa_process starts: notes that it was asked, and prints the code as soon as there is one. */
const phone = `
const fs = require('node:fs')
const [profile] = process.argv.slice(2)
fs.appendFileSync('/shared/' + profile + '.asked', 'x')
setInterval(() => {
  if (!fs.existsSync('/shared/' + profile + '.code')) return
  fs.writeSync(1, fs.readFileSync('/shared/' + profile + '.code'))
  process.exit()
}, 50)
`

/** Has several processes want a session of a profile at once, and kills one that is getting it for the others. */
const crowd = `
const { spawn, spawnSync } = require('node:child_process')
const { closeSync, openSync, readFileSync, writeFileSync, writeSync } = require('node:fs')
const codes = JSON.parse(process.argv[2])
const shared = (name) => '/shared/' + name
const read = (name) => { try { return readFileSync(shared(name), 'utf8') } catch { return '' } }
const until = async (holds) => { while (!holds()) await new Promise((resolve) => setTimeout(resolve, 50)) }

function start(profile, name) {
  const [out, err] = ['out', 'err'].map((kind) => openSync(shared(name + '.' + kind), 'w'))
  const tool = shared('npm/node_modules/aws-mfa-env/dist/aws-mfa-env.cjs')
  const words = [tool, '--shell', 'cmd', '--profile', profile]
  const child = spawn(process.execPath, words, { stdio: ['ignore', out, err] })
  closeSync(out)
  closeSync(err)
  const end = new Promise((resolve) => child.on('exit', resolve))
  return {
    pid: child.pid,
    waits: () => read(name + '.err').includes('note: waiting for another'),
    told: async () => ({ status: await end, stdout: read(name + '.out'), stderr: read(name + '.err') }),
  }
}

async function shareOneCode() {
  const holder = start('many', 'many0')
  await until(() => read('many.asked') !== '')
  const others = ['many1', 'many2', 'many3'].map((name) => start('many', name))
  await until(() => others.every((other) => other.waits()))
  writeFileSync(shared('many.code'), codes.many)
  return Promise.all([holder, ...others].map((one) => one.told()))
}

async function killHolder() {
  const holder = start('killed', 'killed0')
  await until(() => read('killed.asked') !== '')
  const other = start('killed', 'killed1')
  await until(() => other.waits())
  spawnSync('taskkill', ['/f', '/pid', String(holder.pid)])
  await until(() => read('killed.asked') === 'xx')
  writeFileSync(shared('killed.code'), codes.killed)
  return [await holder.told(), await other.told()]
}

setTimeout(() => process.exit(1), 60_000).unref()
Promise.all([shareOneCode(), killHolder()]).then(([many, killed]) => {
  writeSync(1, JSON.stringify({ many, killed }))
})
`

const profiles = ['work', 'other', 'many', 'killed'] as const
type Profile = (typeof profiles)[number]

interface Told {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

interface Found {
  readonly cache: readonly string[]
  readonly cacheError: string
  readonly unset: readonly string[]
  readonly crowd: Readonly<Record<'many' | 'killed', readonly Told[]>>
  readonly files: readonly string[]
  /** Who has asked AWS for a session, in order. */
  readonly asked: readonly string[]
  readonly users: Readonly<Record<Profile, User>>
  readonly note: string
}

describeEachNode(
  'the cache',
  (root, node) => {
    let found: Found
    beforeAll(async () => {
      found = await withSandbox((sandbox) => runEverything(sandbox, root, node))
    })

    const askedFor = (profile: Profile) =>
      found.asked.filter((accessKeyId) => accessKeyId === found.users[profile].accessKeyId)

    it('gives the session again without a code, unless another one is wanted', () => {
      const [first = '', again, renewed, ...rest] = found.cache
      expect(first).toMatch(/^0 ASIA/)
      expect(again).toBe(first)
      expect(renewed).toMatch(/^0 ASIA/)
      expect(renewed).not.toBe(first)
      expect(rest).toEqual(['without 2', 'forgotten 2'])
      expect(askedFor('work')).toHaveLength(2)
    })

    it('says what to do where there is no session and no code', () => {
      const missing = errorText(
        'a code is missing, and nobody can be asked for it',
        'type the six digits that the device shows, as in: aws-mfa-env 123456',
        'or pass it on stdin, as in: echo 123456 | aws-mfa-env -',
      )
      expect(found.cacheError).toBe(found.note + found.note + missing + missing)
    })

    it('is below LOCALAPPDATA, else where that is by default', () => {
      expect(found.unset).toEqual(['0 ASIA', '0 ASIA'])
      expect(askedFor('other')).toHaveLength(1)
      const folders = found.files.filter((file) => /[\\/]session-[^\\/]*\.json$/.test(file)).map(folderOf)
      expect([...new Set(folders)].sort()).toEqual([
        'home/AppData/Local/aws-mfa-env',
        'local data/aws-mfa-env',
      ])
      // Nothing but what is described as being kept.
      expect(found.files.filter((file) => !/^(session|device)-[^/]*\.json$/.test(nameOf(file)))).toEqual([
        'home/.aws/credentials',
      ])
    })

    it('has several processes at once wait for one code', () => {
      const { many } = found.crowd
      const [holder, ...others] = many
      expect(holder).toEqual({ status: 0, stderr: found.note, stdout: expect.stringContaining('ASIA') })
      const waiting =
        'aws-mfa-env: note: waiting for another aws-mfa-env, which is getting a session of profile many\n'
      for (const other of others) {
        expect(other).toEqual({ status: 0, stderr: waiting, stdout: holder?.stdout })
      }
      expect(others).toHaveLength(3)
      expect(askedFor('many')).toHaveLength(1)
    })

    it('gives the turn of a process that was killed to the next', () => {
      const [holder, other] = found.crowd.killed
      expect(holder).toMatchObject({ status: 1, stdout: '' })
      expect(other).toEqual({
        status: 0,
        stdout: expect.stringContaining('ASIA'),
        stderr: expect.stringMatching(
          /^aws-mfa-env: note: waiting for another .*\n.*which is not AWS's own\n$/,
        ),
      })
      expect(askedFor('killed')).toHaveLength(1)
    })
  },
  ['24'],
)

const nameOf = (file: string) => file.replace(/.*\//, '')
const folderOf = (file: string) => file.replace(/\/[^/]*$/, '')

async function runEverything(sandbox: Sandbox, root: string, node: NodeVersion): Promise<Found> {
  const server = await startAwsServer()
  try {
    await installPackage(sandbox)
    await writeFile(join(sandbox.folder, 'phone.cjs'), phone)
    await writeFile(join(sandbox.folder, 'crowd.cjs'), crowd)
    const users = Object.fromEntries(profiles.map((profile) => [profile, server.addUser()])) as Found['users']
    await writeProfiles(sandbox, {
      credentials: profiles.map((name) => describeProfile(name, users[name])).join(''),
    })
    const endings = await runCmdScripts(root, scriptsFor(server, users), {
      sandbox,
      node,
      path: [`${sandboxInCmd}\\npm`],
    })
    const folders = ['home', 'local data']
    const files = await Promise.all(folders.map((name) => listFiles(sandbox.folder, name)))
    return {
      cache: linesOf(endings.cache.stdout),
      cacheError: `${endings.cache.stderr}`,
      unset: linesOf(endings.unset.stdout),
      crowd: JSON.parse(`${endings.crowd.stdout}`),
      files: files.flat().sort(),
      asked: server.requests
        .filter(({ action }) => action === 'GetSessionToken')
        .map(({ accessKeyId }) => accessKeyId ?? ''),
      users,
      note: endpointNote(server),
    }
  } finally {
    await server.close()
  }
}

const linesOf = (text: Buffer) =>
  text
    .toString()
    .split(/\r?\n/)
    .filter((line) => line !== '')

function describeProfile(name: Profile, user: User): string {
  const asks = name === 'many' || name === 'killed'
  // A word of cmd's, which starts it.
  const command = asks ? `mfa_process = call node ${sandboxInCmd}\\phone.cjs ${name}\n` : ''
  return `${keysOf(user, name)}mfa_serial = ${user.serialNumber}\n${command}`
}

async function listFiles(parent: string, name: string): Promise<string[]> {
  const entries = await readdir(join(parent, name), { recursive: true, withFileTypes: true })
  return (
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(parent.length + 1))
      // What Node.js has compiled.
      .filter((path) => !path.includes('/aws-mfa-env/code/'))
  )
}

function scriptsFor(
  server: AwsServer,
  users: Found['users'],
): Record<'crowd' | 'cache' | 'unset', CmdScript> {
  const script = (...lines: string[]): CmdScript => ({
    as: 'cmd',
    lines: [
      '@echo off',
      `cd /d ${sandboxInCmd}`,
      `set "USERPROFILE=${sandboxInCmd}\\home"`,
      `set "LOCALAPPDATA=${sandboxInCmd}\\local data"`,
      `set "AWS_ENDPOINT_URL=${server.url}"`,
      ...lines,
    ],
  })
  const codeOf = (profile: Profile) => server.nextTokenCode(users[profile])
  const first = codeOf('work')
  // AWS takes the next code already now, and it lasts longer.
  server.clockOffsetMs = 30_000
  const [renewed, other, many, killed] = (['work', 'other', 'many', 'killed'] as const).map(codeOf)
  server.clockOffsetMs = 0
  return {
    cache: script(
      'set AWS_PROFILE=work',
      `call awsmfa.cmd ${first}`,
      'echo %ERRORLEVEL% %AWS_ACCESS_KEY_ID%',
      'call awsmfa.cmd --unset',
      'call awsmfa.cmd',
      'echo %ERRORLEVEL% %AWS_ACCESS_KEY_ID%',
      `call awsmfa.cmd --new ${renewed}`,
      'echo %ERRORLEVEL% %AWS_ACCESS_KEY_ID%',
      'call awsmfa.cmd --new',
      'echo without %ERRORLEVEL%',
      'call awsmfa.cmd forget',
      'call awsmfa.cmd --no-prompt',
      'echo forgotten %ERRORLEVEL%',
    ),
    crowd: script(`node crowd.cjs "${JSON.stringify({ many, killed }).replaceAll('"', '\\"')}"`),
    unset: script(
      'set LOCALAPPDATA=',
      `call awsmfa.cmd --profile other ${other}`,
      'echo %ERRORLEVEL% %AWS_ACCESS_KEY_ID:~0,4%',
      'call awsmfa.cmd --unset',
      'call awsmfa.cmd --profile other',
      'echo %ERRORLEVEL% %AWS_ACCESS_KEY_ID:~0,4%',
    ),
  }
}
