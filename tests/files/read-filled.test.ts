import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { readFilled } from '../../src/files/read-filled.ts'
import { useFolder } from '../profiles/sandbox.ts'
import { pause } from './child.ts'

const folder = useFolder()
let file: string
beforeEach(() => {
  file = join(folder.path, 'credentials')
  writeFileSync(file, 'old')
})

describe('a file that is read', () => {
  it('while another program has emptied it, and fills it again, is whole', async () => {
    await pause(20)
    const script = `const fs = require('fs'); const file = fs.openSync(${JSON.stringify(file)}, 'w'); console.log();
      setTimeout(() => fs.writeSync(file, 'filled'), 150)`
    const writer = spawn(process.execPath, ['-e', script])
    await once(writer.stdout, 'data')
    expect(readFilled(file).toString()).toBe('filled')
    await once(writer, 'close')
  })

  it('may be empty, and have been made so', { tags: 'slow' }, async () => {
    writeFileSync(join(folder.path, 'empty'), '')
    expect(readFilled(join(folder.path, 'empty'))).toHaveLength(0)
    await pause(20)
    writeFileSync(file, '')
    expect(readFilled(file)).toHaveLength(0)
    utimesSync(file, 1e9, 1e9)
    expect(readFilled(file)).toHaveLength(0)
  })
})
