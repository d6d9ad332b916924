import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CommandLine } from '../cli.ts'
import { type DialectName, findDialectName } from '../dialects/dialects.ts'
import { ExitCode, quoteOperand, usageFailure } from '../errors.ts'
import type { Surroundings } from '../surroundings.ts'
import { looksLikeTokenCode } from '../token-code/token-code.ts'
import type { Outcome } from './outcome.ts'
import { refuseOperands, refuseStrayCodes } from './stray-code.ts'

/** The file in shells/ for each shell. */
const wrappers: Readonly<Record<DialectName, string>> = {
  bash: 'awsmfa.bash',
  zsh: 'awsmfa.zsh',
  sh: 'awsmfa.sh',
  ksh: 'awsmfa.sh',
  fish: 'awsmfa.fish',
  powershell: 'awsmfa.ps1',
  cmd: 'awsmfa.cmd',
}

/** `init <shell>`: the wrapper on stdout, byte for byte as in shells/ unless its function is renamed. */
export function runInit(line: CommandLine, surroundings: Surroundings): Outcome {
  refuseStrayCodes(line)
  const [shell, ...more] = line.operands
  const names = `one of: ${Object.keys(wrappers).join(', ')}`
  if (shell === undefined) throw usageFailure('init needs the name of a shell', names)
  refuseOperands('init', more)
  const name = findDialectName(shell)
  const file = name === undefined ? undefined : wrappers[name]
  if (file === undefined) {
    if (looksLikeTokenCode(shell)) refuseOperands('init', [shell])
    const quoted = quoteOperand(shell)
    throw usageFailure(quoted === undefined ? 'there is no such shell' : `there is no shell ${quoted}`, names)
  }
  const wrapper = readFileSync(join(surroundings.packageFolder, 'shells', file), 'utf8')
  const stdout = line.values.name === undefined ? wrapper : rename(wrapper, name, line.values.name)
  return { stdout, exitCode: ExitCode.done }
}

function rename(wrapper: string, shell: string | undefined, name: string): string {
  if (shell === 'cmd') {
    throw usageFailure(
      '--name: in cmd the file is the name',
      'save it as NAME.cmd: aws-mfa-env init cmd > NAME.cmd',
    )
  }
  if (name === 'aws-mfa-env') {
    throw usageFailure(
      '--name: aws-mfa-env is the program itself',
      'a function of that name would run in place of it, in a subshell that keeps nothing',
    )
  }
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    throw usageFailure(
      '--name: letters, digits and underscores, not beginning with a digit',
      'as in: --name mfa',
    )
  }
  return wrapper.replaceAll(/\bawsmfa\b/g, name)
}
