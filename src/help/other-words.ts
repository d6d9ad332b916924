/** What other tools call it: for each of our commands and options, words that its user may try. */
const otherCommands: Readonly<Record<string, string>> = {
  export:
    'activate assume auth authenticate code env eval export get login mfa new on refresh renew session set sign-in signin start token use',
  unset: 'clear deactivate drop end log-out logout off remove reset sign-out signout stop undo unset',
  init: 'config configure function hook install setup shell-init wrapper',
  status: 'check current expiry info show who whoami',
  save: 'persist profile store write',
  exec: 'execute run shell with',
  'credential-process': 'credentials creds json process',
  devices: 'device list list-devices list-mfa-devices ls serial serials',
  forget: 'cache clean clear-cache delete flush purge rm',
  completion: 'autocomplete complete completions',
  help: 'commands man options usage',
}

const otherOptions: Readonly<Record<string, string>> = {
  'serial-number': 'arn device device-arn mfa-arn mfa-device mfa-serial mfa-serial-number',
  'token-code': 'code mfa mfa-code mfa-token otp totp',
  'duration-seconds': 'expires-in hours lifetime minutes seconds session-duration session-token-ttl time ttl',
  'mfa-process': 'command code-command process',
  'min-remaining': 'at-least expires-within remaining',
  'no-prompt': 'batch non-interactive quiet silent',
  new: 'force refresh renew reset',
  unset: 'clear end logout remove stop',
  json: 'format output',
  to: 'as save-as target',
  debug: 'trace v verbose',
  version: 'V',
}

/** What is meant by another tool's word for one of our commands or options; undefined where it is none. */
export function findOtherWord(kind: 'command' | 'option', typed: string): string | undefined {
  const table = Object.entries(kind === 'command' ? otherCommands : otherOptions)
  return table.find(([, words]) => words.split(' ').includes(typed))?.[0]
}
