import { describe, expect, it } from 'vitest'
import { dialects, findDialectName } from '../../src/dialects/dialects.ts'

describe('the dialect of a shell', () => {
  it.each([
    ['bash', 'bash'],
    ['rbash', 'bash'],
    ['-bash', 'bash'],
    ['/bin/bash', 'bash'],
    ['C:\\Program Files\\Git\\bin\\bash.exe', 'bash'],
    ['zsh', 'zsh'],
    ['-zsh', 'zsh'],
    ['/opt/homebrew/bin/zsh', 'zsh'],
    ['sh', 'sh'],
    ['-sh', 'sh'],
    ['ash', 'sh'],
    ['dash', 'sh'],
    ['busybox', 'sh'],
    ['mksh', 'sh'],
    ['lksh', 'sh'],
    ['ksh', 'ksh'],
    ['ksh93', 'ksh'],
    ['fish', 'fish'],
    ['FISH', 'fish'],
    ['powershell', 'powershell'],
    ['PowerShell.EXE', 'powershell'],
    ['pwsh', 'powershell'],
    ['pwsh.exe', 'powershell'],
    ['C:/Program Files/PowerShell/7/pwsh.exe', 'powershell'],
    ['cmd', 'cmd'],
    ['C:\\Windows\\System32\\cmd.exe', 'cmd'],
  ])('%s is %s', (shell, name) => {
    expect(findDialectName(shell)).toBe(name)
  })

  it.each([
    '',
    '-',
    'node',
    'tmux',
    'login',
    'tcsh',
    'nu',
    'bashful',
    '/bin/bash/',
    'bash -l',
    'constructor',
    '.exe',
  ])('%j is none', (shell) => {
    expect(findDialectName(shell)).toBeUndefined()
  })

  it('knows each by its own name', () => {
    expect(Object.keys(dialects).map(findDialectName)).toEqual(Object.keys(dialects))
  })
})
