import { type ChildProcess, spawn } from 'node:child_process'
import type { Environment, Surroundings } from '../surroundings.ts'
import { findRunnable } from './find-obstacle.ts'
import { isReached } from './foreground.ts'
import { findStart, type Start } from './windows-start.ts'

/** How a child ended: by itself, by a signal, or not even started, with the system's error code. */
export type ChildEnd =
  | { readonly status: number }
  | { readonly signal: NodeJS.Signals }
  | { readonly error: string }

/**
 * Runs a command with our stdin, stdout and stderr as its own, in the same process group. Signals that a terminal
 * sends reach it without us; those that are sent to us alone are handed on.
 * @param environment all that it finds there
 * @param descriptors what else it has of ours, under the same numbers, in their order
 */
export async function runChild(
  command: string,
  words: readonly string[],
  environment: Environment,
  descriptors: readonly number[],
  surroundings: RunSurroundings,
): Promise<ChildEnd> {
  const find = surroundings.platform === 'win32' ? findStart : asItIs
  const run = (start: () => Start) => runStart(start, environment, descriptors, surroundings)
  const end = await run(() => find(command, words, environment))
  const isText = 'error' in end && end.error === 'ENOEXEC'
  const script = isText ? findRunnable(command, environment['PATH']) : undefined
  return script === undefined ? end : run(() => asItIs(shell, [script, ...words]))
}

type RunSurroundings = Pick<Surroundings, 'platform' | 'processId' | 'takeSignals'>

function runStart(
  start: () => Start,
  environment: Environment,
  descriptors: readonly number[],
  { platform, processId, takeSignals }: RunSurroundings,
): Promise<ChildEnd> {
  return new Promise((resolve, reject) => {
    const end = (how: ChildEnd) => {
      giveBack()
      resolve(how)
    }
    let child: ChildProcess | undefined
    const giveBack = takeSignals((signal) => {
      if (!isReached(signal, platform, processId)) child?.kill(signal)
    })
    try {
      const { program, words, ...options } = start()
      child = spawn(program, [...words], { ...options, stdio: inherit(descriptors), env: environment })
    } catch (error) {
      giveBack()
      const { code } = error as NodeJS.ErrnoException
      if (code === undefined) reject(error)
      else resolve({ error: code })
      return
    }
    child.on('error', (error: NodeJS.ErrnoException) => end({ error: error.code ?? 'unknown' }))
    child.on('exit', (status, signal) => end(signal === null ? { status: status ?? 0 } : { signal }))
  })
}

function inherit(descriptors: readonly number[]): ('inherit' | 'ignore' | number)[] {
  const last = descriptors.at(-1) ?? 2
  const others = Array.from({ length: last - 2 }, (_, index) => index + 3)
  const handed = others.map((number) => (descriptors.includes(number) ? number : 'ignore'))
  return ['inherit', 'inherit', 'inherit', ...handed]
}

/** What runs a script that names no interpreter (execvp(3)); not every C library and runtime sees to that. */
const shell = '/bin/sh'

const asItIs = (program: string, words: readonly string[]): Start => ({
  program,
  words,
  windowsVerbatimArguments: false,
})
