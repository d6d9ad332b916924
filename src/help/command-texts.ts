import type { CommandName } from '../options.ts'

/** What help and man page say of a command. */
export interface CommandText {
  /** What is typed behind the program's name. */
  readonly usage: readonly string[]
  /** What it does, as an order. */
  readonly summary: string
  /** Paragraphs: what else its user has to know. */
  readonly about: readonly string[]
  /** What somebody might type, and what for. */
  readonly examples: readonly (readonly [code: string, purpose: string])[]
}

export const commandTexts: Readonly<Record<CommandName, CommandText>> = {
  export: {
    usage: ['[option...] [CODE]'],
    summary: 'put an AWS MFA session into the shell you already have open',
    about: [
      'Prints statements for the shell to evaluate; the function awsmfa, which init defines, does that by itself. A cached session serves as long as --min-remaining of it is left. Else a new one is asked for, with the six digits that the MFA device shows: CODE on the command line (- reads them from stdin), else what mfa_process prints, else those that are typed at a prompt on the terminal. A CODE on the command line always makes a new session.',
      'A profile with role_arn is assumed with the session of its source_profile: one code serves every role.',
    ],
    examples: [
      ['awsmfa', 'take the cached session, or be asked for a code'],
      ['awsmfa 123456', 'begin a new session'],
      ['awsmfa --profile admin', 'for another profile, such as one with a role'],
    ],
  },
  unset: {
    usage: ['--unset'],
    summary: 'take the session away, and put back what it displaced',
    about: [
      'Takes away a session whoever has set it, needs no network, and may be run twice. Long-term keys in the environment stay there.',
    ],
    examples: [['awsmfa --unset', 'take the session away again']],
  },
  init: {
    usage: ['init SHELL [--name NAME]'],
    summary: "print the wrapper awsmfa, for a shell's start-up file",
    about: ['The wrapper runs aws-mfa-env and has the shell evaluate what it prints.'],
    examples: [],
  },
  status: {
    usage: ['status [option...]'],
    summary: 'tell whose session this is, and until when',
    about: [
      'Tells of the session in the environment; with --profile, of the one that is saved or cached for that profile. The exit code is 3 where there is none, or less than --min-remaining of it is left.',
    ],
    examples: [
      ['aws-mfa-env status', 'see whose session is in this shell'],
      ['aws-mfa-env status --min-remaining 30m', 'is that enough for a long job?'],
      ['aws-mfa-env status --verify', 'ask AWS whether it is good'],
    ],
  },
  save: {
    usage: ['save [option...] [CODE]', 'save --remove [--to NAME]'],
    summary: 'write a session as a profile, for every AWS tool',
    about: [
      'Writes into the credentials file, as profile mfa or the one that --to names. Every byte outside that section stays as it is, and a profile that aws-mfa-env did not write is refused.',
    ],
    examples: [
      ['aws-mfa-env save', 'for other tools: aws s3 ls --profile mfa'],
      ['aws-mfa-env save --remove', 'take the profile out again'],
    ],
  },
  exec: {
    usage: ['exec [option...] COMMAND [ARGUMENT...]'],
    summary: 'run one command with a session in its environment',
    about: [
      "Ends as the command does, signals included. Everything from the first word that is no option of exec is the command's, with or without -- before it; stdin is the command's too, so that the code cannot come from there.",
    ],
    examples: [
      ['aws-mfa-env exec aws s3 ls', 'run one command'],
      ['aws-mfa-env exec -p admin -- terraform apply', 'run it as another profile'],
    ],
  },
  'credential-process': {
    usage: ['credential-process [option...]'],
    summary: 'print a session as JSON, as AWS tools ask for it',
    about: [
      'For the AWS CLI and SDKs, which run it themselves where a profile in ~/.aws/config says so. It asks nobody: it prints the cached session, or a new one where mfa_process gives the code.',
    ],
    examples: [
      ['[profile mfa]', ''],
      ['credential_process = aws-mfa-env credential-process -p default', ''],
    ],
  },
  devices: {
    usage: ['devices [option...]'],
    summary: 'list your MFA devices',
    about: [
      'Lists the devices of the user whose long-term keys sign, and names those as such that cannot be used here. A policy has to allow iam:ListMFADevices.',
    ],
    examples: [['aws-mfa-env devices --profile work', 'see the devices of a profile']],
  },
  forget: {
    usage: ['forget [--profile NAME | --all]'],
    summary: 'delete cached sessions',
    about: [
      "Deletes the sessions that are cached for a profile's keys, those of its roles included; with --all everything that is cached, and which devices were chosen. What is in a shell already stays there.",
    ],
    examples: [['aws-mfa-env forget --all', 'leave nothing on disk']],
  },
  completion: {
    usage: ['completion SHELL [--name NAME]'],
    summary: 'print what the Tab key completes, as a script',
    about: [
      'For bash, zsh, fish and PowerShell: commands, options, profiles, devices and shells, of aws-mfa-env and of awsmfa. It is evaluated like the wrapper; in zsh, behind compinit. Where the wrapper has another name, --name gives it here too.',
    ],
    examples: [
      ['eval "$(aws-mfa-env completion bash)"', 'in ~/.bashrc; likewise for zsh'],
      ['aws-mfa-env completion fish | source', 'in ~/.config/fish/config.fish'],
    ],
  },
  help: {
    usage: ['help [COMMAND | options]'],
    summary: 'explain a command; help options: every option',
    about: ['The same as --help behind a command.'],
    examples: [
      ['aws-mfa-env help exec', 'see what exec does, and what it takes'],
      ['aws-mfa-env help options', 'see what every option does'],
    ],
  },
}
