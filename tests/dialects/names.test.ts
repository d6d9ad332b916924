import { describe, expect, it } from 'vitest'
import { dialects, findDialectName, findShellName } from '../../src/dialects/dialects.ts'

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
    ['fish-3.6', 'fish'],
    ['/usr/local/bin/bash-5.2', 'bash'],
    ['zsh-5.9', 'zsh'],
    ['ksh93', 'ksh'],
    ['tcsh', 'tcsh'],
    ['-tcsh', 'tcsh'],
    ['csh', 'tcsh'],
    ['elvish', 'elvish'],
    ['elvish-0.21.0', 'elvish'],
    ['xonsh', 'xonsh'],
    ['nu', 'nu'],
    ['nu.exe', 'nu'],
    ['nushell', 'nu'],
    ['pwsh-lts', 'powershell'],
    ['pwsh-7.4', 'powershell'],
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
    'rc',
    'numbat',
    '5.2',
    'zsh5',
    'python3',
    'bashful',
    '/bin/bash/',
    'bash -l',
    'constructor',
    '.exe',
  ])('%j is none', (shell) => {
    expect(findDialectName(shell)).toBeUndefined()
  })

  it.each([
    ['json', 'json'],
    ['dotenv', 'dotenv'],
    ['JSON', 'json'],
  ])('is named by a document, too, which no process is: %s', (word, name) => {
    expect(findDialectName(word)).toBe(name)
    expect(findShellName(word)).toBeUndefined()
  })

  it('knows each by its own name', () => {
    expect(Object.keys(dialects).map(findDialectName)).toEqual(Object.keys(dialects))
  })
})
