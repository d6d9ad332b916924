import { type ChildProcess, spawn } from 'node:child_process'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { afterAll, afterEach, beforeAll } from 'vitest'

const isWindows = process.platform === 'win32'

/** Makes one file of a program for each file of tests, which Node.js starts faster than TypeScript; ends what is left of it. */
export function useProgram(name: string): { start(words: readonly string[], options?: ChildOptions): Child } {
  let file = ''
  const children: Child[] = []
  beforeAll(async () => {
    const bundle = await rolldown({ input: fileURLToPath(new URL(name, import.meta.url)), platform: 'node' })
    // Users other than root run it too.
    const folder = await mkdtemp(join(tmpdir(), 'aws-mfa-env-'))
    await chmod(folder, 0o755)
    file = join(folder, 'program.cjs')
    await bundle.write({ file, format: 'cjs' })
  })
  afterEach(async () => {
    for (const child of children) child.kill()
    // Before the folder goes in which they write.
    for (const child of children.splice(0)) await child.end
  })
  afterAll(() => rm(join(file, '..'), { recursive: true }))
  return {
    start(words, options = {}) {
      const child = new Child(file, words, options)
      children.push(child)
      return child
    },
  }
}

export interface ChildOptions {
  readonly userId?: number
  /** In octal digits, as sh takes it. */
  readonly umask?: string
  /** The program that starts it, which has to become it. */
  readonly starter?: readonly string[]
}

/** A process that says what it does in lines on stdout, and is told what to do in lines on stdin. */
export class Child {
  readonly processId: number
  /** The exit code, or the signal that ended it. */
  readonly end: Promise<number | NodeJS.Signals | null>
  private readonly process: ChildProcess
  private said = ''
  private errors = ''

  constructor(file: string, words: readonly string[], options: ChildOptions) {
    const { userId, umask = '022', starter = [] } = options
    const command = [...starter, process.execPath, file, ...words]
    const viaShell = ['/bin/sh', '-c', `umask ${umask}; exec "$@"`, 'sh', ...command]
    const [program = '', ...rest] = isWindows ? command : viaShell
    this.process = spawn(program, rest, {
      env: isWindows ? process.env : {},
      cwd: '/',
      ...(userId === undefined ? {} : { uid: userId, gid: userId }),
    })
    this.processId = this.process.pid ?? 0
    this.process.stdout?.on('data', (text) => {
      this.said += text
    })
    this.process.stderr?.on('data', (text) => {
      this.errors += text
    })
    this.end = new Promise((resolve) => this.process.on('close', (code, signal) => resolve(code ?? signal)))
  }

  get lines(): readonly string[] {
    return this.said.split('\n').slice(0, -1)
  }

  /** Waits until it has said this line. */
  async hears(line: string): Promise<void> {
    let ended = false
    void this.end.then(() => {
      ended = true
    })
    while (!this.lines.includes(line)) {
      if (ended) throw new Error(`it ended without "${line}": ${JSON.stringify(this.lines)} ${this.errors}`)
      await pause(5)
    }
  }

  /** All that it said, once it has ended by itself. */
  async result(): Promise<readonly string[]> {
    const end = await this.end
    if (end !== 0) throw new Error(`it ended with ${end}: ${this.errors}`)
    return this.lines
  }

  say(line: string): void {
    this.process.stdin?.write(`${line}\n`)
  }

  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    this.process.kill(signal)
  }
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
