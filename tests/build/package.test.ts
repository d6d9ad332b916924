import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it, vi } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
const read = (name: string) => readFileSync(join(root, name), 'utf8')
const packageJson = JSON.parse(read('package.json'))

it('what is bundled is what build/bundled-packages.txt lists, each with the text of its license', () => {
  const text = read('dist/LICENSES.txt')
  const titles = [...text.matchAll(/^(\S+) (\d\S*) \((.+)\)$/gm)]
  const bundled = titles.map(([, name, , license]) => `${name} (${license})`).sort()
  expect(bundled).toEqual(read('build/bundled-packages.txt').trimEnd().split('\n'))
  for (const [, name = '', version] of titles) {
    expect(JSON.parse(read(`node_modules/${name}/package.json`)).version).toBe(version)
  }
  const parts = text.split(/^-{79}$/m)
  expect(parts.filter((part) => !/permission|permitted|Apache License/i.test(part))).toEqual([])
})

it('the package needs no other at run time, and runs nothing when it is installed', () => {
  const dependencies = Object.keys(packageJson).filter((key) => /dependencies$/i.test(key))
  expect(dependencies).toEqual(['devDependencies'])
  const atInstallation = ['preinstall', 'install', 'postinstall', 'prepare', 'prepublish']
  expect(atInstallation.filter((name) => name in packageJson.scripts)).toEqual([])
})

// npm takes its time on a busy machine.
vi.setConfig({ testTimeout: 200_000 })

it('what npm packs is the bundle, its licenses, the manual and the wrappers, below 400 kB', {
  tags: 'slow',
}, () => {
  // Its script would build anew, beneath the tests that run the bundle.
  const words = ['pack', '--dry-run', '--json', '--ignore-scripts']
  const { stdout } = spawnSync('npm', words, {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
  const [{ size, files }] = JSON.parse(stdout)
  const chunks = ['aws-mfa-env', 'iam', 'main', 'sdk', 'tunnel'].map((name) => `dist/${name}.cjs`)
  const shells = readdirSync(join(root, 'shells')).map((name) => `shells/${name}`)
  const others = ['CHANGELOG.md', 'LICENSE', 'README.md', 'dist/LICENSES.txt', 'man/aws-mfa-env.1']
  const packed = files.map(({ path }: { path: string }) => path)
  expect(packed.sort()).toEqual([...chunks, ...shells, ...others, 'package.json'].sort())
  expect(size).toBeLessThan(400_000)
})
