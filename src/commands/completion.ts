import { completedShells } from '../completion/shells.ts'
import { ExitCode } from '../errors.ts'
import type { CommandLine } from '../options.ts'
import type { Outcome } from '../outcome.ts'
import type { Surroundings } from '../surroundings.ts'
import { readScript, readShell } from '../wrapper/read-script.ts'
import { renameWrapper } from '../wrapper/rename-wrapper.ts'

const shells = Object.keys(completedShells) as (keyof typeof completedShells)[]

/** `completion <shell>`: the script on stdout, byte for byte as in shells/ unless the wrapper has another name. */
export function runCompletion(line: CommandLine, surroundings: Surroundings): Outcome {
  const shell = readShell(line, shells, (quoted = 'that shell') => `there is no completion for ${quoted}`)
  const script = readScript(completedShells[shell].file, surroundings)
  const { name } = line.values
  return { stdout: name === undefined ? script : renameWrapper(script, name), exitCode: ExitCode.done }
}
