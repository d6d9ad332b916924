import { describe, expect, it } from 'vitest'
import { errorText, runTool, writeProfiles } from '../commands/tool.ts'
import { withSandbox } from '../real-shells/run.ts'

const twoWays = 'all commands: aws-mfa-env --help; a code is six digits, as in: aws-mfa-env 123456'
const noCommand = (word: string) => `"${word}" is neither a command nor a code`
const getIn = 'for a session in this shell: awsmfa 123456, or, without awsmfa, eval "$(aws-mfa-env 123456)"'
const allOptions = 'all options: aws-mfa-env --help'
const first = 'a command, and a command is the first word'

/** Words that are wrong in a profile file with work and 123456789012, and what is said of them. */
const cases: readonly (readonly [words: string, ...lines: string[]])[] = [
  ['exce aws s3 ls', noCommand('exce'), 'did you mean exec?', twoWays],
  ['Status', noCommand('Status'), 'did you mean status?', twoWays],
  ['cred', noCommand('cred'), 'did you mean credential-process?', twoWays],
  ['whoami', noCommand('whoami'), 'did you mean status?', twoWays],
  ['zzzzzz', noCommand('zzzzzz'), twoWays],
  ['set', noCommand('set'), getIn, twoWays],
  ['login', noCommand('login'), getIn, twoWays],
  [
    'logout -s fish',
    noCommand('logout'),
    'to take the session away: awsmfa --unset, or, without awsmfa, aws-mfa-env --unset | source',
    twoWays,
  ],
  [
    'fish',
    noCommand('fish'),
    'the name of a shell goes with init or --shell, as in: aws-mfa-env init fish',
    twoWays,
  ],
  ['work', noCommand('work'), 'a profile is named by an option: --profile work', twoWays],
  ['-p work status', `status is ${first}`, 'as in: aws-mfa-env status --profile NAME'],
  ['--no-cache -p work exec aws s3', `exec is ${first}`, 'as in: aws-mfa-env exec --profile NAME ...'],
  ['123456 save', `save is ${first}`, 'as in: aws-mfa-env save'],
  ['--duration 1h', 'there is no option "--duration"', 'did you mean --duration-seconds?', allOptions],
  ['--mfa-serial x', 'there is no option "--mfa-serial"', 'did you mean --serial-number?', allOptions],
  ['--profile9 x', 'there is no such option', 'did you mean --profile?', allOptions],
  // What a command does not take is not suggested for it.
  ['status --serial x', 'there is no option "--serial"', allOptions],
  ['save --name9 x', 'there is no such option', allOptions],
  ['exec --profil work ls', 'there is no option "--profil"', 'did you mean --profile?', allOptions],
  ['help exce', 'there is no command "exce"', 'did you mean exec?', 'all commands: aws-mfa-env help'],
  ['help x9', 'there is no such command', 'all commands: aws-mfa-env help'],
]

describe('what may have been meant', () => {
  it.each(cases.map(([words, ...lines]) => ({ words, lines })))('$words', ({ words, lines }) =>
    withSandbox(async (sandbox) => {
      await writeProfiles(sandbox, { credentials: '[work]\n[123456789012]\n' })
      const { status, stderr } = await runTool([...words.split(' ')], {
        sandbox,
        environment: { AWS_PROFILE: 'none' },
      })
      const [message = '', ...hints] = lines
      expect({ status, stderr }).toEqual({ status: 2, stderr: errorText(message, ...hints) })
    }),
  )

  it.each([
    [
      'wrok',
      'there is no profile wrok (from --profile)',
      'did you mean work?',
      'there are: 123456789012, work',
    ],
    ['12345678901', 'there is no such profile (from --profile)', 'there are: 123456789012, work'],
    ['nothing', 'there is no profile nothing (from --profile)', 'there are: 123456789012, work'],
  ])('of the profile %s', (name, message, ...hints) =>
    withSandbox(async (sandbox) => {
      await writeProfiles(sandbox, { credentials: '[123456789012]\n[work]\n' })
      const { status, stderr } = await runTool(['-p', name, '123456'], { sandbox })
      expect({ status, stderr }).toEqual({ status: 6, stderr: errorText(message, ...hints) })
    }),
  )

  it('of the profile that is a source', () =>
    withSandbox(async (sandbox) => {
      await writeProfiles(sandbox, {
        config:
          '[profile role]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = bsae\n[profile base]\n',
      })
      const { stderr } = await runTool(['-p', 'role', '123456'], { sandbox })
      expect(stderr).toContain('hint: did you mean base?\n')
    }))
})

describe('a first run', () => {
  const missing = 'there are no long-term keys: none in the environment, and no default profile'
  const keys = 'put the access key of your IAM user into a profile: aws configure'
  const looked = (home: string) => `looked in ${home}/.aws/credentials and ${home}/.aws/config`

  it.each([
    ['bash', 'add this line to ~/.bashrc and open a new shell: eval "$(aws-mfa-env init bash)"'],
    [
      'fish',
      'add this line to ~/.config/fish/config.fish and open a new shell: aws-mfa-env init fish | source',
    ],
    ['cmd', 'type once, in a folder on PATH: aws-mfa-env init cmd > awsmfa.cmd'],
  ])('in %s is told what to do', (shell, line) =>
    withSandbox(async (sandbox) => {
      const { status, stderr } = await runTool(['-s', shell, '123456'], { sandbox })
      const hints = [
        `first, ${keys}`,
        `second, unless awsmfa is there already, ${line}`,
        'third, type: awsmfa',
        looked(sandbox.home),
      ]
      expect({ status, stderr }).toEqual({ status: 6, stderr: errorText(missing, ...hints) })
    }),
  )

  it('of a command needs the keys alone', () =>
    withSandbox(async (sandbox) => {
      const { status, stdout, stderr } = await runTool(['exec', 'ls'], { sandbox })
      const text = errorText(missing, keys, looked(sandbox.home))
      expect({ status, stdout, stderr }).toEqual({ status: 6, stdout: '', stderr: text })
    }))

  it('is none where there are profiles', () =>
    withSandbox(async (sandbox) => {
      await writeProfiles(sandbox, { credentials: '[work]\n' })
      const { stderr } = await runTool(['123456'], { sandbox })
      expect(stderr).toBe(
        errorText(missing, 'name one of the profiles with --profile: work', looked(sandbox.home)),
      )
    }))
})
