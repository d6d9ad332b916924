import { writeSync } from 'node:fs'
import { readPrivateFile, writePrivateFile } from '../../src/files/private-files.ts'
import { openPrivateFolder } from '../../src/files/private-folder.ts'

// A process that writes a private file: `writer JOB FOLDER HOME PLATFORM NAME TEXT…`; it says what comes of it.

const [job = '', path = '', home, platform, name = '', ...texts] = process.argv.slice(2)
const say = (line: string) => writeSync(1, `${line}\n`)

async function main(): Promise<void> {
  const folder = openPrivateFolder(path, process.getuid?.(), {
    platform: platform as NodeJS.Platform,
    homeFolder: () => home,
    debug: say,
  })
  if (typeof folder === 'string') return void say(folder)
  if (job === 'read') return void say(`${readPrivateFile(folder, name)}`)
  // Each text is of one character, so that a mixture can be told.
  const wholes = texts.map((text) => text.repeat(30_000))
  try {
    for (const whole of wholes) await writePrivateFile(folder, name, whole)
    say('written')
  } catch (error) {
    say(`${(error as NodeJS.ErrnoException).code}`)
  }
}

void main()
