import { type CommandName, commandOptions, commonOptions, type OptionName, options } from '../options.ts'
import { type SettingNames, settingNames } from '../settings.ts'
import { profileVariables } from '../variables/names.ts'

interface OptionGroup {
  readonly label: string
  readonly title: string
  readonly names: readonly OptionName[]
}

/** All options, by what they are about, in the order in which help lists them. */
export const optionGroups: readonly OptionGroup[] = [
  { label: 'account', title: 'options for the account', names: ['profile', 'region', 'endpoint-url'] },
  {
    label: 'code',
    title: 'options for the code',
    names: ['token-code', 'serial-number', 'mfa-process'],
  },
  {
    label: 'session',
    title: 'options for the session',
    names: ['duration-seconds', 'min-remaining', 'new', 'no-cache', 'verify', 'to', 'remove', 'all'],
  },
  {
    label: 'general',
    title: 'general options',
    names: ['shell', 'name', 'remind', 'unset', 'json', 'no-prompt', 'debug', 'help', 'version'],
  },
]

/** The options that a command takes, in the order of the groups. */
export function optionsOf(command: CommandName): OptionName[] {
  const taken: readonly OptionName[] = [...commandOptions[command], ...commonOptions]
  return optionGroups.flatMap(({ names }) => names.filter((name) => taken.includes(name)))
}

/** An option as it is typed, with its short form and the placeholder of its value. */
export function spellOption(name: OptionName): string {
  const option = options[name]
  return `${'alias' in option ? `-${option.alias}, ` : ''}--${name}${'argument' in option ? ` ${option.argument}` : ''}`
}

/** Where the value of an option comes from when it is not given: variables, then keys of the profile. */
export function sourcesOf(name: OptionName): { variables: readonly string[]; keys: readonly string[] } {
  const settings: readonly SettingNames[] = Object.values(settingNames)
  const own = [...settings.filter(({ option }) => option === name), ...(otherSources[name] ?? [])]
  const variables = own.flatMap((setting) => setting.variables)
  const keys = own.flatMap(({ key }) => key ?? [])
  // The general variable comes behind the special ones.
  return {
    variables: variables.filter((variable, index) => variables.indexOf(variable, index + 1) < 0),
    keys: [...new Set(keys)],
  }
}

/** What is read in a way of its own. */
const otherSources: Partial<Record<OptionName, readonly SettingNames[]>> = {
  profile: [{ variables: profileVariables }],
  'endpoint-url': [{ variables: [], key: 'services' }],
  'no-cache': [{ variables: ['AWS_MFA_ENV_CACHE=off'] }],
}

/** The same in words; empty where there is nothing. */
export function describeSources(name: OptionName): string {
  const { variables, keys } = sourcesOf(name)
  return [...variables, ...(keys.length === 0 ? [] : [`${keys.join(' or ')} in the profile`])].join(', ')
}
