import { chmod } from 'node:fs/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { setUps } from '../../src/help/set-up.ts'
import { type CommandName, commandOptions, commandWords, commonOptions } from '../../src/options.ts'
import { script } from '../device/pseudo-terminal.ts'
import { describeEachShell } from '../real-shells/each-shell.ts'
import { runProgram, withSandbox } from '../real-shells/run.ts'
import { withTool } from '../real-shells/wrapper-sandbox.ts'
import { runTool, toolLine, toolPath } from './tool.ts'

/** What the words print, which is to be help. */
function readHelp(words: readonly string[], environment = {}): Promise<string> {
  return withSandbox(async (sandbox) => {
    const { status, stdout, stderr } = await runTool(words, { sandbox, environment })
    expect({ words, status, stderr }).toEqual({ words, status: 0, stderr: '' })
    return stdout
  })
}

const widthOf = (text: string) => Math.max(...text.split('\n').map((line) => line.length))

describe('help', () => {
  it.each(['bash', 'zsh', 'sh', 'ksh', 'fish'])(
    'for %s leaves a line of a terminal of 24 free',
    async (shell) => {
      const text = await readHelp(['--help', '-s', shell])
      expect(text.trimEnd().split('\n').length).toBeLessThan(24)
      expect(widthOf(text)).toBeLessThanOrEqual(80)
    },
  )

  it.each(['powershell', 'cmd'])('for %s fits in the larger window that it has', async (shell) => {
    const text = await readHelp(['--help', '-s', shell])
    expect(text.trimEnd().split('\n').length).toBeLessThan(28)
    expect(widthOf(text)).toBeLessThanOrEqual(80)
    expect(text).toContain(setUps[shell as 'cmd'].line)
  })

  it('is the same by either way', async () => {
    const main = await readHelp(['help'])
    expect(main).toBe(await readHelp(['--help']))
    expect(main).toBe(await readHelp(['-p', 'work', '-h']))
    expect(await readHelp(['help', 'unset'])).toBe(await readHelp(['--unset', '--help']))
    expect(await readHelp(['help', 'exec'])).toBe(await readHelp(['exec', '-h']))
    expect(commandWords.filter((word) => !new RegExp(`^  ${word} `, 'm').test(main))).toEqual([])
  })

  const commands = Object.entries(commandOptions) as [CommandName, readonly string[]][]
  it.each(commands)('for %s names the options that it takes', async (command, own) => {
    const topics: Partial<Record<CommandName, string>> = { export: 'options' }
    const text = await readHelp(['help', topics[command] ?? command])
    const named = [...text.matchAll(/^ {2}(?:-\w, | {4})--(\S+)/gm)].map(([, name]) => name)
    const taken = [...own, ...commonOptions, ...(command === 'export' ? ['unset'] : [])]
    expect(named.toSorted()).toEqual(taken.toSorted())
    expect(widthOf(text)).toBeLessThanOrEqual(80)
    expect(text).toMatch(command === 'export' ? /^What / : /^[A-Z].*\.\n\nusage: aws-mfa-env /)
  })

  it('for a command with a digit in it, or with more words, is none', async () => {
    for (const words of [
      ['help', '123456'],
      ['help', 'exec', 'ls'],
      ['help', '-p', 'x'],
    ]) {
      const { status, stdout, stderr } = await withSandbox((sandbox) => runTool(words, { sandbox }))
      expect({ words, status, stdout }).toEqual({ words, status: 2, stdout: '' })
      expect(stderr).not.toContain('123456 ')
    }
  })
})

describe.skipIf(script === undefined)('at a terminal', () => {
  /** What it shows of these words, as bytes. */
  async function show(
    words: string,
    columns: number,
    environment: Record<string, string> = { TERM: 'xterm' },
  ) {
    return withSandbox(async (sandbox) => {
      const text = `stty cols ${columns} rows 24; ${toolLine} ${words}`
      const { stdout } = await runProgram(script ?? '', ['-qec', text, '/dev/null'], {
        sandbox,
        environment: { SHELL: '/bin/sh', ...environment },
      })
      return `${stdout}`.replaceAll('\r\n', '\n').replace(/^\^D\x08\x08/, '')
    })
  }
  const plain = (text: string) => text.replace(/\x1b\[\d+m/g, '')

  it.each([
    [0, 80],
    [50, 50],
    [90, 90],
    [200, 100],
  ])('of %i columns is set in %i', async (columns, width) => {
    const text = plain(await show('help options', columns))
    expect(widthOf(text)).toBeLessThanOrEqual(width)
    expect(widthOf(text)).toBeGreaterThan(width - 15)
    const words = (page: string) => page.split(/\s+/).join(' ')
    expect(words(text)).toBe(words(await readHelp(['help', 'options'])))
  })

  it.each([
    ['xterm', { TERM: 'xterm' }, true],
    ['a dumb one', { TERM: 'dumb' }, false],
    ['one without a name', {}, false],
    ['NO_COLOR', { TERM: 'xterm', NO_COLOR: '1' }, false],
    ['an empty NO_COLOR', { TERM: 'xterm', NO_COLOR: '' }, true],
  ])('has bold headings only where they are welcome: %s', async (_, environment, bold) => {
    const text = await show('exec --help', 80, environment)
    expect(text.includes('\x1b[1musage:\x1b[0m')).toBe(bold)
    expect(plain(text)).toBe(await readHelp(['exec', '--help']))
    expect(text.includes('\x1b')).toBe(bold)
  })
})

describeEachShell('help', (shell) => {
  beforeAll(() => chmod(toolPath, 0o755))
  const { line, afterwards } = setUps[shell.dialect]
  // Its engine runs in a host of another name here.
  const ask = shell.dialect === 'powershell' ? 'aws-mfa-env -s powershell -h' : 'aws-mfa-env help'

  it('shows the line that defines awsmfa there, which does', () =>
    withTool(shell, async ({ run }) => {
      const own = afterwards?.line ?? line
      const first = afterwards === undefined ? undefined : await run([line])
      expect(first ?? { status: 0 }).toMatchObject({ status: 0 })
      const { status, stdout, stderr } = await run([ask, own, 'awsmfa help status'])
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
      expect(stdout).toContain(line)
      expect(stdout).toContain(own)
      expect(stdout).toContain('usage: aws-mfa-env status')
    }))
})
