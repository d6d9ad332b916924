// @module-tag slow
// The main job in the shells of Windows, as a user would go through it: natively there, elsewhere in what stands in.

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { delimiter, dirname, join, sep } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { type AwsServer, startAwsServer, type User } from '../aws-server/server.ts'
import { errorText, keysOf, writeProfiles } from '../commands/tool.ts'
import { runProgram, type Sandbox, withSandbox } from '../real-shells/run.ts'
import { isRequired } from '../real-shells/shells.ts'
import { type NodeVersion, runCmdScripts, sandboxInCmd } from '../real-shells/wine/cmd.ts'
import { describeEachNode } from '../real-shells/wine/each-node.ts'
import { installNpm, installPackage } from '../real-shells/wine/installation.ts'
import { installGlobally, npmVersion, systemVariables } from './installation.ts'
import { cmd, nativeShells, type WindowsShell } from './shells.ts'

/** Adds a line to a file: what it was told, its variables, and whether there is a saved profile. */
const teller = `
const { appendFileSync, readFileSync } = require('node:fs')
const { homedir } = require('node:os')
const { join } = require('node:path')
const [label, status] = process.argv.slice(2)
const key = process.env.AWS_ACCESS_KEY_ID ?? ''
const profile = process.env.AWS_PROFILE ?? ''
const saved = readFileSync(join(homedir(), '.aws', 'credentials'), 'utf8').includes('[mfa]')
const told = { label, status: Number(status), key, profile, saved }
appendFileSync(join(__dirname, 'told'), JSON.stringify(told) + '\\n')
process.exitCode = label === 'child' ? 7 : 0
`

interface Told {
  readonly label: string
  readonly status: number
  readonly key: string
  readonly profile: string
  readonly saved: boolean
}

interface Found {
  readonly told: Readonly<Record<string, Told>>
  readonly stdout: string
  readonly stderr: string
  readonly user: User
  /** How often AWS was asked for a session and gave one. */
  readonly sessions: number
  readonly npmVersion: string
}

/** The sandbox as the shell names it. */
interface Place {
  readonly folder: string
  readonly separator: string
}

function scriptFor(shell: WindowsShell, place: Place, code: string): string {
  const tellerPath = `${place.folder}${place.separator}teller.cjs`
  const step = (label: string, ...words: string[]) => shell.call(words, ['node', tellerPath, label])
  return [
    shell.prologue,
    shell.setUp(`${place.folder}${place.separator}wrapper`),
    step('wrong', '000000'),
    step('short', '12345'),
    step('session', code),
    step('unset', '--unset'),
    step('exec', 'exec', 'node', `"${tellerPath}"`, 'child', '0'),
    step('npm', 'exec', 'npm', '--version'),
    step('ghost', 'exec', 'ghost-of-a-program'),
    step('save', 'save'),
    step('remove', 'save', '--remove'),
    step('cached'),
  ]
    .flatMap((part) => part.split('\n'))
    .map((line) => line + shell.lineEnd)
    .join('')
}

function test(findings: () => Found): void {
  const toldOf = (label: string) => findings().told[label]
  const outside = { key: '', profile: 'work', saved: false }

  it('hands the exit codes of failures on', () => {
    expect(toldOf('wrong')).toEqual({ label: 'wrong', status: 4, ...outside })
    expect(toldOf('short')).toEqual({ label: 'short', status: 2, ...outside })
    const [refusal = ''] = errorText(`AWS did not accept the code for ${findings().user.serialNumber}`).split(
      '\n',
    )
    expect(findings().stderr).toContain(refusal)
  })

  it('sets a session, which a child sees, and takes it away again', () => {
    expect(toldOf('session')).toEqual({
      ...{ label: 'session', status: 0, profile: '', saved: false },
      key: expect.stringMatching(/^ASIA/),
    })
    expect(toldOf('unset')).toEqual({ label: 'unset', status: 0, ...outside })
  })

  it('gives the same session again without a code', () => {
    expect(toldOf('cached')).toEqual({ ...toldOf('session'), label: 'cached' })
    expect(findings().sessions).toBe(1)
  })

  it('runs a program with the session, and ends as that does', () => {
    expect(toldOf('child')).toEqual({ ...toldOf('session'), label: 'child' })
    expect(toldOf('exec')).toEqual({ label: 'exec', status: 7, ...outside })
    expect(toldOf('ghost')).toEqual({ label: 'ghost', status: 127, ...outside })
  })

  it('runs npm', () => {
    expect(toldOf('npm')).toEqual({ label: 'npm', status: 0, ...outside })
    // Wine shows a label that it comes by in npm's own batch file.
    expect(findings().stdout.trim().split(/\r?\n/).at(-1)).toBe(findings().npmVersion)
  })

  it('saves the session as a profile, and takes that out again', () => {
    expect(toldOf('save')).toEqual({ label: 'save', status: 0, ...outside, saved: true })
    expect(toldOf('remove')).toEqual({ label: 'remove', status: 0, ...outside })
  })
}

for (const shell of nativeShells) {
  const start = await shell.find()
  const title = `a day in ${shell.name}`
  if ('missing' in start && !isRequired(shell.name)) {
    describe(title, () => it.skip(`${shell.name} is skipped: ${start.missing}`))
    continue
  }
  describe(title, () => {
    let found: Found
    beforeAll(async () => {
      if ('missing' in start) throw new Error(`${start.missing}, and REQUIRE_SHELLS names ${shell.name}`)
      found = await withSandbox((sandbox) => runNatively(shell, start, sandbox))
    })

    test(() => found)
  })
}

// On Windows cmd is among the others.
if (process.platform !== 'win32') {
  describeEachNode(
    'a day',
    (root, node) => {
      let found: Found
      beforeAll(async () => {
        found = await withSandbox((sandbox) => withUser(sandbox, (day) => runInWine(day, root, node)))
      })

      test(() => found)
    },
    ['24'],
  )
}

/** What a day starts with. */
interface Day {
  readonly sandbox: Sandbox
  readonly server: AwsServer
  readonly user: User
}

async function runNatively(shell: WindowsShell, start: readonly string[], sandbox: Sandbox): Promise<Found> {
  const programs = await installGlobally(sandbox)
  return withUser(sandbox, async ({ server, user }) => {
    const { folder } = sandbox
    const place = { folder, separator: sep }
    const file = join(folder, shell.scriptName)
    await writeFile(file, scriptFor(shell, place, server.nextTokenCode(user)))
    const [program = '', ...words] = start
    const folders = [programs, join(folder, 'wrapper'), dirname(process.execPath), process.env['PATH'] ?? '']
    const { stdout, stderr } = await runProgram(program, [...words, file], {
      sandbox,
      environment: {
        ...systemVariables(sandbox),
        ...shell.environment,
        PATH: folders.join(delimiter),
        AWS_PROFILE: 'work',
        AWS_ENDPOINT_URL: server.url,
      },
      timeout: 200_000,
    })
    return { stdout: `${stdout}`, stderr: `${stderr}` }
  })
}

async function runInWine({ sandbox, server, user }: Day, root: string, node: NodeVersion) {
  await installPackage(sandbox)
  await installNpm(sandbox)
  const place = { folder: sandboxInCmd, separator: '\\' }
  const variables = {
    USERPROFILE: `${sandboxInCmd}\\home`,
    LOCALAPPDATA: `${sandboxInCmd}\\local`,
    APPDATA: `${sandboxInCmd}\\roaming`,
    AWS_PROFILE: 'work',
    AWS_ENDPOINT_URL: server.url,
  }
  const lines = [
    ...Object.entries(variables).map(([name, value]) => `@set "${name}=${value}"`),
    ...scriptFor(cmd, place, server.nextTokenCode(user)).split('\r\n'),
  ]
  const path = ['npm', 'wrapper', 'nodejs'].map((name) => `${sandboxInCmd}\\${name}`)
  const { day } = await runCmdScripts(root, { day: { as: 'cmd', lines } }, { sandbox, node, path })
  return { stdout: `${day.stdout}`, stderr: `${day.stderr}` }
}

async function withUser(
  sandbox: Sandbox,
  use: (day: Day) => Promise<Pick<Found, 'stdout' | 'stderr'>>,
): Promise<Found> {
  const { folder } = sandbox
  const server = await startAwsServer()
  try {
    const user = server.addUser()
    await writeProfiles(sandbox, {
      credentials: `${keysOf(user, 'work')}mfa_serial = ${user.serialNumber}\n`,
    })
    await writeFile(join(folder, 'teller.cjs'), teller)
    await mkdir(join(folder, 'wrapper'))
    const shown = await use({ sandbox, server, user })
    const lines = (await readFile(join(folder, 'told'), 'utf8').catch(() => '')).trimEnd().split('\n')
    const told = lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Told)
    const given = server.requests.filter(
      ({ action, status }) => action === 'GetSessionToken' && status === 200,
    )
    return {
      ...shown,
      user,
      told: Object.fromEntries(told.map((one) => [one.label, one])),
      sessions: given.length,
      npmVersion: await npmVersion(sandbox),
    }
  } finally {
    await server.close()
  }
}
