import { readFileSync } from 'node:fs'
import { expect } from 'vitest'

/** Waits until that process is no more. */
export async function hasEnded(processId: number): Promise<void> {
  expect(processId).toBeGreaterThan(1)
  await expect.poll(() => isRunning(processId), { timeout: 10_000 }).toBe(false)
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0)
    return !isDefunct(processId)
  } catch {
    return false
  }
}

/** A container need not have anybody who takes an orphan's status. */
function isDefunct(processId: number): boolean {
  return process.platform === 'linux' && /\) Z /.test(readFileSync(`/proc/${processId}/stat`, 'utf8'))
}
