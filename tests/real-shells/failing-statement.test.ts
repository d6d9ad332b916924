import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { dialects } from '../../src/dialects/dialects.ts'
import { describeEachShell } from './each-shell.ts'
import { runScript, withSandbox } from './run.ts'
import { type FoundShell, isBourne } from './shells.ts'

const codes = [1, 2, 4, 6, 130]
const codeLines = codes.map((code) => `${code}\n`).join('')

/** Runs in one script what `lines` makes of a command for each code, which prints that failing statement. */
function fail(
  shell: FoundShell,
  failures: readonly number[],
  lines: (command: string, code: number) => readonly string[],
) {
  return withSandbox(async (sandbox) => {
    const script: string[] = []
    for (const code of failures) {
      const text = join(sandbox.folder, `text-${code}`)
      const statement = dialects[shell.dialect].renderFailure(code)
      await writeFile(text, statement)
      // Where there is none, the exit status has to do.
      const words: [string, ...string[]] = statement === '' ? ['sh', '-c', `exit ${code}`] : ['cat', text]
      script.push(...lines(shell.syntax.command(...words), code))
    }
    const { status, stdout, stderr } = await runScript(shell, `${script.join('\n')}\n`, { sandbox })
    return { status, stdout: `${stdout}`, stderr: `${stderr}` }
  })
}

describeEachShell('the failing statement', (shell) => {
  it('makes what follows || run', async () => {
    const { syntax } = shell
    const ending = await fail(shell, codes, (command, code) => [
      syntax.otherwise(syntax.evaluate(command), syntax.print(`${code}`)),
      syntax.print('went on'),
    ])
    const stdout = codes.map((code) => `${code}\nwent on\n`).join('')
    expect(ending).toEqual({ status: 0, stdout, stderr: '' })
  })
})

describeEachShell(
  'the failing statement',
  (shell) => {
    const { syntax } = shell

    it.each(codes)('ends a script under set -e with code %i', async (code) => {
      const ending = await fail(shell, [code], (command) => [
        syntax.evaluate(command),
        syntax.print('went on'),
      ])
      expect(ending).toEqual({ status: code, stdout: '', stderr: '' })
    })

    it('leaves its code in $?', async () => {
      const ending = await fail(shell, codes, (command) => ['set +e', syntax.evaluate(command), 'echo "$?"'])
      expect(ending).toEqual({ status: 0, stdout: codeLines, stderr: '' })
    })

    it('leaves its code in $? through an unquoted eval $(…) too', async () => {
      const ending = await fail(shell, codes, (command) => ['set +e', `eval $(${command})`, 'echo "$?"'])
      expect(ending).toEqual({ status: 0, stdout: codeLines, stderr: '' })
    })
  },
  isBourne,
)

describeEachShell(
  'the failing statement',
  (shell) => {
    it('leaves its code in $status, and does not leave the function around it', async () => {
      const ending = await fail(shell, codes, (command) => [
        'function around',
        shell.syntax.evaluate(command),
        'echo $status',
        'end',
        'around',
      ])
      expect(ending).toEqual({ status: 0, stdout: codeLines, stderr: '' })
    })

    it('leaves its code in $status through eval (…) too, and does not end fish', async () => {
      const ending = await fail(shell, codes, (command) => [`eval (${command})`, 'echo $status'])
      expect(ending).toEqual({ status: 0, stdout: codeLines, stderr: '' })
    })
  },
  ({ dialect }) => dialect === 'fish',
)

describeEachShell(
  'the failing statement',
  (shell) => {
    it('ends a script under -e with its code', async () => {
      const script = ["printf '(exit 4);' | cat >text", 'eval "`cat text`"', 'echo went on', ''].join('\n')
      const { status, stdout } = await withSandbox((sandbox) =>
        runScript(shell, script, { sandbox, shellArguments: ['-ef'] }),
      )
      expect({ status, stdout: `${stdout}` }).toEqual({ status: 4, stdout: '' })
    })

    it('leaves its code in $status', async () => {
      const ending = await fail(shell, codes, (command) => [shell.syntax.evaluate(command), 'echo $status'])
      expect(ending).toEqual({ status: 0, stdout: codeLines, stderr: '' })
    })
  },
  ({ dialect }) => dialect === 'tcsh',
)

// What the program's exit status does in elvish and nushell, an exception does in xonsh.
const endings: Readonly<Record<string, readonly [status: number, says: string]>> = {
  elvish: [2, 'exited with 4'],
  nu: [4, ''],
  xonsh: [1, 'aws-mfa-env failed (4)'],
}

describeEachShell(
  'a failing run',
  (shell) => {
    it.each(['', '$RAISE_SUBPROC_ERROR = False'].slice(0, shell.kind === 'xonsh' ? 2 : 1))(
      'ends a script, visibly %s',
      async (before) => {
        const ending = await fail(shell, [4], (command) => [
          before,
          shell.syntax.evaluate(command),
          shell.syntax.print('went on'),
        ])
        const [status, says] = endings[shell.kind] ?? []
        expect(ending).toMatchObject({ status, stdout: '' })
        expect(ending.stderr).toContain(says)
      },
    )
  },
  ({ kind }) => kind in endings,
)

describeEachShell(
  'the failing statement',
  (shell) => {
    it('is an error that names the code', async () => {
      const ending = await fail(shell, codes, (command) => [
        shell.syntax.otherwise(shell.syntax.evaluate(command), '"$_"'),
      ])
      const stdout = codes.map((code) => `aws-mfa-env failed (${code})\n`).join('')
      expect(ending).toEqual({ status: 0, stdout, stderr: '' })
    })

    it.each(['Stop', 'Continue'])(
      'ends a script that has $ErrorActionPreference at %s',
      async (preference) => {
        const ending = await fail(shell, [4], (command) => [
          `$ErrorActionPreference = '${preference}'`,
          shell.syntax.evaluate(command),
          "'went on'",
        ])
        expect(ending).toMatchObject({ status: 1, stdout: '' })
        expect(ending.stderr).toContain('aws-mfa-env failed (4)')
      },
    )
  },
  ({ dialect }) => dialect === 'powershell',
)
