// Prints the code that a command gives, as a program would that main.ts has given its signals.

import { writeFileSync, writeSync } from 'node:fs'
import { Failure, renderFailure } from '../../src/errors.ts'
import { withMfaProcess } from '../../src/token-code/mfa-process.ts'

const [value = ''] = process.argv.slice(2)
writeFileSync('pid', `${process.pid}`)
const ending = new AbortController()
process.once('SIGINT', () => process.exit(130))
process.once('SIGTERM', () => {
  ending.abort()
  process.exit(99)
})
try {
  const { environment, note } = { environment: process.env, note: () => {} }
  const { platform } = process
  const surroundings = {
    environment,
    ownVariables: [],
    platform,
    ending: () => ending.signal,
    now: Date.now,
    note,
  }
  const command = { value, origin: '--mfa-process', from: 'option' } as const
  await withMfaProcess({ command, profileName: 'work', surroundings }, undefined, async (tokenCode) => {
    process.stdout.write(tokenCode)
  })
} catch (error) {
  if (!(error instanceof Failure)) throw error
  writeSync(2, renderFailure(error))
  process.exitCode = error.exitCode
}
