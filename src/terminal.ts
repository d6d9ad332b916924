import { closeSync, openSync } from 'node:fs'
import { emitKeypressEvents, type Key } from 'node:readline'
import { isatty, ReadStream, WriteStream } from 'node:tty'
import { type Environment, readVariable } from './surroundings.ts'

/**
 * The terminal that the user sits at, opened apart from stdin and stdout, which a shell may have captured: whatever
 * asks the user something goes through here, and nothing else does.
 */
export interface Terminal {
  /** Whether its cursor cannot be moved. */
  readonly dumb: boolean
  /** In characters, as it was when it was opened. */
  readonly size: { readonly columns: number; readonly rows: number }
  say(text: string): void
  /** Shows the question and waits for a line, which the terminal lets the user edit; undefined at its end (Ctrl-D). */
  ask(question: string): Promise<string | undefined>
  /**
   * Shows the text and gives key after key to `take`, until that answers. The terminal neither shows nor obeys them,
   * Ctrl-C included. Undefined where it has hung up.
   */
  readKeys<T>(text: string, take: (key: Key) => T | undefined): Promise<T | undefined>
  /** Leaves the terminal as it was found, and an open question without an answer. */
  restore(): void
}

/** The terminal of this process; undefined where it has none, as in cron. */
export function openTerminal(platform: NodeJS.Platform, environment: Environment): Terminal | undefined {
  const files = openFiles(platform, environment)
  if (files === undefined) return undefined
  const question = new Question(files.openInput)
  const output = new WriteStream(files.output)
  // The terminal may have hung up.
  output.on('error', () => {})
  return {
    dumb: platform !== 'win32' && (readVariable(environment, 'TERM') ?? 'dumb') === 'dumb',
    // A terminal that does not know its size says 0.
    size: { columns: output.columns || 80, rows: output.rows || 24 },
    say: (text) => {
      output.write(text)
    },
    ask: (text) => {
      output.write(text)
      return question.read(listenForLine)
    },
    readKeys: async (text, take) => {
      return question.read((stream, answer) => {
        stream.setRawMode(true)
        emitKeypressEvents(stream)
        stream.on('keypress', (_text, key: Key) => {
          const taken = take(key)
          if (taken !== undefined) answer(taken)
        })
        output.write(text)
      })
    },
    restore: () => question.close(),
  }
}

/**
 * The terminal as a child's stdin: a file descriptor, to be closed unless it is our own stdin, 0; undefined where there
 * is none.
 */
export function openTerminalInput(platform: NodeJS.Platform, environment: Environment): number | undefined {
  if (isatty(0)) return 0
  const files = openFiles(platform, environment)
  if (files === undefined) return undefined
  closeSync(files.output)
  return files.openInput()
}

interface TerminalFiles {
  readonly output: number
  /** A file of its own for each question: closing it leaves what is typed next to others who read there. */
  openInput(): number
}

function openFiles(platform: NodeJS.Platform, environment: Environment): TerminalFiles | undefined {
  try {
    if (platform !== 'win32') {
      return { output: openSync('/dev/tty', 'w'), openInput: () => openSync('/dev/tty', 'r') }
    }
    // In Git Bash's own window a program for Windows has a console that nobody sees, and would wait there forever.
    if (environment['MSYSTEM'] && !isatty(2)) return undefined
    return { output: openSync('\\\\.\\CONOUT$', 'r+'), openInput: () => openSync('\\\\.\\CONIN$', 'r+') }
  } catch {
    return isatty(0) && isatty(2) ? { output: 2, openInput: () => openSync('/dev/stdin', 'r') } : undefined
  }
}

/** Reads one answer at a time. */
class Question {
  private readonly openInput: () => number
  private stream: ReadStream | undefined

  constructor(openInput: () => number) {
    this.openInput = openInput
  }

  async read<T>(listen: (stream: ReadStream, answer: (value: T) => void) => void): Promise<T | undefined> {
    try {
      const stream = new ReadStream(this.openInput())
      this.stream = stream
      return await new Promise<T | undefined>((resolve, reject) => {
        stream.on('error', reject).on('end', () => resolve(undefined))
        listen(stream, (value) => {
          // At once: nothing more may be read.
          this.close()
          resolve(value)
        })
      })
    } catch {
      // The terminal has hung up.
      return undefined
    } finally {
      this.close()
    }
  }

  close(): void {
    if (this.stream?.isRaw) this.stream.setRawMode(false)
    this.stream?.removeAllListeners('keypress').destroy()
    this.stream = undefined
  }
}

function listenForLine(stream: ReadStream, answer: (line: string | undefined) => void): void {
  let typed = ''
  stream.setEncoding('utf8').on('data', (chunk) => {
    typed += chunk
    const end = typed.search(/[\r\n]/)
    // Ctrl-Z, the end of a text on Windows, comes as a character.
    if (end >= 0) answer(typed.startsWith('\x1a') ? undefined : typed.slice(0, end))
  })
}
