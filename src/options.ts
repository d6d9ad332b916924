/** What each option is: its short form, the placeholder of its value (none: a flag), and its line of help. */
export const options = {
  shell: { alias: 's', argument: 'NAME', help: 'the shell to write for (else the one that asks)' },
  unset: { alias: 'u', help: 'take the session away, put back what it displaced' },
  profile: { alias: 'p', argument: 'NAME', help: 'the profile whose long-term keys sign' },
  'serial-number': { argument: 'SERIAL', help: 'the MFA device: ARN, or a hardware serial number' },
  'token-code': { argument: 'CODE', help: 'the six digits; - reads them from stdin' },
  'mfa-process': { argument: 'COMMAND', help: 'a command that prints the code' },
  'duration-seconds': {
    alias: 'd',
    argument: 'N',
    help: 'seconds, or 15m to 36h (default: 12h)',
  },
  region: { argument: 'NAME', help: 'the region to ask STS in, and to set' },
  'endpoint-url': { argument: 'URL', help: 'another endpoint; plain http on loopback only' },
  'no-prompt': { help: 'never ask for the code on the terminal' },
  new: { help: 'ask for a new session although one is cached' },
  'no-cache': { help: 'neither take a cached session nor keep this one' },
  to: { argument: 'NAME', help: 'the profile to write (default: mfa)' },
  remove: { help: 'take the saved profile out again' },
  all: { help: 'of all profiles, and the remembered devices' },
  verify: { help: 'ask AWS whose session it is' },
  name: { argument: 'NAME', help: 'what to call the function (default: awsmfa)' },
  remind: { argument: 'N', help: 'tell before a prompt when no more is left, as 15m' },
  json: { help: 'print it as JSON' },
  'min-remaining': { argument: 'N', help: 'seconds or 30m that must be left (default: 5m)' },
  debug: { help: 'name each step and request on stderr' },
  help: { alias: 'h', help: 'print this help' },
  version: { help: 'print the version' },
} as const satisfies Record<string, { alias?: string; argument?: string; help: string }>

export type OptionName = keyof typeof options
export type ValueOption = {
  [Name in OptionName]: (typeof options)[Name] extends { argument: string } ? Name : never
}[OptionName]
export type Flag = Exclude<OptionName, ValueOption>

/** Every option's name, in the order of help. */
export const optionNames = Object.keys(options) as readonly OptionName[]

export function isFlag(name: OptionName): name is Flag {
  return !('argument' in options[name])
}

/** An option's short form, without the dash. */
export function aliasOf(name: OptionName): string | undefined {
  const option = options[name]
  return 'alias' in option ? option.alias : undefined
}

/** How an option may be typed. */
export function spellingsOf(name: OptionName): readonly string[] {
  const alias = aliasOf(name)
  return alias === undefined ? [`--${name}`] : [`--${name}`, `-${alias}`]
}

/** Of every command that needs a session. */
const sessionOptions = [
  'profile',
  'serial-number',
  'mfa-process',
  'duration-seconds',
  'region',
  'endpoint-url',
  'min-remaining',
  'new',
  'no-cache',
  'debug',
] as const satisfies readonly OptionName[]

/** Which options each command takes; `export` is the default command, `unset` is that with --unset. */
export const commandOptions = {
  export: ['shell', 'token-code', 'no-prompt', ...sessionOptions],
  unset: ['unset', 'shell', 'debug'],
  init: ['name', 'remind'],
  status: ['json', 'min-remaining', 'profile', 'verify', 'region', 'endpoint-url', 'debug'],
  save: ['to', 'remove', 'token-code', 'no-prompt', ...sessionOptions],
  exec: ['token-code', 'no-prompt', ...sessionOptions],
  'credential-process': sessionOptions,
  devices: ['json', 'profile', 'region', 'endpoint-url', 'debug'],
  forget: ['profile', 'all', 'debug'],
  help: [],
  completion: ['name'],
} as const satisfies Record<string, readonly OptionName[]>

export type CommandName = keyof typeof commandOptions

/** Taken by every command, and answered before anything but the form of the options is looked at. */
export const commonOptions = ['help', 'version'] as const satisfies readonly OptionName[]

/** What `save --remove` takes. */
export const removalOptions = ['to', 'remove', 'debug'] as const satisfies readonly OptionName[]

/** The commands that are a first word on the command line, in the order in which help and completions list them. */
export const commandWords = [
  'init',
  'status',
  'save',
  'exec',
  'credential-process',
  'devices',
  'forget',
  'completion',
  'help',
] as const satisfies readonly CommandName[]

/** A command line taken apart; nothing in it has been looked up or checked but its form. */
export interface CommandLine {
  readonly command: CommandName
  readonly values: Partial<Readonly<Record<ValueOption, string>>>
  readonly flags: ReadonlySet<Flag>
  readonly operands: readonly string[]
}
