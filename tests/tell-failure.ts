import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { afterEach, beforeEach } from 'vitest'
import { type Run, runs } from './real-shells/run.ts'

// Beside what was expected, a failure shows what ran last and what came of it; secrets, of users who are made up for a
// test, are shown as digests, which still tell one from another.

beforeEach(() => {
  runs.length = 0
})

afterEach(({ task }) => {
  const [first, ...others] = task.result?.errors ?? []
  if (first === undefined) return
  const last = runs.at(-1)
  if (last !== undefined) first.diff = `${first.diff ?? ''}\n${describeRun(last)}`
  for (const error of [first, ...others]) {
    for (const part of ['message', 'diff', 'actual', 'expected', 'stack'] as const) {
      if (typeof error[part] === 'string') error[part] = hideSecrets(error[part])
    }
  }
})

function describeRun({ what, sent, ending }: Run): string {
  const end = ending === undefined ? 'it has not ended' : `status ${ending.status ?? ending.signal}`
  return [
    `ran ${what}: ${end}`,
    ...describeText('was sent', sent),
    ...describeText('on stdout', ending?.stdout),
    ...describeText('on stderr', ending?.stderr),
  ].join('\n')
}

function describeText(what: string, bytes: string | Buffer | undefined): string[] {
  const text = bytes?.toString().trimEnd() ?? ''
  const shown = text.length > 3000 ? `${text.slice(0, 1500)}\n[...]\n${text.slice(-1500)}` : text
  return shown === '' ? [] : [`${what}:`, ...shown.split('\n').map((line) => `  ${line}`)]
}

/** Secret keys, tokens and the state variable are long, and of all kinds of characters. */
function hideSecrets(text: string): string {
  return text.replace(/[\w+/-]{40,}=*/g, (word) => {
    const mixed = [/[a-z]/, /[A-Z]/, /\d/].every((kind) => kind.test(word))
    return mixed && !word.startsWith(`${tmpdir()}/`)
      ? `[secret ${createHash('sha256').update(word).digest('hex').slice(0, 6)}]`
      : word
  })
}
