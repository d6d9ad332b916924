import { expect } from 'vitest'

/** Waits until that process is no more. */
export async function hasEnded(processId: number): Promise<void> {
  expect(processId).toBeGreaterThan(1)
  await expect.poll(() => isRunning(processId), { timeout: 10_000 }).toBe(false)
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0)
    return true
  } catch {
    return false
  }
}
