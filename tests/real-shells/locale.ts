import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { it } from 'vitest'
import { findOnPath } from './shells.ts'

type Charmap = 'UTF-8' | 'ISO-8859-1'
type Locale =
  | { environment: Record<string, string>; missing?: never }
  | { environment?: never; missing: string }

/** A test under a German locale, skipped by name where that cannot be had. */
export function itInGerman(
  charmap: Charmap,
  title: string,
  body: (environment: Record<string, string>) => Promise<void>,
): void {
  const made = makeGermanLocale(charmap)
  if (made.environment !== undefined) {
    it(`${title} under LC_ALL=de_DE.${charmap}`, () => body(made.environment))
    return
  }
  it.skip(`${title} under LC_ALL=de_DE.${charmap} is skipped: ${made.missing}`)
}

/**
 * The variables for a German locale, which machines seldom have: made once with `localedef` (Debian's package
 * `locales`) in a cache outside of the tree, for which nobody has to be root. Or why it cannot be made.
 */
function makeGermanLocale(charmap: Charmap): Locale {
  const name = `de_DE.${charmap}`
  const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'aws-mfa-env-tests')
  const folder = join(cache, `locale-${charmap}`)
  const failure = existsSync(folder) ? undefined : compile(cache, folder, name, charmap)
  return failure === undefined ? { environment: { LOCPATH: folder, LC_ALL: name } } : { missing: failure }
}

function compile(cache: string, folder: string, name: string, charmap: Charmap): string | undefined {
  const localedef = findOnPath('localedef')
  if (localedef === undefined) return 'localedef is not on PATH'
  mkdirSync(cache, { recursive: true })
  const build = mkdtempSync(`${folder}.`)
  const { status, stderr } = spawnSync(localedef, [
    '--no-archive',
    '-i',
    'de_DE',
    '-f',
    charmap,
    join(build, name),
  ])
  if (status === 0) {
    try {
      renameSync(build, folder)
    } catch (error) {
      // Another worker was quicker.
      if (!existsSync(folder)) throw error
    }
  }
  rmSync(build, { recursive: true, force: true })
  return status === 0 ? undefined : stderr.toString().trim()
}
