// @module-tag slow
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { powershell } from '../../src/dialects/powershell.ts'
import { describeEachShell } from './each-shell.ts'
import { hostileValues } from './hostile-values.ts'
import { findWrongValues } from './round-trip.ts'
import { runScript, withSandbox } from './run.ts'

describeEachShell(
  'PowerShell',
  (shell) => {
    it('has no variable left behind by the clear, not even an empty one', () =>
      withSandbox(async (sandbox) => {
        const text = join(sandbox.folder, 'text')
        await writeFile(
          text,
          powershell.render([
            { name: 'A', value: null },
            { name: 'B', value: null },
          ]),
        )
        const script = [
          shell.syntax.evaluate(shell.syntax.command('cat', text)),
          "$null -eq [Environment]::GetEnvironmentVariable('A')",
          "[Environment]::GetEnvironmentVariables().Contains('A')",
          "[Environment]::GetEnvironmentVariables().Contains('KEPT')",
        ].join('\n')
        const ending = await runScript(shell, script, { sandbox, environment: { A: 'x', KEPT: 'x' } })
        expect(`${ending.stderr}${ending.stdout}`).toBe('True\nFalse\nTrue\n')
      }))

    it('does not run what follows a curly quote', async () => {
      const values = ['’;throw 1;‘', "';throw 1;'", '‚;throw 1;‛', '”;throw 1;“', '’; $env:HOSTILE_0 = 2; ‘']
      expect(await findWrongValues(shell, values)).toEqual([])
    })

    it('sets the values in constrained language mode too', async () => {
      const before = "$ExecutionContext.SessionState.LanguageMode = 'ConstrainedLanguage'"
      const evaluate = (command: string) => `. { ${shell.syntax.evaluate(command)} }`
      const values = hostileValues.filter((value) => value.length < 30)
      expect(await findWrongValues(shell, values.slice(0, 300), { before, evaluate })).toEqual([])
    })
  },
  ({ dialect }) => dialect === 'powershell',
)
