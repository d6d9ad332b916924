import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { withSandbox } from '../real-shells/run.ts'
import { errorText, runTool } from './tool.ts'

const read = (file: string) => readFileSync(fileURLToPath(new URL(`../../shells/${file}`, import.meta.url)))

const files: readonly (readonly [shell: string, file: string])[] = [
  ['bash', 'awsmfa.bash'],
  ['zsh', 'awsmfa.zsh'],
  ['sh', 'awsmfa.sh'],
  ['dash', 'awsmfa.sh'],
  ['ksh', 'awsmfa.sh'],
  ['fish', 'awsmfa.fish'],
  ['tcsh', 'awsmfa.tcsh'],
  ['csh', 'awsmfa.tcsh'],
  ['elvish', 'awsmfa.elv'],
  ['xonsh', 'awsmfa.xsh'],
  ['nu', 'awsmfa.nu'],
  ['powershell', 'awsmfa.ps1'],
  ['pwsh', 'awsmfa.ps1'],
  ['cmd', 'awsmfa.cmd'],
]

const reminders: readonly (readonly [shell: string, file: string])[] = [
  ['bash', 'remind.bash'],
  ['zsh', 'remind.zsh'],
  ['fish', 'remind.fish'],
  ['xonsh', 'remind.xsh'],
  ['nu', 'remind.nu'],
  ['powershell', 'remind.ps1'],
]

describe('init', () => {
  it.each(files)('%s prints the very file %s', async (shell, file) => {
    const { status, stdout, stderr } = await withSandbox((sandbox) => runTool(['init', shell], { sandbox }))
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(Buffer.from(stdout).equals(read(file))).toBe(true)
  })

  it.each(files.filter(([shell]) => !['cmd', 'tcsh', 'csh'].includes(shell)))(
    '%s --name gives the function another name',
    async (shell, file) => {
      const words = ['init', shell, '--name', 'mfa_now']
      const { status, stdout, stderr } = await withSandbox((sandbox) => runTool(words, { sandbox }))
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
      expect(stdout).toBe(read(file).toString().replaceAll('awsmfa', 'mfa_now'))
    },
  )

  it.each([
    ['bash', 'if', 'if is a word that shells keep for themselves', 'as in: --name mfa'],
    ['zsh', 'eval', 'eval is a word that shells keep for themselves', 'as in: --name mfa'],
    ['powershell', 'Function', 'Function is a word that shells keep for themselves', 'as in: --name mfa'],
    ['tcsh', 'mfa', 'in tcsh the alias is the name', "as in: alias NAME 'source ~/.awsmfa.tcsh awsmfa \\!*'"],
  ])('%s --name %s is refused', async (shell, name, message, hint) => {
    const words = ['init', shell, '--name', name]
    const ending = await withSandbox((sandbox) => runTool(words, { sandbox }))
    expect(ending).toEqual({ status: 2, stdout: '', stderr: errorText(`--name: ${message}`, hint) })
  })

  it.each(reminders)('%s --remind prints the file %s behind the wrapper', async (shell, file) => {
    const print = (...words: string[]) =>
      withSandbox((sandbox) => runTool(['init', shell, '--remind', ...words], { sandbox }))
    const alone = read(files.find(([name]) => name === shell)?.[1] ?? '').toString()
    const reminder = read(file).toString()
    expect(await print('15m')).toEqual({ status: 0, stdout: `${alone}\n${reminder}`, stderr: '' })
    const said = reminder.replaceAll('15m', '2h').replaceAll('900', '7200')
    expect((await print('2h')).stdout).toBe(`${alone}\n${said}`)
    expect((await print('0', '--name', 'mfa_now')).stdout).not.toMatch(/\bawsmfa\b|15m|900/)
  })

  it.each(['sh', 'ksh', 'tcsh', 'elvish', 'cmd'])('%s --remind is refused', async (shell) => {
    const ending = await withSandbox((sandbox) => runTool(['init', shell, '--remind', '15m'], { sandbox }))
    const hint = `there is one for: ${reminders.map(([name]) => name).join(', ')}`
    const stderr = errorText(`--remind: there is no reminder for ${shell}`, hint)
    expect(ending).toEqual({ status: 2, stdout: '', stderr })
  })

  it.each(['', '1d', '$(x)'])('--remind %j is refused', async (text) => {
    const { status, stderr } = await withSandbox((sandbox) =>
      runTool(['init', 'bash', `--remind=${text}`], { sandbox }),
    )
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining('error: --remind') })
  })

  it.each(['json', 'dotenv'])('has no wrapper for %s', async (name) => {
    const ending = await withSandbox((sandbox) => runTool(['init', name], { sandbox }))
    expect(ending).toMatchObject({ status: 2, stdout: '' })
    expect(ending.stderr).toContain(`there is no shell "${name}"`)
  })

  it('fixes the line ends of the files: CRLF for cmd, else LF', () => {
    for (const [, file] of files) {
      const text = read(file).toString()
      const ends = text.match(/\r?\n/g) ?? []
      expect({ file, ends: [...new Set(ends)] }).toEqual({
        file,
        ends: [file.endsWith('.cmd') ? '\r\n' : '\n'],
      })
    }
  })
})
