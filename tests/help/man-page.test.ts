import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { renderManPage } from '../../man/man-page.ts'
import { ExitCode } from '../../src/errors.ts'
import { spellOption } from '../../src/help/option-texts.ts'
import { commandWords, type OptionName, options } from '../../src/options.ts'
import { type SettingNames, settingNames } from '../../src/settings.ts'
import { findOnPath, isRequired } from '../real-shells/shells.ts'

let folder: string
let file: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'aws-mfa-env-'))
  file = join(folder, 'aws-mfa-env.1')
  writeFileSync(file, renderManPage('1.2.3', '2026-11-23'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** Each is silent about a page without a fault. */
const linters: readonly (readonly [program: string, leading: readonly string[]])[] = [
  ['mandoc', ['-Tlint']],
  ['man', ['--warnings', '-E', 'UTF-8', '-l', '-Tutf8', '-Z']],
]

describe.each(linters)('%s %j', (program, leading) => {
  const path = findOnPath(program)
  it.skipIf(path === undefined && !isRequired(program))('has nothing to say about the page', () => {
    if (path === undefined) throw new Error(`${program} is not on PATH, and REQUIRE_SHELLS names it`)
    const { status, stdout, stderr } = spawnSync(path, [...leading, file], { encoding: 'utf8' })
    expect({ status, stderr, said: program === 'man' ? '' : stdout }).toEqual({
      status: 0,
      stderr: '',
      said: '',
    })
  })
})

/** The page as its reader sees it, without bold and underlined. */
const readers: readonly (readonly [program: string, leading: readonly string[]])[] = [
  ['mandoc', ['-Tutf8', '-Owidth=200']],
  ['man', ['-E', 'UTF-8', '-l', '-Tutf8']],
]

describe.each(readers)('%s %j shows', (program, leading) => {
  const path = findOnPath(program)
  const read = () =>
    execFileSync(path ?? '', [...leading, file], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8', MANWIDTH: '200' },
    }).replace(/.\x08|\x1b\[\d*m/g, '')

  it.skipIf(path === undefined)('all sections, in their order', () => {
    const sections = read().match(/^[A-Z][A-Z ]+$/gm)
    expect(sections).toEqual(
      'NAME,SYNOPSIS,DESCRIPTION,COMMANDS,OPTIONS,ENVIRONMENT,FILES,EXIT STATUS,EXAMPLES,SECURITY,SEE ALSO'.split(
        ',',
      ),
    )
  })

  it.skipIf(path === undefined)('every command, option, variable and exit code as it is typed', () => {
    const text = read()
    const settings: readonly SettingNames[] = Object.values(settingNames)
    const names = [
      ...commandWords.map((word) => `aws-mfa-env ${word}`),
      ...(Object.keys(options) as OptionName[]).map(spellOption),
      ...settings.flatMap(({ variables, key }) => [...variables, ...(key === undefined ? [] : [key])]),
      'eval "$(aws-mfa-env init bash)"',
      '~/.aws/credentials',
      '%LOCALAPPDATA%\\aws-mfa-env',
    ]
    expect(names.filter((name) => !text.includes(name))).toEqual([])
    const codes = text.slice(text.indexOf('EXIT STATUS')).match(/^ +\d+(?= {2,}\S)/gm)
    expect(codes?.map(Number)).toEqual(Object.values(ExitCode))
  })
})
