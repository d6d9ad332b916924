// @module-tag slow
import { copyFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { beforeAll, expect, it } from 'vitest'
import { howToEvaluate } from '../../src/help/set-up.ts'
import { createStsClient } from '../aws-server/sdk-client.ts'
import { type AwsServer, startAwsServer, type User } from '../aws-server/server.ts'
import { endpointNote, errorText, keysOf, writeProfiles } from '../commands/tool.ts'
import { readEnvironment, type Sandbox, withSandbox } from './run.ts'
import { type CmdScript, type NodeVersion, runCmdScripts, sandboxInCmd } from './wine/cmd.ts'
import { describeEachNode } from './wine/each-node.ts'
import { installPackage } from './wine/installation.ts'

interface Found {
  readonly transcript: Shown
  readonly otherFailures: Shown
  readonly typed: Shown
  readonly typedFailure: Shown
  readonly unsayable: Shown
  readonly init: Shown
  readonly user: User
  readonly endpointNote: string
  readonly identity: string | undefined
  readonly printedWrapper: Buffer
}

interface Shown {
  readonly stdout: string
  readonly stderr: string
  readonly status: number | null
}

const profiles = ['work', 'typed', '100% mine'] as const
const session = '%ERRORLEVEL% profile=[%AWS_PROFILE%] key=[%AWS_ACCESS_KEY_ID:~0,4%]'

describeEachNode(
  'the main job',
  (root, node) => {
    let found: Found
    beforeAll(async () => {
      found = await withSandbox((sandbox) => runEverything(sandbox, root, node))
    })

    it('sets the session, fails with ERRORLEVEL 4, and puts back what was displaced', () => {
      const { transcript, user } = found
      expect(transcript.stdout).toBe(
        [
          '0 profile=[] key=[ASIA] region=[eu-west-1]',
          '4 profile=[] key=[ASIA]',
          'status 0',
          'status 3',
          '0 profile=[work] key=[] region=[]',
          '0 profile=[work] key=[] region=[]',
          '',
        ].join('\r\n'),
      )
      expect(transcript.stderr).toBe(
        found.endpointNote +
          found.endpointNote +
          errorText(
            `AWS did not accept the code for ${user.serialNumber}`,
            'a code of this device has just been used, in another shell perhaps: without a code, its session is taken from the cache',
            'it was mistyped, is no longer the current one, or has been used already: wait for the next code',
            'if that is refused too, set the clock of the phone or computer that makes the codes',
          ),
      )
    })

    it('sets a session that AWS knows', () => {
      expect(found.identity).toBe(found.user.arn)
    })

    it('hands the other exit codes on, from a .bat', () => {
      expect(found.otherFailures.stdout).toBe('2\r\n5\r\n6\r\n')
    })

    it('is typed at the prompt without the wrapper, and taken back', () => {
      expect(found.typed.status).toBe(0)
      expect(found.typedFailure.status).toBe(4)
    })

    it('takes the session away although cmd cannot be told what it displaced', () => {
      const { unsayable } = found
      // What cmd makes of the first four characters of a variable that is not there.
      expect(unsayable.stdout).toBe('0 profile=[] key=[ASIA]\r\n0 profile=[] key=[~0,4]\r\n')
      expect(unsayable.stderr).toContain('note: AWS_PROFILE is not put back: its value has a percent sign')
    })

    it('prints the wrapper byte for byte', async () => {
      const wrapper = fileURLToPath(new URL('../../shells/awsmfa.cmd', import.meta.url))
      expect(found.printedWrapper).toEqual(await readFile(wrapper))
      expect(found.init).toEqual({ stdout: '', stderr: '', status: 0 })
    })
  },
  ['20', '24'],
)

async function runEverything(sandbox: Sandbox, root: string, node: NodeVersion): Promise<Found> {
  const server = await startAwsServer()
  try {
    await installPackage(sandbox)
    const dumper = fileURLToPath(new URL('dump-environment.mjs', import.meta.url))
    await copyFile(dumper, join(sandbox.folder, 'dump-environment.mjs'))
    const users = profiles.map((profile) => ({ profile, user: server.addUser() }))
    const credentials = users.map(
      ({ profile, user }) => `${keysOf(user, profile)}mfa_serial = ${user.serialNumber}\n`,
    )
    // As an editor on Windows writes it.
    await writeProfiles(sandbox, { credentials: credentials.join('').replaceAll('\n', '\r\n') })
    const [user] = users.map((one) => one.user)
    if (user === undefined) throw new Error('there is no user')

    const codes = users.map((one) => server.nextTokenCode(one.user))
    const endings = await runCmdScripts(root, scriptsFor(server, codes), {
      sandbox,
      node,
      path: [`${sandboxInCmd}\\npm`],
    })
    const shown = Object.fromEntries(
      Object.entries(endings).map(([name, { stdout, stderr, status }]) => [
        name,
        { stdout: stdout.toString(), stderr: stderr.toString(), status },
      ]),
    ) as Record<keyof typeof endings, Shown>
    return {
      ...shown,
      user,
      endpointNote: endpointNote(server),
      identity: await whoIs(server, await readEnvironment(join(sandbox.folder, 'exported'))),
      printedWrapper: await readFile(join(sandbox.folder, 'printed.cmd')),
    }
  } finally {
    await server.close()
  }
}

function scriptsFor(server: AwsServer, [work = '', typed = '', unsayable = '']: readonly string[]) {
  const start = [`set "USERPROFILE=${sandboxInCmd}\\home"`, `set "AWS_ENDPOINT_URL=${server.url}"`]
  const script = (as: CmdScript['as'], ...lines: string[]): CmdScript => ({
    as,
    lines: as === 'typed' ? [...start, ...lines] : ['@echo off', ...start, ...lines],
  })
  // Those that need a valid code first: it does not last.
  return {
    transcript: script(
      'cmd',
      'set AWS_PROFILE=work',
      // To Windows this is the variable in capitals.
      'set aws_default_region=eu-west-1',
      `call awsmfa.cmd ${work}`,
      `echo ${session} region=[%AWS_REGION%]`,
      `node ${sandboxInCmd}\\dump-environment.mjs ${sandboxInCmd}\\exported`,
      'call awsmfa.cmd 000000',
      `echo ${session}`,
      'call awsmfa.cmd status >nul',
      'echo status %ERRORLEVEL%',
      'call awsmfa.cmd status --min-remaining 13h >nul',
      'echo status %ERRORLEVEL%',
      ...Array.from({ length: 2 }).flatMap(() => [
        'call awsmfa.cmd --unset',
        'echo %ERRORLEVEL% profile=[%AWS_PROFILE%] key=[%AWS_ACCESS_KEY_ID%] region=[%AWS_REGION%]',
      ]),
    ),
    typed: script(
      'typed',
      howToEvaluate('cmd', `${typed} --profile typed`),
      'if not "%AWS_ACCESS_KEY_ID:~0,4%"=="ASIA" exit 1',
      howToEvaluate('cmd', '--unset'),
      'if defined AWS_ACCESS_KEY_ID exit 2',
      'if defined AWS_MFA_ENV_STATE exit 3',
      'exit 0',
    ),
    unsayable: script(
      'cmd',
      'set "AWS_PROFILE=100%% mine"',
      `call awsmfa.cmd ${unsayable}`,
      `echo ${session}`,
      'call awsmfa.cmd --unset',
      `echo ${session}`,
    ),
    otherFailures: script(
      'bat',
      'call awsmfa.cmd 12345 2>nul',
      'echo %ERRORLEVEL%',
      'set AWS_ENDPOINT_URL=http://127.0.0.1:9',
      'call awsmfa.cmd 123456 --profile work 2>nul',
      'echo %ERRORLEVEL%',
      'call awsmfa.cmd 123456 --profile ghost 2>nul',
      'echo %ERRORLEVEL%',
    ),
    typedFailure: script(
      'typed',
      `for /f "delims=" %i in ('aws-mfa-env 000000 --profile work --shell cmd') do @%i`,
      'exit %ERRORLEVEL%',
    ),
    init: script('cmd', `aws-mfa-env init cmd >${sandboxInCmd}\\printed.cmd`),
  }
}

async function whoIs(server: AwsServer, environment: ReadonlyMap<string, Buffer>) {
  const read = (name: string) => String(environment.get(name))
  const client = createStsClient(server, {
    accessKeyId: read('AWS_ACCESS_KEY_ID'),
    secretAccessKey: read('AWS_SECRET_ACCESS_KEY'),
    sessionToken: read('AWS_SESSION_TOKEN'),
  })
  return (await client.send(new GetCallerIdentityCommand({}))).Arn
}
