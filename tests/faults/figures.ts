import { appendFileSync } from 'node:fs'
import { basename } from 'node:path'
import { expect } from 'vitest'

/** A row of the table in README.md. */
export interface Figure {
  readonly file: string
  readonly what: string
  readonly figure: string
}

/**
 * Keeps a row for the table in README.md, where `npm run test:faults` gathers them. To be called in a test, behind what
 * it expects, with numbers that were counted and not those that were wanted.
 */
export function recordFigure(what: string, figure: string): void {
  const path = process.env['FAULTS_FIGURES']
  const file = basename(expect.getState().testPath ?? '')
  const row: Figure = { file, what, figure }
  if (path !== undefined) appendFileSync(path, `${JSON.stringify(row)}\n`)
}
