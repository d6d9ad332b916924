// @module-tag slow
// The programs that a profile names, started as Windows has it: mfa_process by cmd, credential_process without it.

import { constants, copyFile, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { type AwsServer, startAwsServer, type User } from '../aws-server/server.ts'
import { errorText, writeProfiles } from '../commands/tool.ts'
import { type Sandbox, withSandbox } from './run.ts'
import { type CmdScript, type NodeVersion, runCmdScripts, sandboxInCmd } from './wine/cmd.ts'
import { describeEachNode } from './wine/each-node.ts'
import { installPackage } from './wine/installation.ts'

const awkwardWords = ['C:\\no escape\\', 'say "a & b"', '%OS%', '^|x']

/** The same words as a person writes them on Windows. */
const written = '"C:\\no escape\\\\" "say \\"a & b\\"" %OS% ^|x'

/** Prints the keys of a user, when it is asked with exactly the words that Windows' rules make of the setting. */
const vault = (users: Found['users']) => `
const [name, ...words] = process.argv.slice(2)
if (JSON.stringify(words) !== ${JSON.stringify(JSON.stringify(awkwardWords))}) process.exit(9)
const user = ${JSON.stringify(users)}[name]
const keys = { Version: 1, AccessKeyId: user.accessKeyId, SecretAccessKey: user.secretAccessKey }
require('node:fs').writeSync(1, JSON.stringify(keys))
`

/** The value of credential_process, by the profile whose keys it gives. */
const commands = {
  program: `node ${sandboxInCmd}\\vault.cjs program ${written}`,
  path: `"${sandboxInCmd}\\its vault\\node program.exe" ${sandboxInCmd}\\vault.cjs path ${written}`,
  batch: `"${sandboxInCmd}\\its vault\\keys.cmd" batch ${written}`,
} as const
type Profile = keyof typeof commands
const profiles = Object.keys(commands) as Profile[]

interface Found {
  readonly stdout: readonly string[]
  readonly stderr: string
  /** The names of the files in the cache. */
  readonly cached: readonly string[]
  /** Whose keys have signed, in order. */
  readonly asked: readonly string[]
  readonly users: Readonly<Record<Profile, User>>
}

describeEachNode(
  'what a profile starts',
  (root, node) => {
    let found: Found
    beforeAll(async () => {
      found = await withSandbox((sandbox) => runEverything(sandbox, root, node))
    })

    it.each(profiles.map((profile, at) => ({ profile, at })))(
      'gives keys as a $profile, and the code by a line of cmd',
      ({ profile, at }) => {
        expect(found.stdout[at]).toBe('0 ASIA')
        expect(found.asked[at]).toBe(found.users[profile].accessKeyId)
      },
    )

    it('leaves no session of such keys on the disk', () => {
      expect(found.cached.filter((name) => name.startsWith('session-'))).toEqual([])
    })

    it('is said to be missing, or to have failed', () => {
      expect(found.stdout.slice(profiles.length)).toEqual(['missing 6', 'failing 6', 'mute 6'])
      const command = (profile: string, setting: string) =>
        `profile ${profile}, ${setting} in Z:\\shared\\home\\.aws\\config, line`
      const lines = found.stderr.split('\n').filter((line) => line.startsWith('aws-mfa-env: error: '))
      expect(lines.map((line) => line.replace(/line [0-9]+/, 'line'))).toEqual(
        [
          `${command('missing', 'credential_process')}: the command was not found`,
          `${command('failing', 'credential_process')}: the command failed with exit code 9`,
          `${command('mute', 'mfa_process')}: the command failed with exit code 3`,
        ].map((text) => errorText(text).trimEnd()),
      )
    })
  },
  ['24'],
)

async function runEverything(sandbox: Sandbox, root: string, node: NodeVersion): Promise<Found> {
  const { folder } = sandbox
  const server = await startAwsServer()
  try {
    await installPackage(sandbox)
    const users = Object.fromEntries(profiles.map((name) => [name, server.addUser()])) as Found['users']
    await writeFile(join(folder, 'vault.cjs'), vault(users))
    await mkdir(join(folder, 'its vault'))
    await writeFile(join(folder, 'its vault', 'keys.cmd'), '@node Z:\\shared\\vault.cjs %*\r\n')
    const program = join(folder, 'its vault', 'node program.exe')
    await copyFile(join(root, 'node', node, 'node.exe'), program, constants.COPYFILE_FICLONE)
    await writeProfiles(sandbox, { config: describeProfiles(users) })
    const { all } = await runCmdScripts(
      root,
      { all: scriptFor(server, users) },
      {
        sandbox,
        node,
        path: [`${sandboxInCmd}\\npm`],
      },
    )
    return {
      stdout: `${all.stdout}`.trimEnd().split('\r\n'),
      stderr: `${all.stderr}`,
      cached: await readdir(join(folder, 'local', 'aws-mfa-env')),
      asked: server.requests.map(({ accessKeyId }) => accessKeyId),
      users,
    }
  } finally {
    await server.close()
  }
}

function describeProfiles(users: Found['users']): string {
  const section = (name: string, serial: string, command: string, mfa: string) => [
    `[profile ${name}]`,
    `mfa_serial = ${serial}`,
    `credential_process = ${command}`,
    `mfa_process = ${mfa}`,
    '',
  ]
  const serial = users.batch.serialNumber
  return [
    // A command of cmd's own, and a variable as only cmd takes it.
    ...profiles.flatMap((name) =>
      section(name, users[name].serialNumber, commands[name], 'echo %CODE:~1%&rem'),
    ),
    ...section('missing', serial, `${sandboxInCmd}\\ghost.cmd`, 'echo 123456'),
    ...section('failing', serial, `${sandboxInCmd}\\its" "vault\\keys.cmd`, 'echo 123456'),
    ...section('mute', serial, commands.program, 'exit 3'),
  ].join('\r\n')
}

function scriptFor(server: AwsServer, users: Found['users']): CmdScript {
  server.clockOffsetMs = 30_000
  const codes = Object.fromEntries(profiles.map((name) => [name, server.nextTokenCode(users[name])]))
  server.clockOffsetMs = 0
  const start = { USERPROFILE: `${sandboxInCmd}\\home`, LOCALAPPDATA: `${sandboxInCmd}\\local` }
  return {
    as: 'cmd',
    lines: [
      '@echo off',
      ...Object.entries({ ...start, AWS_ENDPOINT_URL: server.url }).map(
        ([name, value]) => `set "${name}=${value}"`,
      ),
      ...profiles.flatMap((name) => [
        `set CODE=x${codes[name]}`,
        `call awsmfa.cmd --profile ${name}`,
        'echo %ERRORLEVEL% %AWS_ACCESS_KEY_ID:~0,4%',
        'call awsmfa.cmd --unset',
      ]),
      ...['missing', 'failing', 'mute'].flatMap((name) => [
        `call awsmfa.cmd --profile ${name}`,
        `echo ${name} %ERRORLEVEL%`,
      ]),
    ],
  }
}
