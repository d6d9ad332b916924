import type { Change } from '../variables/change.ts'
import type { Dialect } from './dialect.ts'

// cmd reads 8,191 characters of a line, name and quotes among them.
const longestValue = 8000

// No one spelling of these suits a line that is typed, one that a batch file evaluates and delayed expansion.
const unsayable: readonly (readonly [RegExp, string])[] = [
  [/^$/, 'is empty, which in cmd is not to be set'],
  [/"/, 'has a double quote'],
  [/%/, 'has a percent sign'],
  [/!/, 'has an exclamation mark'],
  [/[\x00-\x1f\x7f]/, 'has a control character'],
  [/[^\x00-\x7f]/, 'has a character outside ASCII'],
]

/** One `set` a line and nothing else, so that `for /f "tokens=1,*"` can take the lines without running them. */
export const cmd: Dialect = {
  render(changes) {
    const cleared = changes.filter(({ value }) => value === null)
    const set = changes.filter(({ value }) => value !== null)
    return [...cleared, ...set].map(renderChange).join('')
  },
  // `exit` alone would close the window in which the line is evaluated.
  renderFailure: (exitCode) => `cmd /d /c exit ${exitCode}\r\n`,
  refusal(value) {
    if (value.length > longestValue) return `is longer than the ${longestValue} characters that cmd can set`
    return unsayable.find(([pattern]) => pattern.test(value))?.[1]
  },
}

function renderChange({ name, value }: Change): string {
  return `set "${name}=${value ?? ''}"\r\n`
}
