import { writeSync } from 'node:fs'
import { readPrivateFile, writePrivateFile } from '../../src/files/private-files.ts'
import { openPrivateFolder } from '../../src/files/private-folder.ts'

// A process that writes a private file: `writer JOB FOLDER HOME PLATFORM NAME TEXT…`; it says what comes of it.

const [job = '', path = '', home, platform, name = '', ...texts] = process.argv.slice(2)
const say = (line: string) => writeSync(1, `${line}\n`)

function run(): string {
  const folder = openPrivateFolder(path, process.getuid?.(), {
    platform: platform as NodeJS.Platform,
    homeFolder: () => home,
    debug: say,
  })
  if (typeof folder === 'string') return folder
  if (job === 'read') return `${readPrivateFile(folder, name)}`
  try {
    // Each text is of one character, so that a mixture can be told.
    for (const text of texts) writePrivateFile(folder, name, text.repeat(30_000))
    return 'written'
  } catch (error) {
    return `${(error as NodeJS.ErrnoException).code}`
  }
}

say(run())
