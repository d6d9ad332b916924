import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { findOnPath, isRequired } from './real-shells/shells.ts'

const folder = fileURLToPath(new URL('../shells/', import.meta.url))

/** Each is silent about a file without a fault. */
const linters: readonly (readonly [program: string, leading: readonly string[], file: string])[] = [
  ['shellcheck', ['--norc', '-o', 'all', '-S', 'style', '-s', 'bash'], 'awsmfa.bash'],
  ['shellcheck', ['--norc', '-o', 'all', '-S', 'style', '-s', 'sh'], 'awsmfa.sh'],
  ['shellcheck', ['--norc', '-o', 'all', '-S', 'style', '-s', 'bash'], 'completion.bash'],
  ['zsh', ['--no-rcs', '-n'], 'awsmfa.zsh'],
  ['zsh', ['--no-rcs', '-n'], 'completion.zsh'],
  ['fish', ['--no-config', '-n'], 'awsmfa.fish'],
  ['tcsh', ['-f', '-n'], 'awsmfa.tcsh'],
  ['elvish', ['-norc', '-compileonly'], 'awsmfa.elv'],
  ['fish', ['--no-config', '-n'], 'completion.fish'],
  ['fish_indent', ['--check'], 'awsmfa.fish'],
  ['fish_indent', ['--check'], 'completion.fish'],
  ['shellcheck', ['--norc', '-o', 'all', '-S', 'style', '-s', 'bash'], 'remind.bash'],
  ['zsh', ['--no-rcs', '-n'], 'remind.zsh'],
  ['fish', ['--no-config', '-n'], 'remind.fish'],
  ['fish_indent', ['--check'], 'remind.fish'],
]

describe.each(linters)('%s %j', (program, leading, file) => {
  const path = findOnPath(program)
  it.skipIf(path === undefined && !isRequired(program))(`has nothing to say about ${file}`, () => {
    if (path === undefined) throw new Error(`${program} is not on PATH, and REQUIRE_SHELLS names it`)
    const { status, stdout, stderr } = spawnSync(path, [...leading, `${folder}${file}`], { encoding: 'utf8' })
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' })
  })
})

describe.each(readdirSync(folder))('%s', (file) => {
  const text = readFileSync(`${folder}${file}`, 'latin1')

  it('is ASCII, since a console on Windows decodes it', () => {
    expect(text).toMatch(/^[\n\r\x20-\x7e]+$/)
  })

  it('has the line ends of its system', () => {
    const [others, own] = file.endsWith('.cmd') ? [/[^\r]\n/, '\r\n'] : [/\r/, '\n']
    expect(text).not.toMatch(others)
    expect(text.endsWith(own)).toBe(true)
  })
})
