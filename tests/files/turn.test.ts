import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { chmod, chown } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { useFolder } from '../profiles/sandbox.ts'
import { findOnPath } from '../real-shells/shells.ts'
import { type Child, pause, useProgram } from './child.ts'

const contender = useProgram('contender.ts')
const folder = useFolder()
const isRoot = process.getuid?.() === 0
const isWindows = process.platform === 'win32'

const start = (job: string, ...files: string[]) => contender.start([folder.path, 'name', job, ...files])

/** A named pipe does not tell whose it is. */
const waitsFor = ({ processId }: Child) => `waits for ${isWindows ? undefined : processId}`

async function startHolder(): Promise<Child> {
  const holder = start('hold')
  await holder.hears('holds')
  return holder
}

async function startWaiter(holder: Child, ...files: string[]): Promise<Child> {
  const waiter = start('hold', ...files)
  await waiter.hears(waitsFor(holder))
  return waiter
}

describe('a turn', () => {
  it('goes to who waits when it is released, and only then', async () => {
    const holder = await startHolder()
    const waiter = await startWaiter(holder)
    expect(waiter.lines).toEqual([waitsFor(holder)])
    holder.say('release')
    await waiter.hears('holds')
    expect(holder.lines).toEqual(['holds', 'released'])
  })

  it('ends with its process, which does not stay for it', async () => {
    const holder = await startHolder()
    const waiter = await startWaiter(holder)
    holder.say('leave')
    expect(await holder.result()).toEqual(['holds'])
    await waiter.hears('holds')
  })

  it('ends with its process when that is killed', async () => {
    const holder = await startHolder()
    const waiter = await startWaiter(holder)
    holder.kill()
    await waiter.hears('holds')
  })

  it.skipIf(isWindows)('is not inherited by a program that the holder started', async () => {
    const holder = await startHolder()
    holder.say('spawn')
    while (holder.lines.length < 2) await pause(5)
    const program = Number(holder.lines[1]?.split(' ')[1])
    try {
      holder.kill()
      await start('hold').hears('holds')
      process.kill(program, 0)
    } finally {
      process.kill(program)
    }
  })

  it.skipIf(isWindows).each([
    ['stopped', (holder: Child) => holder.kill('SIGSTOP')],
    ['blocked', (holder: Child) => holder.say('block')],
  ])('stays with a holder that is %s, and ends when it is killed', async (_, hinder) => {
    const holder = await startHolder()
    const early = await startWaiter(holder)
    hinder(holder)
    await pause(100)
    const late = await startWaiter(holder)
    await pause(200)
    expect([...early.lines, ...late.lines]).not.toContain('holds')
    holder.kill()
    const next = await Promise.race([early, late].map((child) => child.hears('holds').then(() => child)))
    next.say('leave')
    await (next === early ? late : early).hears('holds')
  })

  it('of another name or folder is another one', async () => {
    await startHolder()
    await contender.start([folder.path, 'other', 'hold']).hears('holds')
    const other = join(folder.path, 'other')
    mkdirSync(other)
    await contender.start([other, 'name', 'hold']).hears('holds')
  })

  it('can be had again in the same process', async () => {
    await startHolder().then((holder) => holder.say('release'))
    const [counter, log] = [join(folder.path, 'counter'), join(folder.path, 'log')]
    expect(await start('count', counter, log, '3').result()).toEqual([])
    expect(readFileSync(counter, 'utf8')).toBe('3')
  })

  it.skipIf(isWindows)('leaves one socket behind, which nobody else may connect to', async () => {
    for (let round = 0; round < 3; round++) {
      const holder = await startHolder()
      holder.say('leave')
      await holder.end
    }
    const [file = '', ...others] = readdirSync(folder.path)
    expect(others).toEqual([])
    expect(file).toMatch(/^[0-9a-f]{16}\.turn-3$/)
    expect(statSync(join(folder.path, file)).mode & 0o777).toBe(0o600)
  })
})

describe('who waits', () => {
  it('has no need of the turn where the matter is settled', async () => {
    const answer = join(folder.path, 'answer')
    const holder = await startHolder()
    const waiters = [await startWaiter(holder, answer), await startWaiter(holder, answer)]
    writeFileSync(answer, '42')
    holder.say('release')
    for (const waiter of waiters) {
      expect(await waiter.result()).toEqual([waitsFor(holder), 'settled: 42'])
    }
  })

  it('asks with the turn in hand, and gives it back', async () => {
    const answer = join(folder.path, 'answer')
    writeFileSync(answer, '42')
    expect(await start('hold', answer).result()).toEqual(['settled: 42'])
    await startHolder()
  })

  it('may be killed without harm to the holder', async () => {
    const holder = await startHolder()
    const waiter = await startWaiter(holder)
    waiter.kill()
    await waiter.end
    holder.say('release')
    await holder.hears('released')
  })
})

const hasStrace = process.platform === 'linux' && findOnPath('strace') !== undefined

describe('who comes late', () => {
  it.skipIf(!hasStrace)(
    'with a number that has been used meanwhile gives way (by strace)',
    { tags: 'slow' },
    async () => {
      const dead = await startHolder()
      dead.kill()
      await dead.end
      const trace = join(folder.path, 'trace')
      const starter = ['strace', '-D', '-f', '-qq', '-o', trace, '-e', 'trace=connect,bind']
      const late = contender.start([folder.path, 'name', 'hold'], {
        starter: [...starter, '-e', 'inject=bind:delay_enter=500000'],
      })
      // It has found the first number dead, and stops before it makes the second.
      await expect.poll(() => readFileSync(trace, 'utf8'), { interval: 5 }).toContain('ECONNREFUSED')
      late.kill('SIGSTOP')
      const second = await startHolder()
      second.say('leave')
      await second.end
      const third = await startHolder()
      expect(listTurns()).toEqual(['turn-3'])
      late.kill('SIGCONT')
      await late.hears(waitsFor(third))
      expect(listTurns()).toEqual(['turn-2', 'turn-3'])
      third.kill()
      await late.hears('holds')
      expect(listTurns()).toEqual(['turn-4'])
    },
  )
})

describe.skipIf(isWindows)('no turn', () => {
  const takeIn = (path: string, userId?: number) =>
    contender.start([path, 'name', 'hold'], userId === undefined ? {} : { userId }).result()

  it('is to be had in a folder that is missing, or is a file', async () => {
    writeFileSync(join(folder.path, 'file'), '')
    expect(await takeIn(join(folder.path, 'missing'))).toEqual(['none'])
    expect(await takeIn(join(folder.path, 'file'))).toEqual(['none'])
  })

  it.skipIf(!isRoot)('is to be had in a folder that cannot be written to (as root)', async () => {
    await chmod(folder.path, 0o755)
    expect(await takeIn(folder.path, 12345)).toEqual(['none'])
    expect(readdirSync(folder.path)).toEqual([])
  })
})

function listTurns(): string[] {
  const sockets = readdirSync(folder.path).filter((file) => file.includes('.'))
  return sockets.map((file) => file.split('.')[1] ?? '').sort()
}

/** Folders inside of one another, with a path of so many bytes. */
function makeLongFolder(length: number): string {
  let path = folder.path
  while (path.length < length) path = join(path, 'x'.repeat(Math.min(100, length - path.length - 1)))
  mkdirSync(path, { recursive: true })
  expect(path.length).toBe(length)
  return path
}

describe.skipIf(process.platform !== 'linux')('a path too long for a socket (on Linux)', () => {
  it.each([66, 67, 68, 100, 107, 108, 500])('of %i bytes is reached another way', async (length) => {
    const long = makeLongFolder(length)
    const short = join(folder.path, 's')
    symlinkSync(long, short)
    const holder = contender.start([long, 'name', 'hold'])
    await holder.hears('holds')
    // By its short name it is the same folder.
    const waiters = [long, short].map((path) => contender.start([path, 'name', 'hold']))
    for (const waiter of waiters) await waiter.hears(waitsFor(holder))
    holder.kill()
    const next = await Promise.race(waiters.map((waiter) => waiter.hears('holds').then(() => waiter)))
    next.say('leave')
    await next.end
    await waiters.find((waiter) => waiter !== next)?.hears('holds')
    expect(readdirSync(long)).toHaveLength(1)
  })
})

describe.skipIf(!isRoot)('a umask (as root)', () => {
  it.each(['000', '077', '777'])('of %s does not matter', async (umask) => {
    const userId = 12345
    await chown(folder.path, userId, userId)
    const words = [folder.path, 'name', 'hold']
    const holder = contender.start(words, { userId, umask })
    await holder.hears('holds')
    const waiter = contender.start(words, { userId, umask })
    await waiter.hears(waitsFor(holder))
    holder.kill()
    await waiter.hears('holds')
  })
})

describe('many', { tags: 'slow' }, () => {
  /** The log as it should be: no two inside at once, and each value higher than those before. */
  function expectOneAtATime(lines: readonly string[], killed: ReadonlySet<number>): void {
    let inside: number | undefined
    let last = 0
    const gone = new Set<number>()
    for (const [index, line] of lines.entries()) {
      const [step, ...numbers] = line.split(' ')
      const [processId = 0, value = 0] = numbers.map(Number)
      const at = `line ${index}: ${line}, with ${inside} inside`
      expect(gone.has(processId), at).toBe(false)
      if (step === 'enter') {
        // Only death leaves without a word.
        if (inside !== undefined) {
          expect(killed.has(inside), at).toBe(true)
          gone.add(inside)
        }
        inside = processId
      } else {
        expect(processId, at).toBe(inside)
        expect(value, at).toBeGreaterThan(last)
        last = value
        inside = undefined
      }
    }
  }

  const readLog = () => readFileSync(join(folder.path, 'log'), 'utf8').split('\n').slice(0, -1)
  const startCounter = (turns: string, times: number) =>
    contender.start([
      turns,
      'name',
      'count',
      join(folder.path, 'counter'),
      join(folder.path, 'log'),
      `${times}`,
    ])

  function makeTurnsFolder(): string {
    const turns = join(folder.path, 'turns')
    mkdirSync(turns, { mode: 0o700 })
    writeFileSync(join(folder.path, 'log'), '')
    return turns
  }

  it('each have it once', async () => {
    const turns = makeTurnsFolder()
    const children = Array.from({ length: 50 }, () => startCounter(turns, 4))
    for (const child of children) await child.result()
    expect(readFileSync(join(folder.path, 'counter'), 'utf8')).toBe('200')
    expectOneAtATime(readLog(), new Set())
    expect(readLog()).toHaveLength(400)
    if (!isWindows) expect(readdirSync(turns)).toHaveLength(1)
  })

  it.skipIf(isWindows)('have it one at a time although they are killed and stopped', async () => {
    const turns = makeTurnsFolder()
    const killed = new Set<number>()
    const children = Array.from({ length: 4 }, () => startCounter(turns, 1e9))
    for (let round = 0; round < 200; round++) {
      await pause(Math.random() * 25)
      // Mostly the one that has the turn, else any.
      const inside = /^enter (\d+)$/.exec(readLog().at(-1) ?? '')?.[1]
      const holder = round % 4 > 0 ? children.findIndex((child) => `${child.processId}` === inside) : -1
      const victim = holder < 0 ? round % 4 : holder
      const [child] = children.splice(victim, 1, startCounter(turns, 1e9))
      const paused = children[(victim + 1) % 4]
      paused?.kill('SIGSTOP')
      child?.kill()
      killed.add(child?.processId ?? 0)
      await child?.end
      await pause(Math.random() * 10)
      paused?.kill('SIGCONT')
    }
    const before = readLog().length
    while (readLog().length < before + 100) await pause(5)
    for (const child of children) {
      killed.add(child.processId)
      child.kill()
      await child.end
    }
    expectOneAtATime(readLog(), killed)
    await contender.start([turns, 'name', 'hold']).hears('holds')
    expect(readdirSync(turns)).toHaveLength(1)
  })

  // macOS refuses at some 190.
  it.skipIf(isWindows).each([100])('wait, %i of them, for one that is stopped', async (count) => {
    const answer = join(folder.path, 'answer')
    const holder = await startHolder()
    holder.kill('SIGSTOP')
    const waiters = Array.from({ length: count }, () => start('hold', answer))
    for (const waiter of waiters) await waiter.hears(waitsFor(holder))
    writeFileSync(answer, '42')
    expect(waiters.flatMap((waiter) => waiter.lines)).toHaveLength(count)
    holder.kill()
    for (const waiter of waiters) expect((await waiter.result()).slice(1)).toEqual(['settled: 42'])
  })
})
