import type { DialectName, ShellName } from '../dialects/dialects.ts'

/** How a shell comes by the wrapper: by a line in a start-up file, or by one that is typed once. */
export interface SetUp {
  readonly line: string
  /** The start-up file that the line belongs in; undefined where it is typed once. */
  readonly file?: string
  /** What a start-up file needs beside the line that is typed once. */
  readonly afterwards?: { readonly file: string; readonly line: string }
}

/** Where the line belongs: `in ~/.bashrc`, or `once`. */
export function describePlace({ file, afterwards }: SetUp): string {
  if (file !== undefined) return `in ${file}`
  return afterwards === undefined
    ? 'once, in a folder on PATH'
    : `once; in ${afterwards.file}: ${afterwards.line}`
}

/** For each shell, as the README has it. */
export const setUps: Readonly<Record<ShellName, SetUp>> = {
  bash: { file: '~/.bashrc', line: 'eval "$(aws-mfa-env init bash)"' },
  zsh: { file: '~/.zshrc', line: 'eval "$(aws-mfa-env init zsh)"' },
  sh: { file: 'the file that $ENV names', line: 'eval "$(aws-mfa-env init sh)"' },
  ksh: { file: 'the file that $ENV names', line: 'eval "$(aws-mfa-env init sh)"' },
  fish: { file: '~/.config/fish/config.fish', line: 'aws-mfa-env init fish | source' },
  tcsh: {
    line: 'aws-mfa-env init tcsh > ~/.awsmfa.tcsh',
    afterwards: { file: '~/.tcshrc', line: "alias awsmfa 'source ~/.awsmfa.tcsh awsmfa \\!*'" },
  },
  elvish: {
    file: '~/.config/elvish/rc.elv',
    line: 'var awsmfa~ = (eval (aws-mfa-env init elvish | slurp))',
  },
  xonsh: {
    line: 'aws-mfa-env init xonsh > ~/.awsmfa.xsh',
    afterwards: { file: '~/.xonshrc', line: 'source ~/.awsmfa.xsh' },
  },
  nu: {
    line: 'aws-mfa-env init nu | save -f ~/.awsmfa.nu',
    afterwards: { file: 'config.nu', line: 'source ~/.awsmfa.nu' },
  },
  powershell: {
    file: '$PROFILE',
    line: 'aws-mfa-env init powershell | Out-String | Invoke-Expression',
  },
  cmd: { line: 'aws-mfa-env init cmd > awsmfa.cmd' },
}

/** How a shell is to evaluate what `aws-mfa-env` prints with these words. */
export function howToEvaluate(dialectName: DialectName, words = ''): string {
  const call = `aws-mfa-env ${words}`.trimEnd()
  const evaluated: Readonly<Partial<Record<DialectName, string>>> = {
    fish: `${call} | source`,
    tcsh: `eval "\`${call}\`"`,
    elvish: `eval (${call} | slurp)`,
    // xonsh loses the output now and then, and an empty text would be no failure.
    xonsh: `execx($(${call}) or 'raise EOFError')`,
    nu: `${call} --shell nu | from json | load-env`,
    json: `${call} --shell json | PROGRAM`,
    dotenv: `${call} --shell dotenv > FILE`,
    powershell: `Invoke-Expression "$(${call} --shell powershell)"`,
    cmd: `for /f "tokens=1,*" %i in ('${call} --shell cmd') do @set %j`,
  }
  return evaluated[dialectName] ?? `eval "$(${call})"`
}
