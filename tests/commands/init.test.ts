import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { withSandbox } from '../real-shells/run.ts'
import { runTool } from './tool.ts'

const wrapper = (file: string) =>
  readFileSync(fileURLToPath(new URL(`../../shells/${file}`, import.meta.url)))

const files: readonly (readonly [shell: string, file: string])[] = [
  ['bash', 'awsmfa.bash'],
  ['zsh', 'awsmfa.zsh'],
  ['sh', 'awsmfa.sh'],
  ['dash', 'awsmfa.sh'],
  ['ksh', 'awsmfa.sh'],
  ['fish', 'awsmfa.fish'],
  ['powershell', 'awsmfa.ps1'],
  ['pwsh', 'awsmfa.ps1'],
  ['cmd', 'awsmfa.cmd'],
]

describe('init', () => {
  it.each(files)('%s prints the very file %s', async (shell, file) => {
    const { status, stdout, stderr } = await withSandbox((sandbox) => runTool(['init', shell], { sandbox }))
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(Buffer.from(stdout).equals(wrapper(file))).toBe(true)
  })

  it.each(files.filter(([shell]) => shell !== 'cmd'))(
    '%s --name gives the function another name',
    async (shell, file) => {
      const words = ['init', shell, '--name', 'mfa_now']
      const { status, stdout, stderr } = await withSandbox((sandbox) => runTool(words, { sandbox }))
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
      expect(stdout).toBe(wrapper(file).toString().replaceAll('awsmfa', 'mfa_now'))
    },
  )

  it('fixes the line ends of the files: CRLF for cmd, else LF', () => {
    for (const [, file] of files) {
      const text = wrapper(file).toString()
      const ends = text.match(/\r?\n/g) ?? []
      expect({ file, ends: [...new Set(ends)] }).toEqual({
        file,
        ends: [file.endsWith('.cmd') ? '\r\n' : '\n'],
      })
    }
  })
})
