// The wrappers with the program itself, against the local AWS. wrapper-calls.test.ts has what a stand-in serves better.

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { startAwsServer } from '../aws-server/server.ts'
import { endpointNote, environmentOf, keysOf, writeProfiles } from '../commands/tool.ts'
import { describeEachShell } from './each-shell.ts'
import { readEnvironment, runProgram } from './run.ts'
import { type FoundShell, findOnPath, isBourne } from './shells.ts'
import {
  load,
  missingProgram,
  pathWithout,
  setVariable,
  statusOf,
  type WrapperSandbox,
  withTool,
  wrapperPath,
} from './wrapper-sandbox.ts'

const server = await startAwsServer()
afterAll(() => server.close())

const awsmfa = (shell: FoundShell, ...words: string[]) => shell.syntax.command('awsmfa', ...words)

/** Sets the wrapper up as the README has it for the shell's start; gives the statements that are left to do. */
async function install(shell: FoundShell, world: WrapperSandbox, name = 'awsmfa'): Promise<string[]> {
  const { dialect, syntax } = shell
  const init = `aws-mfa-env init ${dialect}${name === 'awsmfa' ? '' : ` --name ${name}`}`
  const home = (file: string) => join(world.sandbox.home, file)
  switch (dialect) {
    case 'powershell':
      return [`${init} | Out-String | Invoke-Expression`]
    case 'elvish':
      return [`var ${name}~ = (eval (${init} | slurp))`]
    case 'tcsh':
      return ['aws-mfa-env init tcsh >~/.awsmfa.tcsh', `alias ${name} 'source ~/.awsmfa.tcsh awsmfa \\!*'`]
    case 'xonsh':
      return [
        'mkdir -p ~/.config/xonsh/rc.d',
        `${init} > ~/.config/xonsh/rc.d/awsmfa.xsh`,
        'source ~/.config/xonsh/rc.d/awsmfa.xsh',
      ]
    case 'nu': {
      // nushell reads all of a script before it runs the first line.
      const ending = await world.run([`${init} | save ${home('awsmfa.nu')}`])
      expect(ending).toEqual({ status: 0, stdout: '', stderr: '' })
      return [`source ${home('awsmfa.nu')}`]
    }
    default:
      return [syntax.evaluate(init)]
  }
}

/** How a trace is switched on, and what prints that it is. The shells that are in neither way traced have none. */
const traces: Readonly<Record<string, readonly [string, string]>> = {
  fish: ['set -g fish_trace 1', 'echo $fish_trace'],
  tcsh: ['set echo verbose', 'echo $?echo$?verbose'],
}

/** A child's AWS variables, as a statement of the script wrote them. */
async function readVariables(file: string): Promise<Record<string, string>> {
  const environment = [...(await readEnvironment(file))].map(([name, value]) => [name, `${value}`] as const)
  return Object.fromEntries(environment.filter(([name]) => name.startsWith('AWS_')))
}

describeEachShell('the wrapper', (shell) => {
  const { syntax } = shell
  const dumpIn = ({ sandbox }: WrapperSandbox, name: string) =>
    syntax.dumpEnvironment(join(sandbox.folder, name))
  const readDump = ({ sandbox }: WrapperSandbox, name: string) => readVariables(join(sandbox.folder, name))

  it('set up as documented, puts a session in that a child sees, and takes it away', () =>
    withTool(shell, async (world) => {
      const user = server.addUser()
      await writeProfiles(world.sandbox, { credentials: keysOf(user, 'work') })
      const environment = {
        AWS_PROFILE: 'work',
        AWS_MFA_SERIAL: user.serialNumber,
        AWS_ENDPOINT_URL: server.url,
      }
      const code = server.nextTokenCode(user)
      const ending = await world.run(
        [
          ...(await install(shell, world)),
          statusOf(shell, awsmfa(shell, code)),
          dumpIn(world, 'with'),
          statusOf(shell, awsmfa(shell, '--unset')),
          dumpIn(world, 'without'),
        ],
        { environment },
      )
      expect(ending).toEqual({ status: 0, stdout: '0\n0\n', stderr: endpointNote(server) })
      const session = await readDump(world, 'with')
      expect(session).not.toHaveProperty('AWS_PROFILE')
      expect(session['AWS_ACCESS_KEY_ID']).toMatch(/^ASIA/)
      expect(session['AWS_SESSION_TOKEN']).toBeTruthy()
      expect(await readDump(world, 'without')).toEqual(environment)
    }))

  it('sets nothing when the program fails, with whose status it ends a strict script', () =>
    withTool(shell, async (world) => {
      const user = server.addUser()
      server.removeUser(user)
      const environment = environmentOf(server, user)
      const ending = await world.run(
        [
          load(shell),
          statusOf(shell, awsmfa(shell, '123456')),
          syntax.otherwise(awsmfa(shell, '123456', '654321'), syntax.print('caught')),
          dumpIn(world, 'after'),
          awsmfa(shell, '--no-such-option'),
          ...(shell.dialect === 'fish' || shell.dialect === 'tcsh' ? ['exit $status'] : []),
          syntax.print('went on'),
        ],
        { environment },
      )
      const status = shell.dialect === 'powershell' || shell.dialect === 'xonsh' ? 1 : 2
      expect(ending).toMatchObject({ status, stdout: '4\ncaught\n' })
      expect(ending.stderr.match(/^aws-mfa-env: error: /gm)).toHaveLength(3)
      expect(await readDump(world, 'after')).toEqual(environment)
    }))

  it('runs every other command as it is', () =>
    withTool(shell, async ({ run }) => {
      const wrapper = await readFile(wrapperPath(shell), 'utf8')
      const { status, stdout } = await run([
        load(shell),
        awsmfa(shell, 'init', shell.dialect),
        statusOf(shell, awsmfa(shell, 'status')),
        statusOf(shell, awsmfa(shell, '-p', 'work', '--help')),
      ])
      expect(status).toBe(0)
      expect(stdout.slice(0, wrapper.length)).toBe(wrapper)
      expect(stdout.slice(wrapper.length)).toMatch(/^no session in this environment\n3\nPut an .*\n0\n$/s)
    }))

  it('answers to another name', () =>
    withTool(shell, async (world) => {
      const { status, stdout, stderr } = await world.run([
        ...(await install(shell, world, 'renamed')),
        statusOf(shell, syntax.command('renamed', '--no-such-option')),
        setVariable(shell, 'PATH', pathWithout),
        statusOf(shell, syntax.command('renamed', 'status')),
        syntax.command('renamed'),
      ])
      const [caught, last, message] = missingProgram(shell, 'renamed')
      expect({ status, stdout }).toEqual({ status: last, stdout: `2\n${caught}\n` })
      expect(stderr).toMatch(message)
      expect(stderr).not.toContain('awsmfa:')
    }))
})

describeEachShell(
  'the wrapper',
  (shell) => {
    const { syntax } = shell
    const [tracing, options] = traces[shell.dialect] ?? ['set -xv', 'echo "$-"']

    /** What the trace of a statement says that puts a session in, and which of the session's secrets are in that. */
    const trace = (statement: (code: string) => string) =>
      withTool(shell, async ({ run, sandbox }) => {
        const user = server.addUser()
        const file = join(sandbox.folder, 'dump')
        const call = statement(server.nextTokenCode(user))
        const lines = [load(shell), tracing, options, call, options, syntax.dumpEnvironment(file)]
        const { status, stdout, stderr } = await run(lines, { environment: environmentOf(server, user) })
        const session = await readVariables(file)
        const secrets = ['AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_ACCESS_KEY_ID']
        const shown = secrets.filter((name) => stderr.includes(session[name] ?? ''))
        return { status, stdout, stderr, shown, session }
      })

    it('shows no secret in a trace, which goes on behind it', async () => {
      const { status, stdout, stderr, shown, session } = await trace((code) => awsmfa(shell, code))
      expect({ status, shown }).toEqual({ status: 0, shown: [] })
      expect(session['AWS_ACCESS_KEY_ID']).toMatch(/^ASIA/)
      const [before, after] = stdout.trim().split('\n')
      expect(before).toMatch(isBourne(shell) ? /x/ : /1/)
      expect(after).toBe(before)
      expect(stderr).toMatch(/awsmfa '?\d{6}/)
      // The line behind the call.
      expect(stderr.slice(stderr.lastIndexOf('awsmfa'))).toMatch(/env -0/)
    })

    it('is traced by a harness that does see the secrets of a plain evaluation', async () => {
      const plain = (code: string) =>
        syntax.evaluate(syntax.command('aws-mfa-env', '-s', shell.dialect, code))
      expect((await trace(plain)).shown).toHaveLength(3)
    })
  },
  (shell) => isBourne(shell) || shell.dialect in traces,
)

describeEachShell(
  'the wrapper',
  (shell) => {
    it('fails where a universal variable would override the session, and leaves that alone', () =>
      withTool(shell, async ({ run, sandbox }) => {
        const user = server.addUser()
        await writeProfiles(sandbox, { credentials: keysOf(user, 'work') })
        const environment = { AWS_MFA_SERIAL: user.serialNumber, AWS_ENDPOINT_URL: server.url }
        const lines = [
          'set -Ux AWS_PROFILE work',
          load(shell),
          statusOf(shell, awsmfa(shell, server.nextTokenCode(user))),
          'echo $AWS_PROFILE $AWS_SESSION_TOKEN',
        ]
        // With the user's files: without them fish has no universal variables.
        const { status, stdout, stderr } = await run(lines, { environment, shellArguments: [] })
        expect({ status, stdout }).toEqual({ status: 0, stdout: '6\nwork\n' })
        expect(stderr).toContain('aws-mfa-env: error: a universal variable')
      }))
  },
  ({ dialect }) => dialect === 'fish',
)

// Of util-linux, which gives its child a terminal and types its own stdin there.
const script = findOnPath('script')

/** The file that the shell reads at its start. */
const startFiles: Readonly<Record<string, string>> = {
  bash: '.bashrc',
  zsh: '.zshrc',
  fish: '.config/fish/config.fish',
  tcsh: '.tcshrc',
  elvish: '.config/elvish/rc.elv',
  xonsh: '.xonshrc',
}

describeEachShell(
  'the wrapper, set up in the start file and typed into a terminal',
  (shell) => {
    it.skipIf(script === undefined)('puts a session in', { tags: 'slow' }, () =>
      withTool(shell, async (world) => {
        const { sandbox, environment } = world
        const user = server.addUser()
        const startFile = join(sandbox.home, startFiles[shell.kind] ?? '')
        await mkdir(dirname(startFile), { recursive: true })
        await writeFile(startFile, (await install(shell, world)).map((line) => `${line}\n`).join(''))
        const dump = join(sandbox.folder, 'dump')
        const typed = [awsmfa(shell, server.nextTokenCode(user)), shell.syntax.dumpEnvironment(dump), 'exit']
        const { stdout } = await runProgram(
          script ?? '',
          ['-qec', `${shell.launch.join(' ')} -i`, '/dev/null'],
          {
            sandbox,
            environment: { ...environment, ...environmentOf(server, user), TERM: 'dumb' },
            input: typed.map((line) => `${line}\n`).join(''),
          },
        )
        expect(await readVariables(dump), `${stdout}`).toMatchObject({
          AWS_ACCESS_KEY_ID: expect.stringMatching(/^ASIA/),
          AWS_SESSION_TOKEN: expect.any(String),
        })
      }),
    )
  },
  ({ kind }) => kind in startFiles,
)

describeEachShell(
  'the wrapper',
  (shell) => {
    it('finds the program where it is by now', () =>
      withTool(shell, async (world) => {
        const { stdout } = await world.run([
          load(shell),
          'program=$(type -P aws-mfa-env); mkdir before after; ln -s "$(readlink "$program")" before/aws-mfa-env',
          'rm "$program"; PATH="$PWD/before:$PWD/after:$PATH"; aws-mfa-env --version',
          'mv before/aws-mfa-env after/; awsmfa --version',
        ])
        expect(stdout).toMatch(/^(aws-mfa-env \S+\n)\1$/)
      }))
  },
  ({ kind }) => kind === 'bash',
)
