import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { dialects } from '../../src/dialects/dialects.ts'
import type { Change } from '../../src/variables/change.ts'
import { describeEachShell } from './each-shell.ts'
import { runScript, type Sandbox, withSandbox } from './run.ts'
import type { FoundShell } from './shells.ts'

const session: Change[] = [
  { name: 'AWS_PROFILE', value: null, mustVanish: true },
  { name: 'AWS_DEFAULT_PROFILE', value: null, mustVanish: true },
  { name: 'AWS_SECURITY_TOKEN', value: null },
  { name: 'AWS_REGION', value: 'eu-central-1' },
]
const unset: Change[] = [
  { name: 'AWS_REGION', value: null },
  { name: 'AWS_SECURITY_TOKEN', value: null },
]

/** With the user's files, since `--no-config` has no universal variables; each run is a fish of its own. */
async function runFish(
  shell: FoundShell,
  sandbox: Sandbox,
  lines: readonly string[],
  changes: Change[] = [],
) {
  const text = join(sandbox.folder, 'text')
  await writeFile(text, changes.length === 0 ? '' : dialects[shell.dialect].render(changes))
  const script = lines.map((line) => line.replace('EVALUATE', `cat ${text} | source`)).join('\n')
  const { status, stdout, stderr } = await runScript(shell, `${script}\n`, { sandbox, shellArguments: [] })
  return { status, stdout: `${stdout}`, stderr: `${stderr}` }
}

const quiet = { status: 0, stdout: '', stderr: '' }
const print = 'echo "$AWS_PROFILE|$AWS_DEFAULT_PROFILE|$AWS_REGION"'

describeEachShell(
  'a universal variable',
  (shell) => {
    it.each([
      ['exported', 'set -Ux AWS_PROFILE work', 'AWS_PROFILE', 'work|global|'],
      ['not exported', 'set -U AWS_PROFILE work', 'AWS_PROFILE', 'work|global|'],
      ['empty', 'set -Ux AWS_PROFILE', 'AWS_PROFILE', '|global|'],
      [
        'one of two',
        'set -Ux AWS_DEFAULT_PROFILE work; set -Ux AWS_PROFILE home',
        'AWS_PROFILE AWS_DEFAULT_PROFILE',
        'home|global|',
      ],
    ])('that would show through stops the export: %s', (_, make, names, state) =>
      withSandbox(async (sandbox) => {
        expect(await runFish(shell, sandbox, [make])).toEqual(quiet)
        const lines = [
          'set -gx AWS_DEFAULT_PROFILE global',
          'EVALUATE',
          'set left $status',
          print,
          'exit $left',
        ]
        expect(await runFish(shell, sandbox, lines, session)).toEqual({
          status: 6,
          stdout: `${state}\n`,
          stderr:
            `aws-mfa-env: error: a universal variable of fish would override the session: ${names}\n` +
            `aws-mfa-env: hint: erase it for every fish with: set -eU ${names}\n`,
        })
        const kept = names.split(' ').map((name) => `set -qU ${name}`)
        expect(await runFish(shell, sandbox, [kept.join('; and ')])).toEqual(quiet)
        const mended = [`set -eU ${names}`, 'EVALUATE', print]
        expect(await runFish(shell, sandbox, mended, session)).toEqual({
          ...quiet,
          stdout: '||eu-central-1\n',
        })
      }),
    )

    it('that is hidden for a while is there again after the unset, and in every other fish', () =>
      withSandbox(async (sandbox) => {
        expect(await runFish(shell, sandbox, ['set -Ux AWS_REGION us-east-1'])).toEqual(quiet)
        const during = { ...quiet, stdout: '||eu-central-1\n' }
        const after = { ...quiet, stdout: '||us-east-1\n' }
        expect(await runFish(shell, sandbox, ['EVALUATE', print], session)).toEqual(during)
        expect(await runFish(shell, sandbox, [print])).toEqual(after)
        const taken = ['set -gx AWS_REGION eu-central-1', 'EVALUATE', 'EVALUATE', print]
        expect(await runFish(shell, sandbox, taken, unset)).toEqual(after)
        expect(await runFish(shell, sandbox, [print])).toEqual(after)
      }))

    it('of the guard is not left behind', () =>
      withSandbox(async (sandbox) => {
        const lines = ['EVALUATE', 'set --names | string match "aws_mfa_env*"; or true']
        expect(await runFish(shell, sandbox, lines, session)).toEqual(quiet)
      }))
  },
  ({ dialect }) => dialect === 'fish',
)
