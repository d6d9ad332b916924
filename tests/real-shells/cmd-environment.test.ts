// @module-tag slow
// What cmd's environment is to the program: names in any case, the user's folders, no shell that could be found out.

import { copyFile, mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, it } from 'vitest'
import { type AwsServer, startAwsServer, type User } from '../aws-server/server.ts'
import { endpointNote, errorText, keysOf, writeProfiles } from '../commands/tool.ts'
import { readEnvironment, type Sandbox, withSandbox } from './run.ts'
import { type CmdScript, type NodeVersion, runCmdScripts, sandboxInCmd } from './wine/cmd.ts'
import { describeEachNode } from './wine/each-node.ts'
import { installPackage } from './wine/installation.ts'

interface Found {
  readonly endings: Readonly<
    Record<keyof ReturnType<typeof scriptsFor>, { stdout: string; stderr: string; status: number | null }>
  >
  readonly note: string
  /** The secrets of the sessions that were set. */
  readonly secrets: readonly string[]
  readonly files: readonly { path: string; text: string }[]
}

const profiles = ['work', 'installed', 'without-files'] as const

describeEachNode('the environment', (root, node) => {
  let found: Found
  beforeAll(async () => {
    found = await withSandbox((sandbox) => runEverything(sandbox, root, node))
  })

  it('is read, cleared and put back whatever the case of a name', () => {
    const { stdout, stderr } = found.endings.anyCase
    expect(stdout).toBe(
      [
        '0 profile=[] token=[] session=yes region=[eu-west-1]',
        '0 profile=[work] token=[] session=no region=[]',
        '',
      ].join('\r\n'),
    )
    expect(stderr).toContain(found.note)
  })

  it('says which shells can be named where none is', () => {
    expect(found.endings.unnamed).toEqual({
      status: 2,
      stdout: '',
      stderr: errorText(
        'on Windows the shell has to be named',
        'in PowerShell: Invoke-Expression "$(aws-mfa-env 123456 --shell powershell)"',
        'in cmd, once and for all: aws-mfa-env init cmd > awsmfa.cmd, in a folder on PATH; then: awsmfa 123456',
        'in Git Bash: eval "$(aws-mfa-env 123456 --shell bash)"',
        'in nushell: aws-mfa-env 123456 --shell nu | from json | load-env',
      ),
    })
  })

  it('gets a session by the lines that are named for cmd', () => {
    expect(found.endings.installed).toMatchObject({ status: 0, stderr: found.note })
  })

  it('says where the files are, by USERPROFILE and not by HOME, else by the system', () => {
    expect(found.endings.places.stderr).toBe(
      ['Z:\\shared\\empty', 'C:\\users\\root']
        .map((home) => `looked in ${home}\\.aws\\credentials and ${home}\\.aws\\config`)
        .map((hint) =>
          errorText('there is no profile ghost (from --profile)', `there is none at all: ${hint}`),
        )
        .join(''),
    )
  })

  it('needs no folder for temporary files, and keeps secrets in its cache alone', () => {
    expect(found.endings.withoutFiles).toMatchObject({ status: 0, stderr: found.note })
    expect(found.secrets).toHaveLength(profiles.length)
    const cached = found.files.filter(({ path }) => /^local\/aws-mfa-env\/session-[^.]*\.json$/.test(path))
    expect(cached).toHaveLength(profiles.length)
    const others = found.files.filter((file) => !cached.includes(file))
    for (const { path, text } of others) {
      expect({ path, holds: found.secrets.some((secret) => text.includes(secret)) }).toEqual({
        path,
        holds: false,
      })
    }
    const kept = others.map(({ path }) => path).filter((path) => !isCompiledCode(path))
    expect(kept.sort()).toEqual(['home/.aws/credentials', 'installed/awsmfa.cmd'])
  })
})

/** Of Node.js 22 and later. */
const isCompiledCode = (path: string) => path.startsWith('local/aws-mfa-env/code/')

async function runEverything(sandbox: Sandbox, root: string, node: NodeVersion): Promise<Found> {
  const server = await startAwsServer()
  try {
    await installPackage(sandbox)
    await copyFile(
      fileURLToPath(new URL('dump-environment.mjs', import.meta.url)),
      join(sandbox.folder, 'dump-environment.mjs'),
    )
    const folders = ['home', 'installed', 'empty', 'temporary', 'roaming', 'local']
    for (const name of folders) await mkdir(join(sandbox.folder, name), { recursive: true })
    const users = profiles.map((profile) => ({ profile, user: server.addUser() }))
    await writeProfiles(sandbox, {
      credentials: users.map(({ profile, user }) => describeProfile(user, profile)).join(''),
    })
    const scripts = scriptsFor(
      server,
      users.map(({ user }) => server.nextTokenCode(user)),
    )
    const endings = await runCmdScripts(root, scripts, { sandbox, node, path: [`${sandboxInCmd}\\npm`] })
    const sessions = await Promise.all(
      profiles.map((profile) => readEnvironment(join(sandbox.folder, `session-${profile}`))),
    )
    return {
      endings: Object.fromEntries(
        Object.entries(endings).map(([name, { stdout, stderr, status }]) => [
          name,
          { stdout: `${stdout}`, stderr: `${stderr}`, status },
        ]),
      ) as Found['endings'],
      note: endpointNote(server),
      secrets: sessions.flatMap((session) => session.get('AWS_SECRET_ACCESS_KEY')?.toString() ?? []),
      files: await readFiles(sandbox, folders),
    }
  } finally {
    await server.close()
  }
}

const describeProfile = (user: User, profile: string) =>
  `${keysOf(user, profile)}mfa_serial = ${user.serialNumber}\n`

async function readFiles({ folder }: Sandbox, names: readonly string[]) {
  const files = await Promise.all(
    names.map(async (name) => {
      const entries = await readdir(join(folder, name), { recursive: true, withFileTypes: true })
      return entries
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    }),
  )
  return Promise.all(
    files.flat().map(async (path) => ({ path, text: await readFile(join(folder, path), 'latin1') })),
  )
}

function scriptsFor(server: AwsServer, [work = '', installed = '', withoutFiles = '']: readonly string[]) {
  const dump = (name: string) => `node ${sandboxInCmd}\\dump-environment.mjs ${sandboxInCmd}\\session-${name}`
  const script = (...lines: string[]): CmdScript => ({
    as: 'cmd',
    lines: [
      '@echo off',
      `cd /d ${sandboxInCmd}\\empty`,
      ...Object.entries({
        USERPROFILE: 'home',
        TEMP: 'temporary',
        TMP: 'temporary',
        APPDATA: 'roaming',
        LOCALAPPDATA: 'local',
      }).map(([name, folder]) => `set "${name}=${sandboxInCmd}\\${folder}"`),
      `set AWS_ENDPOINT_URL=${server.url}`,
      ...lines,
    ],
  })
  const shown = [
    'set yes=no',
    'if defined AWS_SESSION_TOKEN set yes=yes',
    'echo %ERRORLEVEL% profile=[%AWS_PROFILE%] token=[%AWS_SECURITY_TOKEN%] session=%yes% region=[%AWS_REGION%]',
  ]
  return {
    anyCase: script(
      'set aws_profile=work',
      'set Aws_Security_Token=stale',
      'set aws_access_key_id=ASIASTALE0000000000X',
      'set Aws_Default_Region=eu-west-1',
      `call awsmfa.cmd ${work} 2>nul`,
      ...shown,
      dump('work'),
      'call awsmfa.cmd --unset',
      ...shown,
    ),
    installed: script(
      'del Z:\\shared\\npm\\awsmfa.cmd',
      `set "PATH=%PATH%;${sandboxInCmd}\\installed"`,
      `cd /d ${sandboxInCmd}\\installed`,
      'cmd /d /c "aws-mfa-env init cmd > awsmfa.cmd"',
      'cd ..\\empty',
      `call awsmfa ${installed} --profile installed`,
      dump('installed'),
      'if not "%AWS_ACCESS_KEY_ID:~0,4%"=="ASIA" exit 99',
    ),
    withoutFiles: script(
      `set "PATH=%PATH%;${sandboxInCmd}\\installed"`,
      `set TEMP=${sandboxInCmd}\\missing`,
      `set TMP=${sandboxInCmd}\\missing`,
      `call awsmfa ${withoutFiles} --profile without-files`,
      dump('without-files'),
      'if not "%AWS_ACCESS_KEY_ID:~0,4%"=="ASIA" exit 99',
    ),
    unnamed: script('aws-mfa-env 123456'),
    places: script(
      `set HOME=${sandboxInCmd}\\home`,
      `set USERPROFILE=${sandboxInCmd}\\empty`,
      'cmd /d /c "aws-mfa-env 123456 --profile ghost --shell cmd >nul"',
      'set USERPROFILE=',
      'cmd /d /c "aws-mfa-env 123456 --profile ghost --shell cmd >nul"',
    ),
  }
}
