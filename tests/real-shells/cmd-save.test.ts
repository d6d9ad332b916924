// @module-tag slow
// `save` on Windows: its line ends, and files that another program has open, which there cannot be replaced.

import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { type AwsServer, startAwsServer, type User } from '../aws-server/server.ts'
import { errorText, keysOf, writeProfiles } from '../commands/tool.ts'
import { type Sandbox, withSandbox } from './run.ts'
import { type CmdScript, linesOfUser, type NodeVersion, runCmdScripts, sandboxInCmd } from './wine/cmd.ts'
import { describeEachNode } from './wine/each-node.ts'
import { installPackage } from './wine/installation.ts'

/**
 * Has a file open while the tool runs: as `read`, where others may read it too, which is how cmd opens what it
 * redirects; or `alone`. Until the tool has ended, or until it has written what it wants to put in the file's place.
 */
const holder = `
const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const { dirname } = require('node:path')

const [how, end, file] = process.argv.slice(2)
const pause = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2)
if (how === 'read') {
  const self = 'node /shared/holder.cjs inside ' + end + ' "' + file + '" <"' + file + '"'
  spawnSync('cmd', ['/d', '/s', '/c', '"' + self + '"'], { windowsVerbatimArguments: true, stdio: 'ignore' })
} else {
  // What libuv calls UV_FS_O_EXLOCK.
  if (how === 'alone') fs.openSync(file, 0x10000000)
  fs.writeFileSync('/shared/held', '')
  const isWritten = () => fs.readdirSync(dirname(file)).some((name) => /aws-mfa-env-|^.new-/.test(name))
  const mayEnd = () => fs.existsSync('/shared/ended') || (end === 'written' && isWritten())
  while (!mayEnd()) pause()
}
`

const hold = `
const { spawn, spawnSync } = require('node:child_process')
const fs = require('node:fs')
const [how, end, file, ...words] = process.argv.slice(2)
for (const name of ['held', 'ended']) fs.rmSync('/shared/' + name, { force: true })
const holding = spawn(process.execPath, ['/shared/holder.cjs', how, end, file], { stdio: 'ignore' })
const started = setInterval(() => {
  if (!fs.existsSync('/shared/held')) return
  clearInterval(started)
  const tool = ['/shared/npm/node_modules/aws-mfa-env/dist/aws-mfa-env.cjs', ...words]
  const { status } = spawnSync(process.execPath, tool, { stdio: 'inherit' })
  fs.writeFileSync('/shared/ended', '')
  holding.on('exit', () => fs.writeSync(1, 'status ' + status + '\\n'))
}, 20)
`

interface Found {
  readonly original: string
  /** The credentials file after each step. */
  readonly files: Readonly<Record<'saved' | 'removed' | 'held' | 'freed', string>>
  readonly statuses: readonly string[]
  /** What was said while a file was held. */
  readonly stderr: Readonly<Record<'forLong' | 'shortly' | 'alone' | 'cache', string>>
  readonly folders: readonly string[]
}

const credentials = `${sandboxInCmd}\\home\\.aws\\credentials`

describeEachNode(
  'save',
  (root, node) => {
    let found: Found
    beforeAll(async () => {
      found = await withSandbox((sandbox) => runEverything(sandbox, root, node))
    })

    it('keeps every byte of a file with the line ends of Windows, and writes such', () => {
      const { original, files, statuses } = found
      const added = files.saved.slice(original.length)
      expect(files.saved.slice(0, original.length)).toBe(original)
      expect(added).toMatch(/^\r\n\[mfa\]\r\n.*\r\naws_session_token = .*\r\n/s)
      expect(added.match(/[^\r]\n|\r[^\n]/)).toBeNull()
      expect(files.removed).toBe(original)
      expect(statuses.slice(0, 2)).toEqual(['0', '0'])
    })

    it('leaves the file alone that another program keeps open', () => {
      expect(found.stderr.forLong).toBe(
        errorText(
          `${credentials} cannot be replaced: another program may have it open (EPERM)`,
          'it is as it was before; close that program and try again',
        ),
      )
      expect(found.statuses[2]).toBe('1')
      expect(found.files.held).toBe(found.original)
    })

    it('waits for a program that has it open shortly', () => {
      expect(found.stderr.shortly).toBe('')
      expect(found.statuses[3]).toBe('0')
      expect(found.files.freed).toBe(found.files.saved)
    })

    it('says that it cannot be read while nobody else may', () => {
      expect(found.stderr.alone).toBe(errorText(`${credentials} cannot be read (EBUSY)`))
      expect(found.statuses[4]).toBe('6')
    })

    it('costs nobody the session where the cache is what cannot be replaced', () => {
      expect(found.stderr.cache).toMatch(
        /^aws-mfa-env: note: STS .*\naws-mfa-env: note: nothing is cached: .*EPERM.*\n$/,
      )
      expect(found.statuses[5]).toBe('0')
    })

    it('leaves no file but its own behind', () => {
      // The code that Node.js has compiled is kept there too.
      expect(found.folders).toEqual(['credentials', 'code', expect.stringMatching(/^session-[^.]*\.json$/)])
    })
  },
  ['24'],
)

async function runEverything(sandbox: Sandbox, root: string, node: NodeVersion): Promise<Found> {
  const { folder, home } = sandbox
  const server = await startAwsServer()
  try {
    await installPackage(sandbox)
    await writeFile(join(folder, 'holder.cjs'), holder)
    await writeFile(join(folder, 'hold.cjs'), hold)
    const user = server.addUser()
    const original = describeFile(user)
    await writeProfiles(sandbox, { credentials: original })
    const endings = await runCmdScripts(root, scriptsFor(server, user), {
      sandbox,
      node,
      path: [`${sandboxInCmd}\\npm`],
    })
    const read = async (name: string) => [name, await readFile(join(folder, `${name}.bytes`), 'latin1')]
    const names = ['saved', 'removed', 'held', 'freed'] satisfies (keyof Found['files'])[]
    return {
      original,
      files: Object.fromEntries(await Promise.all(names.map(read))),
      statuses: Object.values(endings).flatMap(({ stdout }) => `${stdout}`.match(/(?<=^status )\d+/gm) ?? []),
      stderr: {
        forLong: `${endings.forLong.stderr}`,
        shortly: `${endings.shortly.stderr}`,
        alone: `${endings.alone.stderr}`,
        cache: `${endings.cache.stderr}`,
      },
      folders: [
        ...(await readdir(join(home, '.aws'))),
        ...(await readdir(join(folder, 'local', 'aws-mfa-env'))),
      ],
    }
  } finally {
    await server.close()
  }
}

/** As an editor on Windows leaves it, without a last line end. */
function describeFile(user: User): string {
  const text = `; by hand\n${keysOf(user, 'work')}mfa_serial = ${user.serialNumber}\n\n[other]\nregion=eu-west-1`
  return text.replaceAll('\n', '\r\n')
}

function scriptsFor(server: AwsServer, user: User) {
  const script = (...lines: string[]): CmdScript => ({
    as: 'cmd',
    lines: [...linesOfUser(server.url), 'set AWS_PROFILE=work', ...lines],
  })
  const keep = (name: keyof Found['files']) => `copy /b ${credentials} ${name}.bytes >nul`
  const code = server.nextTokenCode(user)
  // AWS takes the next code already now, and it lasts longer.
  server.clockOffsetMs = 30_000
  const nextCode = server.nextTokenCode(user)
  server.clockOffsetMs = 0
  const status = 'echo status %ERRORLEVEL%'
  return {
    saved: script(
      `call awsmfa.cmd save ${code}`,
      status,
      keep('saved'),
      'call awsmfa.cmd save --remove',
      status,
      keep('removed'),
    ),
    forLong: script(`node hold.cjs read tool ${credentials} save`, keep('held')),
    shortly: script(`node hold.cjs read written ${credentials} save`, keep('freed')),
    alone: script(`node hold.cjs alone tool ${credentials} save`),
    cache: script(
      `for %%f in (local\\aws-mfa-env\\session-*) do node hold.cjs read tool %%f --new ${nextCode} -s cmd`,
    ),
  }
}
