import { describe, expect, it } from 'vitest'
import { badSetting, resolveSetting, type SettingSources } from '../src/settings.ts'
import { profilesOf, useFolder } from './profiles/sandbox.ts'

const folder = useFolder()
const names = { option: 'region', variables: ['AWS_REGION', 'AWS_DEFAULT_REGION'], key: 'region' }

interface Given {
  readonly option?: string
  readonly variables?: Readonly<Record<string, string>>
  readonly key?: string
  readonly profileFirst?: boolean
}

async function sources({
  option,
  variables = {},
  key,
  profileFirst = false,
}: Given): Promise<SettingSources> {
  const config = `[profile mfa]\n${key === undefined ? '' : `region = ${key}\n`}`
  return {
    options: option === undefined ? {} : { region: option },
    variable: (name) => variables[name] || undefined,
    profile: (await profilesOf(folder.path, { config })).find('mfa'),
    profileFirst,
  }
}

const variables = { AWS_REGION: 'first', AWS_DEFAULT_REGION: 'second' }
const inProfile = () => `region in ${folder.path}/config, line 2`

describe('a setting comes from', () => {
  const cases: [
    name: string,
    given: Given,
    value: string | undefined,
    from?: string,
    origin?: () => string,
  ][] = [
    ['nowhere', {}, undefined],
    ['the option', { option: 'o', variables, key: 'k' }, 'o', 'option', () => '--region'],
    ['the first variable', { variables, key: 'k' }, 'first', 'variable', () => 'AWS_REGION'],
    [
      'the second variable where the first is empty',
      { variables: { ...variables, AWS_REGION: '' } },
      'second',
      'variable',
      () => 'AWS_DEFAULT_REGION',
    ],
    ['the profile', { key: 'k' }, 'k', 'profile', inProfile],
    [
      'a named profile before a variable',
      { variables, key: 'k', profileFirst: true },
      'k',
      'profile',
      inProfile,
    ],
    [
      'the option before a named profile',
      { option: 'o', key: 'k', profileFirst: true },
      'o',
      'option',
      () => '--region',
    ],
    [
      'a variable where a named profile has none',
      { variables, profileFirst: true },
      'first',
      'variable',
      () => 'AWS_REGION',
    ],
    [
      'a variable where the key is empty',
      { variables, key: '', profileFirst: true },
      'first',
      'variable',
      () => 'AWS_REGION',
    ],
  ]
  it.each(cases)('%s', async (_, given, value, from, origin) => {
    const setting = resolveSetting(await sources(given), names)
    expect(setting).toEqual(value === undefined ? undefined : { value, from, origin: origin?.() })
  })

  it('only the places that it has', async () => {
    const all = await sources({ option: 'o', variables, key: 'k' })
    expect(resolveSetting(all, { variables: ['AWS_DEFAULT_REGION'] })?.value).toBe('second')
    expect(resolveSetting(all, { variables: [], key: 'region' })?.value).toBe('k')
    expect(resolveSetting(all, { variables: [] })).toBeUndefined()
    expect(resolveSetting({ ...all, profile: undefined }, { variables: [], key: 'region' })).toBeUndefined()
  })

  it('an option or variable without a look at a disputed key', async () => {
    const disputed = await sources({ option: 'o', variables, key: 'k # c' })
    expect(resolveSetting(disputed, names)?.value).toBe('o')
    expect(resolveSetting({ ...disputed, options: {} }, names)?.value).toBe('first')
    const named = { ...disputed, options: {}, profileFirst: true }
    expect(() => resolveSetting(named, names)).toThrow(
      'a # or ; in its value begins a comment for some tools',
    )
  })
})

describe('a bad setting', () => {
  it.each([
    ['option', 2],
    ['variable', 6],
    ['profile', 6],
  ] as const)('from %s ends with exit code %i', (from, exitCode) => {
    const failure = badSetting({ value: 'v', origin: 'ORIGIN', from }, 'that is bad', 'a hint', 'another')
    expect(failure).toMatchObject({ exitCode, message: 'ORIGIN: that is bad', hints: ['a hint', 'another'] })
  })
})
