// Read by docker's own client and by systemd's own reader, where they are on the machine.

import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { dotenv } from '../../src/documents/dotenv.ts'
import { startAwsServer } from '../aws-server/server.ts'
import { endpointNote, environmentOf, errorText, runTool } from '../commands/tool.ts'
import { hostileValues, unsayableValues } from '../real-shells/hostile-values.ts'
import { runProgram, type Sandbox, withSandbox } from '../real-shells/run.ts'
import { findOnPath } from '../real-shells/shells.ts'

const docker = findDocker()
// Reads the files of environment.d with the same function as an EnvironmentFile, and prints what came of them.
const generator = '/usr/lib/systemd/user-environment-generators/30-systemd-environment-d-generator'

function findDocker(): string | undefined {
  const program = findOnPath('docker')
  try {
    if (program !== undefined) execFileSync(program, ['--version'], { stdio: 'ignore' })
    return program
  } catch {
    return undefined
  }
}

/** The variables that `docker create --env-file` asks the daemon for, whose place a server of our own takes. */
async function readAsDocker(sandbox: Sandbox, text: string): Promise<string[]> {
  const file = join(sandbox.folder, 'env-file')
  await writeFile(file, text)
  let asked = ''
  const daemon = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    if (request.url?.includes('/containers/create')) asked = body
    response.setHeader('Api-Version', '1.40')
    response.statusCode = asked === '' ? 200 : 201
    response.end('{"Id":"0","Warnings":[]}')
  })
  await new Promise<void>((resolve) => daemon.listen(0, '127.0.0.1', resolve))
  const { port } = daemon.address() as AddressInfo
  const words = ['-H', `tcp://127.0.0.1:${port}`, 'create', '--env-file', file, 'image']
  const { stderr } = await runProgram(docker ?? '', words, { sandbox })
  daemon.close()
  if (asked === '') throw new Error(`docker asked for nothing: ${stderr}`)
  return (JSON.parse(asked) as { Env: string[] }).Env
}

async function readAsSystemd(sandbox: Sandbox, text: string): Promise<string[]> {
  const folder = join(sandbox.folder, 'config', 'environment.d')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, '99.conf'), text)
  const environment = { XDG_CONFIG_HOME: join(sandbox.folder, 'config') }
  const { stdout } = await runProgram(generator, [], { sandbox, environment })
  return `${stdout}`.split('\n').filter((line) => line.startsWith('AWS_'))
}

const readers = [
  ['docker', docker === undefined, readAsDocker],
  ['systemd', !existsSync(generator), readAsSystemd],
] as const

const sayable = [
  ...hostileValues.filter((value) => dotenv.refusal(value) === undefined),
  'FwoGZXIvYXdzEJr//////////wEaDH+abc/def==',
  '2031-01-02T03:04:05Z',
  'us-gov-west-1',
]
const render = (value: string) => dotenv.render([{ name: 'AWS_SESSION_TOKEN', value }])

describe('a dotenv document', () => {
  it('holds the session and the regions, and nothing that goes', () => {
    const changes = [
      { name: 'AWS_PROFILE', value: null },
      { name: 'AWS_ACCESS_KEY_ID', value: 'ASIA1' },
      { name: 'AWS_REGION', value: 'eu-west-1' },
      { name: 'AWS_DEFAULT_REGION', value: null },
      { name: 'AWS_MFA_ENV_STATE', value: 'eyJ2IjoxfQ' },
    ]
    expect(dotenv.render(changes)).toBe('AWS_ACCESS_KEY_ID=ASIA1\nAWS_REGION=eu-west-1\n')
  })

  it.each([...unsayableValues, '', ' a', 'a b', "'a'", '"', 'a\\b', '$HOME', 'a;b', '#', '\n', 'ü', '`'])(
    'is refused for %j',
    (value) => expect(dotenv.refusal(value)).toMatch(/^is empty or has/),
  )

  for (const [name, missing, read] of readers) {
    it.skipIf(missing)(
      `is read as it is meant by ${name}${missing ? ', which is not here' : ''}`,
      { tags: 'slow' },
      () =>
        withSandbox(async (sandbox) => {
          expect(sayable.length).toBeGreaterThan(20)
          for (const value of sayable)
            expect(await read(sandbox, render(value))).toEqual([render(value).trim()])
        }),
    )
  }

  it.skipIf(docker === undefined || !existsSync(generator))('could be read in two ways: a quoted one', () =>
    withSandbox(async (sandbox) => {
      const text = `AWS_SESSION_TOKEN='a'\n`
      expect(await readAsDocker(sandbox, text)).toEqual(["AWS_SESSION_TOKEN='a'"])
      expect(await readAsSystemd(sandbox, text)).toEqual(['AWS_SESSION_TOKEN=a'])
    }),
  )

  it('is what --shell dotenv prints of a session', async () => {
    const server = await startAwsServer()
    const user = server.addUser()
    const { status, stdout, stderr } = await withSandbox((sandbox) =>
      runTool(['--shell', 'dotenv', '--region', 'eu-west-1', server.nextTokenCode(user)], {
        sandbox,
        environment: { ...environmentOf(server, user), AWS_PROFILE: 'gone' },
      }),
    )
    await server.close()
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringContaining(endpointNote(server)) })
    expect(stdout.replaceAll(/=.+/g, '')).toBe(
      'AWS_ACCESS_KEY_ID\nAWS_SECRET_ACCESS_KEY\nAWS_SESSION_TOKEN\nAWS_CREDENTIAL_EXPIRATION\nAWS_REGION\nAWS_DEFAULT_REGION\n',
    )
  })

  it('is refused for --unset', async () => {
    const ending = await withSandbox((sandbox) => runTool(['--unset', '--shell', 'dotenv'], { sandbox }))
    expect(ending).toEqual({
      status: 2,
      stdout: '',
      stderr: errorText(
        '--unset: a dotenv file has no way to take a variable out',
        'a json document has: --unset --shell json',
      ),
    })
  })
})
