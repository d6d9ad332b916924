import { chmodSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { rememberDevice } from '../../src/device/remembered-device.ts'
import { shellNames } from '../../src/dialects/dialects.ts'
import { openPrivateFolder, type PrivateFolder } from '../../src/files/private-folder.ts'
import { runProgram, type Sandbox, withSandbox } from '../real-shells/run.ts'
import { findOnPath } from '../real-shells/shells.ts'
import { errorText, isBundle, runTool, toolCommand, writeProfiles } from './tool.ts'

const script = (file: string) => readFileSync(fileURLToPath(new URL(`../../shells/${file}`, import.meta.url)))

const files: readonly (readonly [shell: string, file: string])[] = [
  ['bash', 'completion.bash'],
  ['zsh', 'completion.zsh'],
  ['fish', 'completion.fish'],
  ['powershell', 'completion.ps1'],
  ['pwsh', 'completion.ps1'],
]
const names = 'one of: bash, zsh, fish, powershell'

describe('completion', () => {
  it.each(files)('%s prints the very file %s', (shell, file) =>
    withSandbox(async (sandbox) => {
      const { status, stdout, stderr } = await runTool(['completion', shell], { sandbox })
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
      expect(Buffer.from(stdout).equals(script(file))).toBe(true)
    }),
  )

  it.each(files)('%s --name completes a wrapper of another name', (shell, file) =>
    withSandbox(async (sandbox) => {
      const { stdout, stderr } = await runTool(['completion', shell, '--name', 'mfa_now'], { sandbox })
      expect(stderr).toBe('')
      expect(stdout).toBe(script(file).toString().replaceAll('awsmfa', 'mfa_now'))
    }),
  )

  it.each<[words: string[], ...lines: string[]]>([
    [['sh'], 'there is no completion for "sh"', names],
    [['cmd'], 'there is no completion for "cmd"', names],
    [['nu'], 'there is no completion for "nu"', names],
    [['zsh5'], 'there is no completion for that shell', 'did you mean zsh?', names],
    [[], 'completion needs the name of a shell', names],
    [['123456'], 'completion takes no code', 'a code alone is the default command: aws-mfa-env 123456'],
    [['bash', 'zsh'], 'completion takes no such argument', 'what it takes: aws-mfa-env completion --help'],
    [
      ['bash', '--name', 'aws-mfa-env'],
      '--name: aws-mfa-env is the program itself',
      'a function of that name would run in place of it, in a subshell that keeps nothing',
    ],
    [['bash', '--words'], 'there is no option "--words"', 'all options: aws-mfa-env --help'],
  ])('%j is a usage error', (words, ...lines) =>
    withSandbox(async (sandbox) => {
      const ending = await runTool(['completion', ...words], { sandbox })
      const [message = '', ...hints] = lines
      expect(ending).toEqual({ status: 2, stdout: '', stderr: errorText(message, ...hints) })
    }),
  )
})

const serials = {
  work: 'arn:aws:iam::123456789012:mfa/work',
  hardware: 'GAHT12345678',
  used: 'arn:aws:iam::123456789012:mfa/used',
}
const config = [
  '[default]\nregion = eu-west-1',
  `[profile work]\nmfa_serial = ${serials.work}\nregion = eu-west-1`,
  `[profile u2f]\nmfa_serial = arn:aws:iam::123456789012:u2f/user/me/key\nregion = us-gov-west-1`,
  `[profile 123456]\nmfa_serial = ${serials.work}`,
  '[services x]',
]
const credentials = [
  `[two words more]\nmfa_serial = ${serials.hardware}`,
  '[-dash]\naws_access_key_id = AKIA000000000000ABCD',
  '[saved]\naws_access_key_id = ASIA000000000000ABCD\naws_mfa_env_session_key_id = ASIA000000000000ABCD\naws_mfa_env_source_profile = work',
  '[overwritten]\naws_access_key_id = AKIA000000000000ABCD\naws_mfa_env_session_key_id = ASIA000000000000ABCD\naws_mfa_env_source_profile = work',
]
const textOf = (sections: readonly string[]) => `${sections.join('\n')}\n`

/** What fish is told, which is all that there is: values and help. */
async function offered(
  sandbox: Sandbox,
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
) {
  const line = ['completion', '--words', 'fish', 'aws-mfa-env', ...words]
  const { status, stdout, stderr } = await runTool(line, { sandbox, environment })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return stdout.split('\n').slice(0, -1)
}
const values = (lines: readonly string[]) => lines.map((line) => line.split('\t')[0])

function cacheIn(sandbox: Sandbox): PrivateFolder {
  const path = join(sandbox.home, '.cache', 'aws-mfa-env')
  const folder = openPrivateFolder(path, process.getuid?.(), {
    platform: process.platform,
    homeFolder: () => sandbox.home,
    debug: () => {},
  })
  if (typeof folder === 'string') throw new Error(folder)
  return folder
}

describe('the values that are offered', () => {
  it('for --profile are the profiles of both files but what would be taken for a code or an option', () =>
    withSandbox(async (sandbox) => {
      await writeProfiles(sandbox, { config: textOf(config), credentials: textOf(credentials) })
      const expected = ['two words more', 'saved', 'overwritten', 'default', 'work', 'u2f']
      expect(values(await offered(sandbox, ['--profile', '']))).toEqual(expected)
      expect(values(await offered(sandbox, ['--profile=']))).toContain('--profile=-dash')
    }))

  it('come from where the variables say the files are', () =>
    withSandbox(async (sandbox) => {
      await writeProfiles(sandbox, { config: textOf(config), credentials: textOf(credentials) })
      const path = (name: string) => join(sandbox.folder, name)
      await writeFile(path('config'), '[profile elsewhere]\nregion = eu-west-1\n')
      const environment = { AWS_CONFIG_FILE: path('config'), AWS_SHARED_CREDENTIALS_FILE: '/dev/null' }
      expect(values(await offered(sandbox, ['-p', ''], environment))).toEqual(['elsewhere'])
    }))

  it('for --serial-number are those of the profiles and those that have been used', () =>
    withSandbox(async (sandbox) => {
      await writeProfiles(sandbox, { config: textOf(config), credentials: textOf(credentials) })
      const device = { usedAt: 1, only: true }
      const folder = cacheIn(sandbox)
      rememberDevice(folder, 'AKIA1', { ...device, serialNumber: serials.used })
      rememberDevice(folder, 'AKIA2', { ...device, serialNumber: serials.work })
      await writeFile(join(folder.path, 'device-damaged.json'), '{"version":1,"serialNumber":', {
        mode: 0o600,
      })
      await writeFile(
        join(folder.path, 'device-shared.json'),
        '{"version":1,"serialNumber":"GAHT00000000","usedAt":1}',
      )
      await chmod(join(folder.path, 'device-shared.json'), 0o644)
      expect((await offered(sandbox, ['--serial-number', ''])).sort()).toEqual(
        [
          `${serials.hardware}\tmfa_serial of profile two words more`,
          `${serials.work}\ta device that has been used`,
          `${serials.used}\ta device that has been used`,
        ].sort(),
      )
    }))

  it('for --to are the profiles that save has written', () =>
    withSandbox(async (sandbox) => {
      await writeProfiles(sandbox, { config: textOf(config), credentials: textOf(credentials) })
      expect(values(await offered(sandbox, ['save', '--remove', '--to', '']))).toEqual(['saved'])
      expect(values(await offered(sandbox, ['save', '--to', '']))).toEqual(['saved'])
    }))

  it('are those of the last thousand profiles, where there are more', () =>
    withSandbox(async (sandbox) => {
      const region = (index: number) => `[profile p${index}]\nregion = r-${index}\n`
      await writeProfiles(sandbox, {
        config: Array.from({ length: 1500 }, (_, index) => region(index)).join(''),
        credentials: textOf(credentials),
      })
      const regions = values(await offered(sandbox, ['--region', '']))
      expect([regions.length <= 1000, regions.includes('r-1499'), regions.includes('r-0')]).toEqual([
        true,
        true,
        false,
      ])
      expect(values(await offered(sandbox, ['save', '--to', '']))).toEqual(['saved'])
    }))

  it('for --region are those of the profiles', () =>
    withSandbox(async (sandbox) => {
      await writeProfiles(sandbox, { config: textOf(config), credentials: textOf(credentials) })
      expect(values(await offered(sandbox, ['--region', '']))).toEqual(['eu-west-1', 'us-gov-west-1'])
    }))

  it.each([
    [
      ['--duration-seconds', ''],
      ['1h', '12h', '36h'],
    ],
    [
      ['--min-remaining', ''],
      ['5m', '30m', '1h'],
    ],
    [
      ['--shell', ''],
      [...shellNames, 'json', 'dotenv'],
    ],
    [['init', ''], [...shellNames]],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish', 'powershell'],
    ],
    [['--token-code', ''], []],
    [['--mfa-process', ''], []],
    [['--endpoint-url', ''], []],
    [['init', '--name', ''], []],
  ])('of %j are %j', (words, expected) =>
    withSandbox(async (sandbox) => {
      expect(values(await offered(sandbox, words))).toEqual(expected)
    }),
  )
})

describe('a press of Tab', { tags: 'slow' }, () => {
  it.each([
    ['a defect in it', '[default]\nmfa_serial = GAHT12345678\nno equals sign here\n', ['default']],
    ['a byte order mark', '\ufeff[default]\n', []],
    ['a name that no terminal shows as it is', '[evil\u202e]\n[fine]\n', ['fine']],
  ])('is silent about a file with %s', (_, text, expected) =>
    withSandbox(async (sandbox) => {
      await writeProfiles(sandbox, { credentials: text })
      expect(values(await offered(sandbox, ['--debug', '-p', '']))).toEqual(expected)
      expect(values(await offered(sandbox, ['--debug', '--serial-number', '']))).toEqual([])
      expect(await offered(sandbox, ['sta'])).toHaveLength(9)
    }),
  )

  it('is silent about files and a cache that are something else, and without a home', () =>
    withSandbox(async (sandbox) => {
      await mkdir(join(sandbox.home, '.aws', 'config'), { recursive: true })
      await mkdir(join(sandbox.home, '.cache'))
      await writeFile(join(sandbox.home, '.cache', 'aws-mfa-env'), '')
      for (const option of ['-p', '--serial-number', '--to', '--region']) {
        expect(await offered(sandbox, ['save', option, ''])).toEqual([])
        expect(await offered(sandbox, ['save', option, ''], { HOME: '/nonexistent' })).toEqual([])
      }
    }))

  it.each([
    [],
    ['nu', 'aws-mfa-env', ''],
    ['toString', 'aws-mfa-env', ''],
    ['bash'],
    ['zsh'],
    ['fish'],
    ['powershell'],
    ['powershell', 'not base64, not at all'],
    ['bash', ' ', 'aws-mfa-env', 'aws-mfa-env', 'and', 'more'],
  ])('is answered whatever a script says: %j', (...words) =>
    withSandbox(async (sandbox) => {
      const ending = await runTool(['completion', '--words', ...words], { sandbox })
      expect(ending).toMatchObject({ status: 0, stderr: '' })
    }),
  )

  it('writes nothing, not even a mode', () =>
    withSandbox(async (sandbox) => {
      await writeProfiles(sandbox, { config: textOf(config), credentials: textOf(credentials) })
      const folder = cacheIn(sandbox)
      rememberDevice(folder, 'AKIA1', { usedAt: 1, only: true, serialNumber: serials.used })
      chmodSync(folder.path, 0o755)
      const look = () =>
        readdirSync(sandbox.folder, { recursive: true, encoding: 'utf8' }).map((name) => {
          const { mode, mtimeMs, ctimeMs } = statSync(join(sandbox.folder, name))
          return { name, mode, mtimeMs, ctimeMs }
        })
      const before = look()
      for (const words of [['-p', ''], ['--serial-number', ''], ['save', '--to', ''], ['']]) {
        expect(await offered(sandbox, words)).not.toEqual([])
      }
      expect(look()).toEqual(before)
    }))

  it('loads no SDK, and connects to nothing (by strace)', async ({ skip }) => {
    const strace = findOnPath('strace')
    if (strace === undefined) return skip('strace is not on PATH')
    await withSandbox(async (sandbox) => {
      await writeProfiles(sandbox, { config: textOf(config), credentials: textOf(credentials) })
      const log = join(sandbox.folder, 'strace.log')
      const trace = async (...words: string[]) => {
        const traced = ['-f', '-qq', '-e', 'trace=openat,connect,execve', '-o', log, ...toolCommand]
        await runProgram(strace, [...traced, ...words], { sandbox })
        const text = readFileSync(log, 'latin1')
        return {
          chunks: [
            ...new Set([...text.matchAll(/dist\/([\w-]+)\.cjs"/g)].map(([, name = '']) => name)),
          ].sort(),
          calls: text.match(/^\d+ +(connect|execve)\(/gm)?.length,
        }
      }
      const { chunks, calls } = await trace(
        'completion',
        '--words',
        'fish',
        'aws-mfa-env',
        '--serial-number',
        '',
      )
      expect(calls).toBe(1)
      expect(chunks).toEqual(isBundle ? ['aws-mfa-env', 'main'] : [])
    })
  })
})
