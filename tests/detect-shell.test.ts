// @module-tag slow
import { spawnSync } from 'node:child_process'
import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { installTool, runTool, toolPath } from './commands/tool.ts'
import { describeEachShell } from './real-shells/each-shell.ts'
import { runProgram, runScript, type Sandbox, withSandbox } from './real-shells/run.ts'
import { findOnPath } from './real-shells/shells.ts'

// Debian's own, which Debian's xonsh is a module of.
const python = '/usr/bin/python3'
const hasXonsh = spawnSync(python, ['-c', 'import xonsh']).status === 0

/** How the statements of --unset begin in each dialect. */
const beginnings = {
  bourne: '{ unset ',
  fish: 'begin; set -eg ',
  tcsh: "eval 'unsetenv ",
  elvish: '{ unset-env ',
  xonsh: '(\x24{...}.pop(',
  nu: '{"AWS_',
}

/**
 * What the tool prints when the words start it; `SCRIPT` among them stands for a script file with these lines, and
 * `as:NAME` for a copy of the program behind it under that name.
 */
async function ask(words: readonly string[], script = ''): Promise<string> {
  return withSandbox(async (sandbox) => {
    const environment = { PATH: await installTool(sandbox), SHELL: '/bin/login-shell-that-says-nothing' }
    const file = join(sandbox.folder, 'deploy')
    await writeFile(file, script, { mode: 0o755 })
    const [alias = '', ...others] = words.map((word) => word.replaceAll('SCRIPT', file))
    const [program = '', ...rest] = alias.startsWith('as:')
      ? [await copyAs(sandbox, alias.slice(3), others[0] ?? ''), ...others.slice(1)]
      : [alias, ...others]
    const { stdout } = await runProgram(findOnPath(program) ?? program, rest, { sandbox, environment })
    return stdout.toString()
  })
}

async function copyAs({ folder }: Sandbox, name: string, program: string): Promise<string> {
  const copy = join(folder, name)
  await copyFile(findOnPath(program) ?? program, copy)
  return copy
}

// The trailing `true` keeps a shell from putting the tool in its own place.
const line = 'aws-mfa-env --unset; true'

const inXonsh = 'import subprocess\naws-mfa-env --unset'
const inTmux = (command: string) =>
  `tmux -S socket -f /dev/null new-session -d "${command} >out; tmux -S socket wait-for -S done" && tmux -S socket wait-for done; cat out`

const cases: readonly (readonly [
  name: string,
  dialect: keyof typeof beginnings,
  words: readonly string[],
  script?: string,
])[] = [
  ['bash', 'bourne', ['bash', '-c', line]],
  ['zsh', 'bourne', ['zsh', '-c', line]],
  ['dash', 'bourne', ['dash', '-c', line]],
  ['fish', 'fish', ['fish', '--no-config', '-c', line]],
  ['fish from bash', 'fish', ['bash', '-c', `fish --no-config -c '${line}'; true`]],
  ['bash from fish', 'bourne', ['fish', '--no-config', '-c', `bash -c '${line}'; true`]],
  ['sh -c from fish', 'bourne', ['fish', '--no-config', '-c', `sh -c '${line}'; true`]],
  ['timeout in fish', 'fish', ['fish', '--no-config', '-c', 'timeout 20 aws-mfa-env --unset; true']],
  ['env and nice in fish', 'fish', ['fish', '--no-config', '-c', 'env A=1 nice aws-mfa-env --unset; true']],
  [
    'sudo in fish',
    'fish',
    ['fish', '--no-config', '-c', 'sudo --non-interactive env PATH="$PATH" aws-mfa-env --unset; true'],
  ],
  [
    'a login shell',
    'bourne',
    ['fish', '--no-config', '-c', `bash -c 'exec -a -bash bash --noprofile -c "${line}"'; true`],
  ],
  [
    'a script that names its shell',
    'fish',
    ['SCRIPT'],
    `#!${findOnPath('fish') ?? '/usr/bin/fish'}\n${line}\n`,
  ],
  [
    'a script that finds its shell by env',
    'fish',
    ['bash', '-c', 'SCRIPT; true'],
    `#!/usr/bin/env fish\n${line}\n`,
  ],
  [
    'a bash script in fish',
    'bourne',
    ['fish', '--no-config', '-c', 'SCRIPT; true'],
    `#!/bin/bash\n${line}\n`,
  ],
  ['a pipe in fish', 'fish', ['fish', '--no-config', '-c', 'aws-mfa-env --unset | cat']],
  [
    'a bash script that is called like a shell',
    'bourne',
    ['bash', '-c', 'mv SCRIPT es; ./es; true'],
    `#!/bin/bash\n${line}\n`,
  ],
  [
    'bash, where a Python script is called like a shell',
    'bourne',
    ['bash', '-c', 'mv SCRIPT fish; ./fish; true'],
    '#!/usr/bin/env python3\nimport subprocess\nsubprocess.run(["aws-mfa-env", "--unset"])\n',
  ],
  ['nu', 'nu', ['nu', '-n', '-c', 'aws-mfa-env --unset']],
  ['bash from nu', 'bourne', ['nu', '-n', '-c', `bash -c '${line}'`]],
  ['nu from bash', 'nu', ['bash', '-c', `nu -n -c 'aws-mfa-env --unset'; true`]],
  ['timeout in nu', 'nu', ['nu', '-n', '-c', 'timeout 20 aws-mfa-env --unset']],
  ['tcsh', 'tcsh', ['tcsh', '-f', '-c', line]],
  ['sh -c from tcsh', 'bourne', ['tcsh', '-f', '-c', `sh -c '${line}'; true`]],
  [
    'a script for tcsh in bash',
    'tcsh',
    ['bash', '-c', 'SCRIPT; true'],
    `#!/usr/bin/env -S tcsh -f\n${line}\n`,
  ],
  ['elvish', 'elvish', ['elvish', '-norc', '-c', 'aws-mfa-env --unset; nop']],
  [
    'elvish from fish',
    'elvish',
    ['fish', '--no-config', '-c', `elvish -norc -c 'aws-mfa-env --unset; nop'; true`],
  ],
  ['xonsh', 'xonsh', ['xonsh', '--no-rc', '-c', inXonsh]],
  ['bash from xonsh', 'bourne', ['xonsh', '--no-rc', '-c', `bash -c '${line}'`]],
  [
    'a Python program in fish',
    'fish',
    ['fish', '--no-config', '-c', 'python3 SCRIPT; true'],
    'import subprocess\nsubprocess.run(["aws-mfa-env", "--unset"])\n',
  ],
  ['fish-3.6', 'fish', ['as:fish-3.6', 'fish', '--no-config', '-c', line]],
  ['bash-5.2', 'bourne', ['as:bash-5.2', 'bash', '-c', line]],
  ['zsh-5.9', 'bourne', ['as:zsh-5.9', 'zsh', '-c', line]],
  ['elvish-0.19', 'elvish', ['as:elvish-0.19', 'elvish', '-norc', '-c', 'aws-mfa-env --unset; nop']],
  ['csh', 'tcsh', ['as:csh', 'tcsh', '-f', '-c', line]],
  ['fish in tmux', 'fish', ['bash', '-c', inTmux("fish --no-config -c 'aws-mfa-env --unset; true'")]],
  [
    'sh in tmux, started by fish',
    'bourne',
    ['fish', '--no-config', '-c', inTmux("sh -c 'aws-mfa-env --unset; true'")],
  ],
  [
    'nine programs between fish and the tool',
    'bourne',
    [
      'fish',
      '--no-config',
      '-c',
      `${'python3 -c "import subprocess,sys; subprocess.run(sys.argv[1:])" '.repeat(9)}aws-mfa-env --unset; true`,
    ],
  ],
  [
    'no shell at all',
    'bourne',
    ['python3', '-c', 'import subprocess; subprocess.run(["aws-mfa-env", "--unset"])'],
  ],
]

describeEachShell(
  'the shell that asks, from a script',
  (shell) => {
    it('is found', () =>
      withSandbox(async (sandbox) => {
        const PATH = await installTool(sandbox)
        const { syntax } = shell
        const script = `${syntax.command('aws-mfa-env', '--unset')}\n${syntax.print('')}\n`
        const { stdout, stderr } = await runScript(shell, script, { sandbox, environment: { PATH } })
        const named = await runTool(['--unset', '--shell', shell.dialect], { sandbox })
        expect({ stdout: `${stdout}`.trimEnd(), stderr: `${stderr}` }).toEqual({
          stdout: named.stdout.trimEnd(),
          stderr: '',
        })
      }))
  },
  // Its host is called by another name.
  ({ dialect }) => dialect !== 'powershell',
)

describe('the shell that asks', () => {
  it.skipIf(!hasXonsh)('is found: xonsh as a module of Python', async () => {
    const stdout = await ask([python, '-m', 'xonsh', '--no-rc', '-c', inXonsh])
    expect(stdout.slice(0, beginnings.xonsh.length)).toBe(beginnings.xonsh)
  })

  it('is refused where it is not served: rc', async () => {
    expect(await ask(['as:rc', 'dash', '-c', line])).toBe('')
  })

  for (const [name, dialect, words, script] of cases) {
    const named = `${words.join(' ')} ${script}`.match(
      /\b(bash|zsh|fish|tcsh|elvish|xonsh|nu|python3|tmux|sudo)\b(?=[\s/]|$)/g,
    )
    const missing = (named ?? []).find((program) => findOnPath(program) === undefined)
    it.skipIf(missing !== undefined)(
      `is found: ${name}${missing === undefined ? '' : ` (${missing} is missing)`}`,
      async () => {
        const stdout = await ask(words, script)
        expect(stdout.slice(0, beginnings[dialect].length)).toBe(beginnings[dialect])
      },
    )
  }

  it.skipIf(findOnPath('fish') === undefined)('is found through npx in fish', async () => {
    const stdout = await withSandbox(async (sandbox) => {
      await installTool(sandbox)
      const bin = join(sandbox.folder, 'node_modules', '.bin')
      await mkdir(bin, { recursive: true })
      await writeFile(join(sandbox.folder, 'package.json'), '{}')
      await symlink(toolPath, join(bin, 'aws-mfa-env'))
      const words = ['--no-config', '-c', 'npx --no-install aws-mfa-env --unset; true']
      return (await runProgram(findOnPath('fish') ?? '', words, { sandbox })).stdout.toString()
    })
    expect(stdout.slice(0, beginnings.fish.length)).toBe(beginnings.fish)
  })
})
