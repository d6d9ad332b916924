import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { isReservedWord } from '../../src/wrapper/reserved-words.ts'
import { describeEachShell } from './each-shell.ts'
import { runScript, withSandbox } from './run.ts'
import type { FoundShell } from './shells.ts'
import { wrapperPath } from './wrapper-sandbox.ts'

/** Prints the words that a shell keeps for itself, by its own account. */
const listings: Readonly<Record<string, string>> = {
  bash: 'compgen -k; enable -s | cut -d " " -f 2',
  zsh: 'print -l $reswords',
  // The status of eval is 0 in fish 4.
  fish: 'for word in (builtin -n); eval "function $word; end" 2>/dev/null; builtin functions -q $word; or echo $word; end',
  xonsh: 'print(*__import__("keyword").kwlist, sep="\\n")',
  nu: 'scope commands | where type == keyword | each {|command| $command.name | split words | first } | str join "\\n" | print',
  powershell: `$kinds = [enum]::GetValues([System.Management.Automation.Language.TokenKind])
foreach ($kind in $kinds) {
  if ([System.Management.Automation.Language.TokenTraits]::HasTrait($kind, 'Keyword') -and $kind -ne 'DynamicKeyword') { "$kind" }
}`,
}

/** What a shell's script prints. */
async function printed(shell: FoundShell, scripts: Readonly<Record<string, string>>): Promise<string> {
  const { stdout } = await withSandbox((sandbox) => runScript(shell, `${scripts[shell.kind]}\n`, { sandbox }))
  return `${stdout}`
}

describeEachShell(
  'a reserved word',
  (shell) => {
    it('is no name for the wrapper', async () => {
      const words = (await printed(shell, listings)).match(/^[A-Za-z_]\w*$/gm) ?? []
      expect(words.length).toBeGreaterThan(8)
      expect(words.filter((word) => !isReservedWord(word))).toEqual([])
    })
  },
  ({ kind }) => kind in listings,
)

/** Prints the names of all builtins. */
const builtins: Readonly<Record<string, string>> = {
  bash: 'compgen -b',
  zsh: 'whence -mv "*" | sed -n "s/ is a shell builtin//p"',
  ksh93: 'builtin',
  fish: 'builtin -n',
}

describeEachShell(
  'a builtin that the wrapper runs',
  (shell) => {
    it('is no name for it', async () => {
      const known = new Set((await printed(shell, builtins)).split(/\s+/))
      const wrapper = await readFile(wrapperPath(shell), 'utf8')
      const words = wrapper.replace(/^\s*#.*$/gm, '').match(/(?<![-\w])[a-z]+(?![-\w])/g) ?? []
      const run = words.filter((word) => known.has(word))
      expect(run.length).toBeGreaterThan(3)
      expect(run.filter((word) => !isReservedWord(word))).toEqual([])
    })
  },
  ({ kind }) => kind in builtins,
)

describe('a reserved word', () => {
  it.each(['awsmfa', 'mfa', 'aws_mfa', 'aws', 'm'])('is not %s', (name) => {
    expect(isReservedWord(name)).toBe(false)
  })
})
