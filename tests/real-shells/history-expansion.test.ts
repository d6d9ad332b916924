import { spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { dialects } from '../../src/dialects/dialects.ts'
import { describeEachShell } from './each-shell.ts'
import { readEnvironment, runProgram, withSandbox } from './run.ts'
import { findOnPath } from './shells.ts'

const values = [
  "it's!",
  '!!',
  '!$',
  '!*',
  '!#',
  '!-1',
  '!echo',
  '!?marker?',
  "'!!'",
  '"!!"',
  "!'",
  '^echo^id',
  'a!b!',
]

// Of util-linux, which gives its child a terminal and types its own stdin there.
const script = findOnPath('script')
const hasScript = script !== undefined && /util-linux/.test(`${spawnSync(script, ['--version']).stdout}`)

const interactive: Readonly<Record<string, string>> = {
  bash: '--noprofile --norc -i',
  zsh: '--no-rcs -i',
  tcsh: '-f -i',
}

describeEachShell(
  'in a terminal with history expansion on',
  (shell) => {
    if (!hasScript) {
      it.skip("is skipped: util-linux's script is not on PATH")
      return
    }
    it('values with ! reach a child as they are', () =>
      withSandbox(async (sandbox) => {
        const text = join(sandbox.folder, 'text')
        const changes = values.map((value, index) => ({ name: `TYPED_${index}`, value }))
        await writeFile(text, dialects[shell.dialect].render(changes))
        const typed = [
          'echo marker',
          // Shows that history expansion is on: it runs `echo echo marker`.
          'echo !! >expanded',
          shell.syntax.evaluate(`cat ${text}`),
          shell.dialect === 'tcsh'
            ? 'env EXPANDED="`cat expanded`" env -0 >dump'
            : 'EXPANDED="$(cat expanded)" env -0 >dump',
          'exit',
        ]
        const command = `${shell.launch.join(' ')} ${interactive[shell.kind]}`
        const ending = await runProgram(script, ['-qec', command, '/dev/null'], {
          sandbox,
          environment: { TERM: 'dumb', HISTFILE: undefined, SHELL: '/bin/sh' },
          input: typed.map((line) => `${line}\n`).join(''),
        })
        expect(ending.status, `${ending.stdout}`).toBe(0)
        const environment = await readEnvironment(join(sandbox.folder, 'dump'))
        expect(`${environment.get('EXPANDED')}`).toBe('echo marker')
        expect(values.map((_, index) => `${environment.get(`TYPED_${index}`)}`)).toEqual(values)
      }))
  },
  ({ kind }) => kind in interactive,
)
