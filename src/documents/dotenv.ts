import type { Dialect } from '../dialects/dialect.ts'
import type { Change } from '../variables/change.ts'
import { regionVariables, sessionVariables } from '../variables/names.ts'

/**
 * `NAME=value` lines that docker's --env-file and systemd's EnvironmentFile read alike: the session and its region,
 * since a file cannot take a variable out.
 */
export const dotenv: Dialect = {
  render,
  // The exit status says it.
  renderFailure: () => '',
  refusal,
}

const names: readonly string[] = [...sessionVariables, ...regionVariables]

function render(changes: readonly Change[]): string {
  return changes
    .filter(({ name, value }) => value !== null && names.includes(name))
    .map(({ name, value }) => `${name}=${value}\n`)
    .join('')
}

/**
 * docker takes everything behind `=` as it is; systemd takes quotes, backslashes and spaces at the ends away; docker
 * compose and others expand `$`, and read ` #` as a comment. Keys, tokens, times and regions need none of these.
 */
function refusal(value: string): string | undefined {
  return /^[\w+/=.,:@-]+$/.test(value)
    ? undefined
    : 'is empty or has a character that the readers of such files do not agree on'
}
