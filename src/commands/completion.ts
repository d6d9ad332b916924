import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { completedShells } from '../completion/shells.ts'
import { findShellName } from '../dialects/dialects.ts'
import { ExitCode, quoteOperand, UnknownName, usageFailure } from '../errors.ts'
import { looksLikeTokenCode } from '../forms.ts'
import type { CommandLine } from '../options.ts'
import { refuseOperands } from '../stray-code.ts'
import type { Surroundings } from '../surroundings.ts'
import type { Outcome } from './outcome.ts'
import { renameWrapper } from './rename-wrapper.ts'

/** `completion <shell>`: the script on stdout, byte for byte as in shells/ unless the wrapper has another name. */
export function runCompletion(line: CommandLine, surroundings: Surroundings): Outcome {
  const [shell, ...more] = line.operands
  const names = `one of: ${Object.keys(completedShells).join(', ')}`
  if (shell === undefined) throw usageFailure('completion needs the name of a shell', names)
  refuseOperands('completion', more)
  const name = findShellName(shell) ?? ''
  if (!Object.hasOwn(completedShells, name)) {
    if (looksLikeTokenCode(shell)) refuseOperands('completion', [shell])
    const quoted = quoteOperand(shell)
    throw new UnknownName(
      { kind: 'shell', typed: shell, known: Object.keys(completedShells) },
      ExitCode.usage,
      `there is no completion for ${quoted ?? 'that shell'}`,
      names,
    )
  }
  const { file } = completedShells[name as keyof typeof completedShells]
  const script = readFileSync(join(surroundings.packageFolder, 'shells', file), 'utf8')
  const stdout = line.values.name === undefined ? script : renameWrapper(script, line.values.name)
  return { stdout, exitCode: ExitCode.done }
}
