import { type CommandName, commandOptions, commonOptions, type OptionName, options } from './options.ts'

/** What stands above the options in each command's help. */
const heads: Readonly<Record<CommandName, string>> = {
  export: `Put an AWS MFA session into the shell you already have open.

usage:
  eval "$(aws-mfa-env [options] 123456)"               bash, zsh, sh, ksh
  aws-mfa-env [options] 123456 | source                fish
  Invoke-Expression "$(aws-mfa-env 123456 -s powershell)"
  awsmfa [options] 123456                              any shell, once its wrapper is set up

commands:
  aws-mfa-env [token-code]       statements that put a session into the shell
  aws-mfa-env --unset            statements that take it away again
  aws-mfa-env init SHELL         the wrapper awsmfa, to be evaluated at the shell's start
  aws-mfa-env status             whose session this is, and until when
`,
  unset: `Take the session away and put back what it displaced.

usage: eval "$(aws-mfa-env --unset)"
`,
  init: `Print the wrapper awsmfa for a shell: bash, zsh, sh, ksh, fish, powershell, cmd.

usage: aws-mfa-env init SHELL [--name NAME]

  bash         eval "$(aws-mfa-env init bash)"                      in ~/.bashrc
  zsh          eval "$(aws-mfa-env init zsh)"                       in ~/.zshrc
  sh, ksh      eval "$(aws-mfa-env init sh)"                        in the file that $ENV names
  fish         aws-mfa-env init fish | source                       in ~/.config/fish/config.fish
  PowerShell   aws-mfa-env init powershell | Out-String | Invoke-Expression    in $PROFILE
  cmd          aws-mfa-env init cmd > awsmfa.cmd                    in a folder on PATH
`,
  status: `Tell whose session is in the environment, and until when. Exit code 3: none, or too little left.

usage: aws-mfa-env status [--json] [--min-remaining 30m]
`,
}

/** The help of a command, for stdout. */
export function renderHelp(command: CommandName): string {
  const names: readonly OptionName[] = [...commandOptions[command], ...commonOptions]
  const all: readonly OptionName[] =
    command === 'export' ? [...commandOptions.export, 'unset', ...commonOptions] : names
  const rows = all.map((name): [string, string] => [renderOption(name), options[name].help])
  const width = Math.max(...rows.map(([left]) => left.length))
  const lines = rows.map(([left, help]) => `  ${left.padEnd(width)}  ${help}\n`)
  return `${heads[command]}\noptions:\n${lines.join('')}`
}

function renderOption(name: OptionName): string {
  const option = options[name]
  const short = 'alias' in option ? `-${option.alias}, ` : '    '
  return `${short}--${name}${'argument' in option ? ` ${option.argument}` : ''}`
}
