import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { installTool, toolPath } from './commands/tool.ts'
import { runProgram, withSandbox } from './real-shells/run.ts'
import { findOnPath } from './real-shells/shells.ts'

/** How the statements of --unset begin in each dialect. */
const beginnings = { bourne: '{ unset ', fish: 'begin; set -eg ', powershell: '$env:' }

/** What the tool prints when the words start it; `SCRIPT` among them stands for a script file with these lines. */
async function ask(words: readonly string[], script = ''): Promise<string> {
  return withSandbox(async (sandbox) => {
    const environment = { PATH: await installTool(sandbox), SHELL: '/bin/login-shell-that-says-nothing' }
    const file = join(sandbox.folder, 'deploy')
    await writeFile(file, script, { mode: 0o755 })
    const [program = '', ...rest] = words.map((word) => word.replaceAll('SCRIPT', file))
    const { stdout } = await runProgram(findOnPath(program) ?? program, rest, { sandbox, environment })
    return stdout.toString()
  })
}

// The trailing `true` keeps a shell from putting the tool in its own place.
const line = 'aws-mfa-env --unset; true'

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
    'a login shell',
    'bourne',
    ['fish', '--no-config', '-c', `bash -c 'exec -a -bash bash --noprofile -c "${line}"'; true`],
  ],
  ['a script that names its shell', 'fish', ['SCRIPT'], `#!${findOnPath('fish')}\n${line}\n`],
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

describe('the shell that asks', () => {
  it.skipIf(findOnPath('tcsh') === undefined)('is refused where it is not served: tcsh in bash', async () => {
    expect(await ask(['bash', '-c', "tcsh -f -c 'aws-mfa-env --unset; true'; true"])).toBe('')
  })

  for (const [name, dialect, words, script] of cases) {
    const missing = [words[0], ...(words.join(' ').match(/fish|zsh|python3/g) ?? [])].find(
      (program) => program !== undefined && program !== 'SCRIPT' && findOnPath(program) === undefined,
    )
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
