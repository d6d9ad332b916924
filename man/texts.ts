import type { ExitCode } from '../src/errors.ts'
import type { OptionName } from '../src/options.ts'

/** What the page says of an option behind its line of help. */
export const optionDetails: Partial<Readonly<Record<OptionName, string>>> = {
  profile:
    'A profile with role_arn has its role assumed with the session of its source. Without the option the keys are, in this order, those in the environment, those of the profile that a variable names, those that signed last in this shell, and those of the profile default.',
  region:
    'Without it STS is asked in a region of the partition that the MFA device belongs to, and no region is set.',
  'endpoint-url': 'An endpoint that is not of AWS is named on stderr.',
  'token-code':
    'The code may stand alone, as an argument. An argument can be seen by other users of the machine while the code is good; stdin and the prompt keep it from them.',
  'serial-number':
    'Without it the devices of the user are looked up, which a policy has to allow (iam:ListMFADevices); of several one is chosen in a menu, and remembered. A FIDO security key or passkey cannot be used.',
  'mfa-process':
    'It is run by sh, on Windows by cmd, with the terminal as its stdin and stderr; six digits among what it prints are enough.',
  'duration-seconds': 'AWS may give less: an hour for the keys of the root user.',
  'min-remaining': 'A cached session with less left is passed over; status takes it for none.',
  'no-prompt': 'Without a code the exit code is then 2.',
  shell:
    'One of those that init knows. On Windows, where the shell cannot be found out, it has to be given; the wrapper gives it.',
  unset: 'It goes with --shell and --debug alone.',
  debug: 'Never with a secret or a code.',
}

/** Variables that are read, beside those that stand in for an option. */
export const variableDetails: readonly (readonly [names: string, text: string])[] = [
  [
    'AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY',
    'Long-term keys, which sign unless --profile names others. A session in them never signs.',
  ],
  ['AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE', 'Where the two files are, instead of in ~/.aws.'],
  [
    'AWS_MFA_ENV_CACHE',
    'With on, sessions are cached also for keys from the environment or a credential_process; with off, none are.',
  ],
  [
    'HTTPS_PROXY, https_proxy, NO_PROXY, no_proxy',
    'The proxy on the way to AWS, and the hosts that are asked without it.',
  ],
  ['AWS_CA_BUNDLE', 'A file with the certificates of the authorities to trust; in the profile ca_bundle.'],
  [
    'AWS_USE_FIPS_ENDPOINT, AWS_USE_DUALSTACK_ENDPOINT',
    'With true, those endpoints are asked; in the profile use_fips_endpoint and use_dualstack_endpoint.',
  ],
  [
    'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS',
    'With true, only --endpoint-url counts; in the profile ignore_configured_endpoint_urls.',
  ],
  ['XDG_CACHE_HOME', 'The folder that the cache is made in.'],
  ['NO_COLOR', 'With any value, help has no bold headings.'],
]

/** The README has the same in its table. */
export const exitCodeDetails: Readonly<Record<keyof typeof ExitCode, string>> = {
  done: 'Done.',
  system: 'The system failed, for example a full disk behind stdout; or a bug, with a stack.',
  usage: 'Usage: found before any request.',
  noSession: 'From status: no session, or too little of it left.',
  refused: 'AWS refused: a wrong code, a wrong device, a policy.',
  unreachable: 'AWS could not be reached, or what answered was not AWS.',
  configuration: 'Configuration: no such profile, no long-term keys, no usable device.',
  notRunnable: 'From exec: the command cannot be run.',
  notFound: 'From exec: there is no such command.',
  interrupted: 'Interrupted, or the prompt was left without a code.',
}

export const fileDetails: readonly (readonly [path: string, text: string])[] = [
  [
    '~/.aws/config, ~/.aws/credentials',
    'The profiles, read as the AWS CLI reads them. Where the SDKs would read another value from the same lines, the run stops with the file and line. Only save writes there, into the second, and only its own section.',
  ],
  [
    '~/.cache/aws-mfa-env',
    'Cached sessions and remembered devices, in files that only their user can read; on macOS ~/Library/Caches/aws-mfa-env, on Windows %LOCALAPPDATA%\\aws-mfa-env.',
  ],
]

export const security: readonly string[] = [
  'The session goes to stdout, for the shell to evaluate, and from there into the environment of what is started; into the cache; and, with save, into the credentials file. It is written nowhere else. Without a shell that evaluates them, the statements are printed on the screen, secrets included, and a hint says so.',
  'Keys, tokens and codes never go to stderr, to a log, or to the arguments of another program.',
  'Files that only their user can read stop other users, not the programs of that user. Who keeps keys elsewhere than in a file has no session cached unless AWS_MFA_ENV_CACHE is on.',
  'Requests go over TLS. Plain http is refused but on loopback, and redirects are not followed. A code is sent once; again only after throttling and after a clock skew, when AWS cannot have looked at it.',
  'A shell that traces its commands shows what it evaluates. The wrappers for bash, zsh, sh, ksh and fish switch the trace off for that moment.',
]

export const references: readonly string[] = [
  'https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html',
  'https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html',
]
