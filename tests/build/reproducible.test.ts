// @module-tag slow
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type RolldownOptions } from 'rolldown'
import { expect, it } from 'vitest'
import configurations from '../../rolldown.config.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

const title = 'two builds, in folders of other names, are the same to the byte, and so is what is in dist'
it(title, { timeout: 200_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'aws-mfa-env-'))
  try {
    const first = await buildIn(join(folder, 'a'))
    const second = await buildIn(join(folder, 'with space', 'and (more)', 'z'))
    expect([...first.keys()]).toContain('main.cjs')
    expect(second).toEqual(first)
    expect(read(join(root, 'dist'))).toEqual(first)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

/** Builds a copy of the project, whose files all go by that folder's name. */
async function buildIn(folder: string): Promise<Map<string, string>> {
  mkdirSync(folder, { recursive: true })
  for (const name of ['package.json', 'src'])
    cpSync(join(root, name), join(folder, name), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction')
  for (const { resolve, ...options } of configurations as RolldownOptions[]) {
    await build({
      ...options,
      cwd: folder,
      resolve: { ...resolve, symlinks: false },
      output: { ...options.output, dir: join(folder, 'dist') },
    })
  }
  return read(join(folder, 'dist'))
}

function read(folder: string): Map<string, string> {
  return new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]))
}
