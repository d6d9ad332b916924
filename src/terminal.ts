import { closeSync, openSync, writeSync } from 'node:fs'
import { isatty, ReadStream } from 'node:tty'
import type { Environment } from './surroundings.ts'

/**
 * The terminal that the user sits at, opened apart from stdin and stdout, which a shell may have captured: whatever
 * asks the user something goes through here, and nothing else does.
 */
export interface Terminal {
  /** Shows the question and waits for a line, which the terminal lets the user edit; undefined at its end (Ctrl-D). */
  ask(question: string): Promise<string | undefined>
  say(text: string): void
  close(): void
}

/** The terminal of this process; undefined where it has none, as in cron. */
export function openTerminal(platform: NodeJS.Platform, environment: Environment): Terminal | undefined {
  const descriptors = openDescriptors(platform, environment)
  if (descriptors === undefined) return undefined
  const { input, output } = descriptors
  let stream: ReadStream | undefined
  const say = (text: string) => {
    try {
      writeSync(output, text)
    } catch {
      // The terminal has hung up.
    }
  }
  return {
    say,
    ask(question) {
      say(question)
      stream ??= new ReadStream(input)
      return readLine(stream)
    },
    close() {
      stream?.destroy()
      if (stream === undefined && input > 2) closeSync(input)
      if (output > 2 && output !== input) closeSync(output)
    },
  }
}

function openDescriptors(
  platform: NodeJS.Platform,
  environment: Environment,
): { input: number; output: number } | undefined {
  try {
    if (platform === 'win32') {
      // In Git Bash's own window a program for Windows has a console that nobody sees, and would wait there forever.
      if (environment['MSYSTEM'] && !isatty(2)) return undefined
      return { input: openSync('\\\\.\\CONIN$', 'r+'), output: openSync('\\\\.\\CONOUT$', 'r+') }
    }
    const descriptor = openSync('/dev/tty', 'r+')
    return { input: descriptor, output: descriptor }
  } catch {
    return isatty(0) && isatty(2) ? { input: 0, output: 2 } : undefined
  }
}

function readLine(stream: ReadStream): Promise<string | undefined> {
  return new Promise((resolve) => {
    let typed = ''
    const finish = (line: string | undefined) => {
      stream.pause()
      stream.removeAllListeners('data').removeAllListeners('end').removeAllListeners('error')
      resolve(line)
    }
    stream.setEncoding('utf8')
    stream.on('data', (chunk) => {
      typed += chunk
      const end = typed.search(/[\r\n]/)
      // Ctrl-Z, the end of a text on Windows, comes as a character.
      if (end >= 0) finish(typed.startsWith('\x1a') ? undefined : typed.slice(0, end))
    })
    stream.on('end', () => finish(undefined))
    stream.on('error', () => finish(undefined))
    stream.resume()
  })
}
