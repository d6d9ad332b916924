/** What each option is: its short form, the placeholder of its value (none: a flag), and its line of help. */
export const options = {
  shell: { alias: 's', argument: 'NAME', help: 'the shell to write for (default: the one that asks)' },
  unset: { alias: 'u', help: 'take the session away and put back what it displaced' },
  profile: { alias: 'p', argument: 'NAME', help: 'the profile whose long-term keys sign' },
  'serial-number': { argument: 'SERIAL', help: 'the MFA device: its ARN, or a hardware serial number' },
  'token-code': { argument: 'CODE', help: 'the six digits, instead of the operand; - reads stdin' },
  'duration-seconds': {
    alias: 'd',
    argument: 'N',
    help: '900 to 129600, also as 90m or 12h (default: 12h)',
  },
  region: { argument: 'NAME', help: 'the region whose STS is asked, and that the shell is given' },
  'endpoint-url': { argument: 'URL', help: 'another STS endpoint; plain http on loopback only' },
  'no-prompt': { help: 'never ask for the code on the terminal' },
  name: { argument: 'NAME', help: 'what to call the function (default: awsmfa)' },
  json: { help: 'print a JSON object' },
  'min-remaining': { argument: 'N', help: 'seconds that must be left, also as 5m (default: 5m)' },
  debug: { help: 'name each step and request on stderr' },
  help: { alias: 'h', help: 'print this help' },
  version: { help: 'print the version' },
} as const satisfies Record<string, { alias?: string; argument?: string; help: string }>

export type OptionName = keyof typeof options
export type ValueOption = {
  [Name in OptionName]: (typeof options)[Name] extends { argument: string } ? Name : never
}[OptionName]
export type Flag = Exclude<OptionName, ValueOption>

/** Which options each command takes; `export` is the default command, `unset` is that with --unset. */
export const commandOptions = {
  export: [
    'shell',
    'profile',
    'serial-number',
    'token-code',
    'duration-seconds',
    'region',
    'endpoint-url',
    'no-prompt',
    'debug',
  ],
  unset: ['unset', 'shell', 'debug'],
  init: ['name'],
  status: ['json', 'min-remaining'],
} as const satisfies Record<string, readonly OptionName[]>

export type CommandName = keyof typeof commandOptions

/** Taken by every command, and answered before anything else is looked at. */
export const commonOptions = ['help', 'version'] as const satisfies readonly OptionName[]

/** The commands that are a first word on the command line. */
export const commandWords = ['init', 'status'] as const satisfies readonly CommandName[]
