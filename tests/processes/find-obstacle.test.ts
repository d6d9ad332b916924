import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findObstacle } from '../../src/processes/find-obstacle.ts'
import { useFolder } from '../profiles/sandbox.ts'

const folder = useFolder()

describe.skipIf(process.platform === 'win32')('a command', () => {
  const make = (name: string, mode: number) => {
    writeFileSync(join(folder.path, name), '')
    chmodSync(join(folder.path, name), mode)
  }

  it('on PATH is the first file that can be run, past folders of its name', () => {
    const [first, second] = [join(folder.path, 'first'), join(folder.path, 'second')]
    mkdirSync(join(first, 'tool'), { recursive: true })
    mkdirSync(second)
    const path = `${first}:${second}`
    expect(findObstacle('tool', path)).toBe('missing')
    make('second/tool', 0o644)
    expect(findObstacle('tool', path)).toBe('not executable')
    make('second/tool', 0o755)
    expect(findObstacle('tool', path)).toBeUndefined()
  })

  it('by its path is what stands there', () => {
    mkdirSync(join(folder.path, 'folder'))
    expect(findObstacle(join(folder.path, 'folder'), '')).toBe('folder')
    expect(findObstacle(join(folder.path, 'ghost'), '')).toBe('missing')
    make('plain', 0o644)
    expect(findObstacle(join(folder.path, 'plain'), '')).toBe('not executable')
  })
})
