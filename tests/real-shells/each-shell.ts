import { describe, it } from 'vitest'
import { type FoundShell, isOwn, isRequired, type Shell, shells } from './shells.ts'

const found = new Map(
  await Promise.all(shells.map(async (shell) => [shell, await findShell(shell)] as const)),
)

async function findShell(shell: Shell): Promise<FoundShell | { missing: string }> {
  const launch = await shell.find()
  return 'missing' in launch ? launch : { ...shell, launch }
}

/**
 * Describes tests for every shell of the table, or for those that `choose` takes. One that is not here is reported
 * as skipped, by name; where REQUIRE_SHELLS names it, that is a failure.
 */
export function describeEachShell(
  title: string,
  body: (shell: FoundShell) => void,
  choose: (shell: Shell) => boolean = () => true,
): void {
  for (const [shell, finding] of found) {
    if (!choose(shell)) continue
    describe(`${title} in ${shell.name}`, { tags: isSlow(shell) ? ['slow'] : [] }, () => {
      if ('missing' in finding) reportMissing(shell.name, finding.missing)
      else body(finding)
    })
  }
}

/** A start of some takes a second; and what a change breaks in one shell it seldom leaves whole in the next of its kind. */
function isSlow(shell: Shell): boolean {
  if (isRequired(shell.name)) return false
  return ['powershell', 'xonsh', 'mksh', 'busybox'].includes(shell.name) || !isOwn(shell)
}

function reportMissing(name: string, reason: string): void {
  if (isRequired(name)) {
    it('is here, since REQUIRE_SHELLS names it', () => {
      throw new Error(reason)
    })
    return
  }
  const skipped = `${name} is skipped: ${reason}`
  console.warn(skipped)
  it.skip(skipped)
}
