import { spawn } from 'node:child_process'
import { appendFileSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { takeTurn, type Waiting } from '../../src/files/turn.ts'

// A process that takes turns: `contender FOLDER NAME hold|leave|count …`. It says what happens on stdout.

const [folder = '', name = '', job = '', ...files] = process.argv.slice(2)
const self = { platform: process.platform, processId: process.pid }
// At once: what a killed process has said counts.
const say = (line: string) => writeSync(1, `${line}\n`)

function waiting(answerFile?: string): Waiting<string> {
  return {
    onWait: (holder) => say(`waits for ${holder}`),
    settled: () => (answerFile === undefined ? undefined : readIfThere(answerFile)),
  }
}

/** Has the turn until it is told what to do. */
async function hold(answerFile?: string): Promise<void> {
  const result = await takeTurn(folder, name, self, waiting(answerFile))
  if (result === undefined) return void say('none')
  if ('settled' in result) return void say(`settled: ${result.settled}`)
  say('holds')
  for await (const line of createInterface(process.stdin)) {
    // An open stdin alone would keep the process.
    if (line === 'leave') return void process.stdin.destroy()
    if (line === 'release') {
      result.turn.release()
      result.turn.release()
      say('released')
    }
    if (line === 'block') {
      say('blocks')
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
    }
    if (line === 'spawn') {
      const { pid } = spawn('sleep', ['60'], { stdio: 'inherit', detached: true })
      say(`spawned ${pid}`)
    }
  }
}

/** Adds one to a counter, so many times, in a way that shows when two do so at once. */
async function count(counterFile = '', logFile = '', times = ''): Promise<void> {
  for (let round = 0; round < Number(times); round++) {
    const result = await takeTurn(folder, name, self, { onWait() {}, settled() {} })
    if (result === undefined || !('turn' in result)) throw new Error('no turn')
    appendFileSync(logFile, `enter ${process.pid}\n`)
    const value = Number(readIfThere(counterFile) ?? 0) + 1
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 3))
    writeFileSync(`${counterFile}.${process.pid}`, `${value}`)
    renameSync(`${counterFile}.${process.pid}`, counterFile)
    appendFileSync(logFile, `leave ${process.pid} ${value}\n`)
    result.turn.release()
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

if (job === 'hold') void hold(...files)
else void count(...files)
