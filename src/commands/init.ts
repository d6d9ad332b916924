import { type ShellName, shellNames } from '../dialects/dialects.ts'
import { ExitCode, usageFailure } from '../errors.ts'
import type { CommandLine } from '../options.ts'
import type { Outcome } from '../outcome.ts'
import { resolveReminder } from '../session/duration.ts'
import type { Surroundings } from '../surroundings.ts'
import { readScript, readShell } from '../wrapper/read-script.ts'
import { renameWrapper } from '../wrapper/rename-wrapper.ts'

/** The file in shells/ for each shell. */
export const wrappers: Readonly<Record<ShellName, string>> = {
  bash: 'awsmfa.bash',
  zsh: 'awsmfa.zsh',
  sh: 'awsmfa.sh',
  ksh: 'awsmfa.sh',
  fish: 'awsmfa.fish',
  tcsh: 'awsmfa.tcsh',
  elvish: 'awsmfa.elv',
  xonsh: 'awsmfa.xsh',
  nu: 'awsmfa.nu',
  powershell: 'awsmfa.ps1',
  cmd: 'awsmfa.cmd',
}

/** The file in shells/ for each shell that has a reminder: who knows the time, and has a hook before each prompt. */
const reminders: Readonly<Partial<Record<ShellName, string>>> = {
  bash: 'remind.bash',
  zsh: 'remind.zsh',
  fish: 'remind.fish',
  xonsh: 'remind.xsh',
  nu: 'remind.nu',
  powershell: 'remind.ps1',
}

/**
 * `init <shell>`: the wrapper on stdout, byte for byte as in shells/ unless its function is renamed; behind it, with
 * --remind, the reminder.
 */
export function runInit(line: CommandLine, surroundings: Surroundings): Outcome {
  const shell = readShell(line, shellNames, (quoted) =>
    quoted === undefined ? 'there is no such shell' : `there is no shell ${quoted}`,
  )
  const read = (file: string) => readScript(file, surroundings)
  const { name: called, remind } = line.values
  const reminder = remind === undefined ? '' : `\n${setReminder(read(findReminder(shell)), remind)}`
  const text = read(wrappers[shell]) + reminder
  return { stdout: called === undefined ? text : rename(text, shell, called), exitCode: ExitCode.done }
}

function findReminder(shell: ShellName): string {
  const file = reminders[shell]
  if (file !== undefined) return file
  throw usageFailure(
    `--remind: there is no reminder for ${shell}`,
    `there is one for: ${Object.keys(reminders).join(', ')}`,
  )
}

/** Its files say 15m to the user, and 900 seconds to the shell. */
function setReminder(text: string, before: string): string {
  const seconds = resolveReminder(before)
  return text.replaceAll(/\b15m\b/g, before).replaceAll(/\b900\b/g, String(seconds))
}

function rename(text: string, shell: ShellName, name: string): string {
  if (shell === 'cmd') {
    throw usageFailure(
      '--name: in cmd the file is the name',
      'save it as NAME.cmd: aws-mfa-env init cmd > NAME.cmd',
    )
  }
  if (shell === 'tcsh') {
    throw usageFailure(
      '--name: in tcsh the alias is the name',
      "as in: alias NAME 'source ~/.awsmfa.tcsh awsmfa \\!*'",
    )
  }
  return renameWrapper(text, name)
}
