// Has one of the words behind the title chosen, as a program would in whose place it stands: the index on stdout.

import { writeFileSync } from 'node:fs'
import { chooseFromMenu } from '../../src/device/menu.ts'
import { Failure } from '../../src/errors.ts'
import { openTerminal } from '../../src/terminal.ts'

const [title = '', ...rows] = process.argv.slice(2)
writeFileSync('pid', `${process.pid}`)
const terminal = openTerminal(process.platform, process.env)
if (terminal === undefined) throw new Error('there is no terminal')
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    terminal.restore()
    terminal.say('\n')
    process.exit(99)
  })
}
try {
  const index = await chooseFromMenu(terminal, title, rows)
  const { ASK: question } = process.env
  const line = question ? await terminal.ask(question) : ''
  process.stdout.write(`${index}${line}`)
} catch (error) {
  if (!(error instanceof Failure)) throw error
  process.stdout.write(error.message)
  process.exitCode = error.exitCode
}
