import { shellAtHand } from '../choose-dialect.ts'
import { ExitCode, quoteOperand, UnknownName } from '../errors.ts'
import { looksLikeTokenCode } from '../forms.ts'
import { usableColumns } from '../help/layout.ts'
import { type Page, renderCommandHelp, renderMainHelp, renderOptionsHelp } from '../help/render-help.ts'
import { type CommandLine, commandWords } from '../options.ts'
import type { Outcome } from '../outcome.ts'
import { refuseOperands } from '../stray-code.ts'
import { readVariable, type Surroundings } from '../surroundings.ts'

/** `help` and `--help`: a page on the program, on one of its commands, or on all options. */
export function runHelp(line: CommandLine, surroundings: Surroundings): Outcome {
  const page = makePage(line.values.shell, surroundings)
  return { stdout: renderTopic(line, page), exitCode: ExitCode.done }
}

function renderTopic({ command, flags, operands }: CommandLine, page: Page): string {
  if (flags.has('help')) return command === 'export' ? renderMainHelp(page) : renderCommandHelp(command, page)
  const [topic, ...more] = operands
  refuseOperands('help', more)
  if (topic === undefined) return renderMainHelp(page)
  if (topic === 'options') return renderOptionsHelp(page)
  const word = ([...commandWords, 'unset'] as const).find((candidate) => candidate === topic)
  if (word === undefined) throw topicUnknown(topic)
  return renderCommandHelp(word, page)
}

function topicUnknown(topic: string): Error {
  if (looksLikeTokenCode(topic)) refuseOperands('help', [topic])
  const quoted = quoteOperand(topic)
  return new UnknownName(
    { kind: 'command', typed: topic, known: commandWords },
    ExitCode.usage,
    quoted === undefined ? 'there is no such command' : `there is no command ${quoted}`,
    'all commands: aws-mfa-env help',
  )
}

function makePage(shell: string | undefined, surroundings: Surroundings): Page {
  const bold = isStyled(surroundings)
  return {
    shell: shellAtHand(shell, surroundings),
    columns: usableColumns(surroundings.stdoutColumns()),
    heading: (text) => (bold ? `\x1b[1m${text}\x1b[0m` : text),
  }
}

/** https://no-color.org; an older console of Windows shows the sequences as they are. */
function isStyled({ stdoutIsTerminal, environment, platform }: Surroundings): boolean {
  const terminal = readVariable(environment, 'TERM') ?? 'dumb'
  const refused = readVariable(environment, 'NO_COLOR') !== undefined
  return stdoutIsTerminal && platform !== 'win32' && terminal !== 'dumb' && !refused
}
