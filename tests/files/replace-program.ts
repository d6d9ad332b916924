// Replaces a file in a process of its own: `replace-program PATH PLATFORM SIZE [COUNT]`, COUNT times or until killed;
// for COUNT 0 only what can be told beforehand is told.

import { Failure } from '../../src/errors.ts'
import { refuseUnreplaceable, replaceFile } from '../../src/files/replace-file.ts'

const [path = '', platform = '', size = '0', count = '1'] = process.argv.slice(2)

/** The number of the old text plus one, at both ends of the new one. */
function next(old: Buffer | undefined): Buffer {
  const number = Number.parseInt(old?.toString('latin1', 0, 20) || '0', 10) + 1
  return Buffer.from(`${number}\n${'x'.repeat(Number(size))}\n${number}\n`)
}

try {
  if (count === '0') {
    const groupIds = () => [process.getegid?.() ?? [], process.getgroups?.() ?? []].flat()
    const as = { userId: process.getuid?.(), groupIds, platform: platform as NodeJS.Platform }
    refuseUnreplaceable(path, () => {}, as)
  }
  for (let done = 0; done < Number(count); done++) {
    let made: Buffer = Buffer.of()
    const edit = (old: Buffer | undefined) => {
      made = next(old)
      return made
    }
    replaceFile(path, edit, platform as NodeJS.Platform)
    process.stdout.write(made.subarray(0, made.indexOf('\n') + 1))
  }
} catch (error) {
  if (!(error instanceof Failure)) throw error
  process.stdout.write(JSON.stringify([error.exitCode, error.message, ...error.hints]))
}
