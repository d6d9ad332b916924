import fc from 'fast-check'
import { expect } from 'vitest'
import { Failure } from '../../src/errors.ts'
import { counts } from './counts.ts'
import { recordFigure } from './figures.ts'

/** What a reader gives, and undefined where it refuses in our words; anything else is its fault. */
export async function unlessRefused<T>(read: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof Failure) return undefined
    throw error
  }
}

/** What this process has used: on a busy machine time says little. */
export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

/** Tries so many, and tells how many; fails where one of them takes longer than anybody would wait. */
export async function fuzz<T>(
  what: string,
  arbitrary: fc.Arbitrary<T>,
  numRuns: number,
  check: (one: T) => Promise<void>,
) {
  let tried = 0
  let longest = 0
  const property = fc.asyncProperty(arbitrary, async (one) => {
    const start = cpuSeconds()
    await check(one)
    longest = Math.max(longest, cpuSeconds() - start)
    tried += 1
  })
  await fc.assert(property, { numRuns, interruptAfterTimeLimit: counts.fuzzingTime })
  expect(longest).toBeLessThan(5)
  recordFigure(`spoiled ${what}, read`, `${tried}, 0 crashes`)
}
