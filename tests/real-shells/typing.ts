import { spawn } from 'node:child_process'
import { script } from '../device/pseudo-terminal.ts'
import type { Sandbox } from './run.ts'

/** Somebody at an interactive shell. */

/** What the shell has to print before each prompt; a prompt alone is drawn again while a line is edited. */
export const ready = '-- ready --'

export interface TypingOptions {
  readonly sandbox: Sandbox
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The keys of each line with its Enter, typed as soon as the shell is ready. */
  readonly lines: readonly string[]
}

/** Runs an interactive shell at a terminal, and ends it behind the last line; gives all that the terminal showed. */
export async function typeAtShell(
  words: readonly string[],
  { sandbox, environment, lines }: TypingOptions,
): Promise<string> {
  const command = words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')
  const child = spawn(script ?? '', ['-qec', `stty cols 110 rows 40; exec ${command}`, '/dev/null'], {
    cwd: sandbox.folder,
    env: { HOME: sandbox.home, LC_ALL: 'C.UTF-8', SHELL: '/bin/sh', TERM: 'xterm', ...environment },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const waiting = [...lines, 'exit\r']
  let shown = ''
  let seen = 0
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    shown += chunk
    const at = shown.indexOf(ready, seen)
    if (at < 0) return
    seen = at + ready.length
    child.stdin.write(waiting.shift() ?? '')
  })
  const timer = setTimeout(() => child.kill('SIGKILL'), 50_000)
  await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve))
  clearTimeout(timer)
  return shown
}
