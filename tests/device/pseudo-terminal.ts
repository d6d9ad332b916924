import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { Sandbox } from '../real-shells/run.ts'
import { findOnPath } from '../real-shells/shells.ts'

/** A program at a pseudo terminal, where somebody types. */

/** The program of util-linux that gives its child a terminal; undefined where it is not here. macOS has another one. */
export const script = process.platform === 'linux' ? findOnPath('script') : undefined

/** What is done as soon as the terminal has shown something, looked for behind the reply before. */
export interface Reply {
  readonly shown: string
  /** Typed; or something else is done, and the text that may come of that is typed. */
  readonly reply: string | (() => Promise<unknown>)
}

export interface Size {
  readonly columns: number
  readonly rows: number
}

export interface TerminalOptions {
  readonly sandbox: Sandbox
  readonly replies: readonly Reply[]
  readonly size?: Size
  readonly environment?: Readonly<Record<string, string>>
  /** Milliseconds; then the terminal is closed. */
  readonly timeout?: number
}

export interface ScriptRun {
  readonly status: number | null
  /** All that the terminal was sent. */
  readonly shown: string
}

export interface TerminalRun extends ScriptRun {
  readonly stdout: string
}

/**
 * Runs a program in `$(...)` of a shell at a terminal of that size, which has to be left as it was found; the program's
 * stderr is the terminal.
 */
export async function runAtTerminal(
  words: readonly string[],
  options: TerminalOptions,
): Promise<TerminalRun> {
  const { columns, rows } = options.size ?? { columns: 80, rows: 24 }
  const command = words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')
  const text = [
    `stty cols ${columns} rows ${rows}`,
    'stty -a >before',
    // Not to end before the program when the terminal interrupts both.
    'trap : INT',
    `stdout=$(${command})`,
    'status=$?',
    'stty -a >after',
    'printf %s "$stdout" >stdout',
    'exit $status',
  ].join('\n')
  const { status, shown } = await runScriptAtTerminal(text, options)
  const read = (name: string) => readFile(join(options.sandbox.folder, name), 'utf8')
  expect(await read('after'), shown).toBe(await read('before'))
  return { status, shown, stdout: await read('stdout') }
}

/** Runs lines of sh whose stdin, stdout and stderr are a terminal. */
export async function runScriptAtTerminal(
  text: string,
  { sandbox, replies, environment, timeout = 40_000 }: TerminalOptions,
): Promise<ScriptRun> {
  const child = spawn(script ?? '', ['-qec', text, '/dev/null'], {
    cwd: sandbox.folder,
    env: {
      PATH: process.env['PATH'],
      HOME: sandbox.home,
      LC_ALL: 'C.UTF-8',
      SHELL: '/bin/sh',
      TERM: 'xterm',
      ...environment,
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve)
  })
  const shown = answer(child.stdout, replies, (typed) => child.stdin.write(typed))
  const timer = setTimeout(() => child.kill('SIGKILL'), timeout)
  const status = await ended
  clearTimeout(timer)
  return { status, shown: shown() }
}

/** Replies to what the terminal shows; gives what it has shown so far. */
function answer(
  terminal: NodeJS.ReadableStream,
  replies: readonly Reply[],
  type: (text: string) => void,
): () => string {
  const waiting = [...replies]
  let output = ''
  let answered = 0
  const look = () => {
    const [next] = waiting
    const at = next === undefined ? -1 : output.indexOf(next.shown, answered)
    if (next === undefined || at < 0) return
    waiting.shift()
    answered = at + next.shown.length
    if (typeof next.reply === 'string') type(next.reply)
    else void next.reply().then((typed) => typeof typed === 'string' && type(typed))
    look()
  }
  terminal.setEncoding('utf8').on('data', (chunk) => {
    output += chunk
    look()
  })
  return () => output
}

/** What stands on the screen, and has stood on it above, after that output: the lines without blanks behind them. */
export function renderScreen(output: string, { columns, rows }: Size): string[] {
  const lines = ['']
  let row = 0
  let column = 0
  for (const [piece, number, erase] of output.matchAll(/\x1b\[(\d+)A|\x1b\[(J)|./gsu)) {
    if (number !== undefined) row = Math.max(0, lines.length - rows, row - Number(number))
    else if (erase !== undefined) {
      lines.splice(row + 1)
      lines[row] = (lines[row] ?? '').slice(0, column)
    } else if (piece === '\r') column = 0
    else if (piece === '\n' || column === columns) {
      row++
      if (row === lines.length) lines.push('')
    }
    if (/[\x00-\x1f]/.test(piece)) continue
    if (column === columns) column = 0
    const line = lines[row] ?? ''
    lines[row] = line.slice(0, column).padEnd(column) + piece + line.slice(column + 1)
    column++
  }
  return lines.map((line) => line.trimEnd())
}
