import { spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findOnPath } from '../shells.ts'
import { type CmdOptions, enterRoot, renderLines, sandboxInCmd } from './cmd.ts'

/** Wine's console on a pseudo terminal, where somebody types. */

/** The program of util-linux that gives its child a terminal; undefined where it is not here. */
export const script = findOnPath('script')

/** Something to type as soon as the console has shown something, looked for behind the reply before. */
export interface Reply {
  readonly shown: string
  readonly type: string
}

/** Runs the lines as a batch file in a console; gives all that was shown there, as plain text. */
export async function runInConsole(
  root: string,
  lines: readonly string[],
  replies: readonly Reply[],
  options: CmdOptions,
): Promise<string> {
  const folder = join(options.sandbox.folder, 'scripts')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'console.cmd'), renderLines(['@echo off', ...lines]))
  const cmd = ['/usr/bin/wine', 'cmd', '/d', '/c', `${sandboxInCmd}\\scripts\\console.cmd`]
  // Ctrl-C ends cmd at once, and its children would go with it before they have said what they had to.
  const words = ['/bin/sh', '-c', '"$@"; exec /usr/bin/wineserver --wait', 'sh', ...cmd]
  const [program, environment] = enterRoot(root, words, options)
  const command = program.map((word) => `'${word}'`).join(' ')
  return new Promise((resolve, reject) => {
    const child = spawn(script ?? '', ['-qec', command, '/dev/null'], {
      cwd: options.sandbox.folder,
      env: { ...environment, SHELL: '/bin/sh', TERM: 'xterm' },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const waiting = [...replies]
    let output = ''
    let answered = 0
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      const text = plain(output)
      const [next] = waiting
      const at = next === undefined ? -1 : text.indexOf(next.shown, answered)
      if (next === undefined || at < 0) return
      waiting.shift()
      answered = at + next.shown.length
      // Wine's console does not listen yet: its terminal still echoes by itself.
      setTimeout(() => child.stdin.write(next.type), 700)
    })
    child.stdin.on('error', () => {})
    const timer = setTimeout(() => child.kill('SIGKILL'), options.timeout ?? 50_000)
    child.on('error', reject)
    child.on('close', (_status, signal) => {
      clearTimeout(timer)
      if (signal === null) resolve(plain(output))
      else reject(new Error(`the console had to be closed; it showed: ${plain(output)}`))
    })
  })
}

/** Without what the console says to the terminal about its cursor. */
function plain(output: string): string {
  return output.replace(/\x1b(\[[0-9;?]*[A-Za-z]|\][^\x07]*\x07)/g, '').replace(/\r+\n/g, '\n')
}
