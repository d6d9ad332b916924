import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { ExitCode, Failure, WrongTokenCode } from '../../src/errors.ts'
import { type MfaProcess, withMfaProcess } from '../../src/token-code/mfa-process.ts'
import { errorText } from '../commands/tool.ts'
import { runAtTerminal, script } from '../device/pseudo-terminal.ts'
import { hasEnded } from '../processes/ended.ts'
import { runProgram, type Sandbox, withSandbox } from '../real-shells/run.ts'

const origin = 'mfa_process in /home/me/.aws/config, line 7'
const at = `profile work, ${origin}: the command`
const tryIt = 'run that command by itself to see what it does'
const sixDigits = 'it has to print six digits that stand by themselves, once'

function processOf(value: string, more: Partial<MfaProcess['surroundings']> = {}, timeLimit = 20_000) {
  const notes: string[] = []
  const process_: MfaProcess = {
    command: { value, origin, from: 'profile' },
    profileName: 'work',
    timeLimit,
    surroundings: {
      environment: { PATH: process.env['PATH'] },
      ownVariables: [],
      platform: process.platform,
      ending: () => new AbortController().signal,
      now: Date.now,
      note: (text) => notes.push(text),
      ...more,
    },
  }
  return { process: process_, notes }
}

/** The code that a command gives, or its failure's lines. */
async function codeOf(command: string, timeLimit?: number): Promise<string | string[]> {
  try {
    const { process } = processOf(command, {}, timeLimit)
    return await withMfaProcess(process, undefined, async (tokenCode) => tokenCode)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return [`${error.exitCode}`, error.message, ...error.hints]
  }
}

const outputs: readonly [output: string, code: string | string[]][] = [
  ['976249', '976249'],
  ['000001\\n', '000001'],
  ['976249 lasts 24s', '976249'],
  ['code \\033[32m976249\\033[0m of 12345678', '976249'],
  ['x976249x\\n976249\\n', '976249'],
  ['', ['6', `${at} printed no code`, sixDigits]],
  ['12345', ['6', `${at} printed no code`, sixDigits]],
  ['1234567', ['6', `${at} printed no code`, sixDigits]],
  ['976 249', ['6', `${at} printed no code`, sixDigits]],
  ['９７６２４９', ['6', `${at} printed no code`, sixDigits]],
  ['123456 654321', ['6', `${at} printed several codes`, sixDigits]],
]

describe.skipIf(process.platform === 'win32')("mfa_process's command", () => {
  it.each(outputs)('prints "%s"', async (output, code) => {
    expect(await codeOf(`printf '${output}'`)).toEqual(code)
  })

  const failures: readonly [what: string, command: string, ...lines: string[]][] = [
    ['fails', 'echo 123456; exit 3', '6', `${at} failed with exit code 3`, tryIt],
    ['is not there', 'hunter2-123456 2>&-', '6', `${at} failed with exit code 127`, tryIt],
    ['is killed', 'echo 123456; kill -KILL $$', '6', `${at} was ended by SIGKILL`, tryIt],
    ['is interrupted', 'kill -INT $$', '130', 'interrupted'],
    [
      'prints a megabyte',
      'yes 123456 | head -c 1000000 2>&-',
      '6',
      `${at} printed more than 65536 bytes`,
      tryIt,
    ],
    [
      'cannot be said',
      'echo \0 123456',
      '6',
      `${at} cannot be started (ERR_INVALID_ARG_VALUE)`,
      expect.any(String),
    ],
  ]
  it.each(failures)('%s', async (_what, command, ...lines) => {
    expect(await codeOf(command)).toEqual(lines)
  })

  it('hangs, and is ended with all that it has started', () =>
    withSandbox(async ({ folder }) => {
      const file = join(folder, 'pid')
      const command = `sh -c 'echo $$ >${file}; sleep 300; true' | cat; true`
      expect(await codeOf(command, 700)).toEqual(['6', `${at} did not end within 0.7 s`, tryIt])
      await hasEnded(Number(await readFile(file, 'utf8')))
    }))

  it('leaves something behind that holds its stdout', { tags: 'slow' }, async () => {
    expect(await codeOf('sleep 20 2>&- & echo 123456', 15_000)).toBe('123456')
  })
})

/** A command that prints one code after the other, a line for each run. */
async function counting({ folder }: Sandbox, ...codes: string[]) {
  const [runs, file] = [join(folder, 'runs'), join(folder, 'codes')]
  await writeFile(file, `${codes.join('\n')}\n`)
  return `echo >>${runs}; sed -n "$(($(wc -l <${runs})))p" ${file}`
}

/** A clock that shows so many milliseconds of a half minute at first. */
function clockAt(milliseconds: number): () => number {
  const offset = 1_800_000_000_000 + milliseconds - Date.now()
  return () => Date.now() + offset
}

describe.skipIf(process.platform === 'win32')('a code of mfa_process', () => {
  const wrong = () => new WrongTokenCode(ExitCode.refused, 'wrong', 'another hint')

  /** What came of it when AWS takes one code alone. */
  async function use(good: string, codes: string[], now: () => number, usedAt?: number) {
    return withSandbox(async (sandbox) => {
      const { process, notes } = processOf(await counting(sandbox, ...codes), { now })
      const used: string[] = []
      const result = await withMfaProcess(process, usedAt, async (tokenCode) => {
        used.push(tokenCode)
        if (tokenCode !== good) throw wrong()
        return 'done'
      }).catch((error: Failure) => error.message)
      return { used, notes, result, step: Math.floor(now() / 30_000) }
    })
  }

  const firstStep = 1_800_000_000_000 / 30_000

  it('is used once', async () => {
    expect(await use('111111', ['111111'], clockAt(0))).toEqual({
      used: ['111111'],
      notes: [],
      result: 'done',
      step: firstStep,
    })
  })

  it('is followed by the next one where it is wrong', { tags: 'slow' }, async () => {
    expect(await use('222222', ['111111', '222222'], clockAt(29_000))).toEqual({
      used: ['111111', '222222'],
      notes: ['AWS did not accept the code of this half minute: waiting 1 s for the next one'],
      result: 'done',
      step: firstStep + 1,
    })
  })

  it('is followed by the next one at once where that has come already', async () => {
    let reads = 0
    const now = () => 1_800_000_000_000 + (reads++ === 0 ? 29_999 : 30_500)
    expect(await use('222222', ['111111', '222222'], now)).toMatchObject({
      used: ['111111', '222222'],
      notes: [],
      result: 'done',
    })
  })

  it('is of the half minute in which the command has ended', { tags: 'slow' }, async () => {
    const shown = clockAt(58_500)
    let reads = 0
    const now = () => (reads++ === 0 ? 1_800_000_029_000 : shown())
    expect(await use('222222', ['111111', '222222'], now, 1_799_999_999_999)).toEqual({
      used: ['111111', '222222'],
      notes: ['AWS did not accept the code of this half minute: waiting 2 s for the next one'],
      result: 'done',
      step: firstStep + 2,
    })
  })

  it('is followed by one alone', async () => {
    expect(await use('333333', ['111111', '222222', '333333'], clockAt(29_500))).toMatchObject({
      used: ['111111', '222222'],
      result: 'wrong',
    })
  })

  it('is never sent again', async () => {
    expect(await use('333333', ['111111', '111111'], clockAt(29_500))).toMatchObject({
      used: ['111111'],
      result: `${at} printed a code again that AWS has refused`,
    })
  })

  it('is waited for where one of this half minute has been used', { tags: 'slow' }, async () => {
    const usedAt = 1_800_000_000_000
    expect(await use('111111', ['111111', '222222'], clockAt(28_600), usedAt)).toEqual({
      used: ['111111'],
      notes: ['the code of this half minute has been used already: waiting 2 s for the next one'],
      result: 'done',
      step: firstStep + 1,
    })
  })

  it('is waited for once', async () => {
    expect(await use('333333', ['111111'], clockAt(29_500), 1_800_000_029_000)).toMatchObject({
      used: ['111111'],
      result: 'wrong',
    })
  })

  it('is not waited for where the one before was of another half minute', async () => {
    const { notes, step } = await use('111111', ['111111'], clockAt(0), 1_799_999_999_999)
    expect([notes, step]).toEqual([[], firstStep])
  })
})

const driver = fileURLToPath(new URL('mfa-driver.ts', import.meta.url))
const drive = (command: string) => [process.execPath, '--import', import.meta.resolve('tsx'), driver, command]
const ask = 'printf "PIN: " >&2; read -r pin; echo "code $pin"'

describe.skipIf(script === undefined)("mfa_process's command at a terminal", () => {
  it('asks there', () =>
    withSandbox(async (sandbox) => {
      const replies = [{ shown: 'PIN: ', reply: '123456\r' }]
      const { status, stdout } = await runAtTerminal(drive(ask), { sandbox, replies })
      expect([status, stdout]).toEqual([0, '123456'])
    }))

  it('asks there although stdin is meant for somebody else', () =>
    withSandbox(async (sandbox) => {
      const replies = [{ shown: 'PIN: ', reply: '123456\r' }]
      const words = ['sh', '-c', 'echo 9999 | { "$@"; cat; }', 'sh', ...drive(ask)]
      const { stdout, shown } = await runAtTerminal(words, { sandbox, replies })
      expect(stdout, shown).toBe('1234569999')
    }))

  it('is interrupted by Ctrl-C', () =>
    withSandbox(async (sandbox) => {
      const replies = [{ shown: 'PIN: ', reply: '\x03' }]
      const { status, stdout } = await runAtTerminal(drive(ask), { sandbox, replies })
      expect([status, stdout]).toEqual([130, ''])
    }))

  it.each([
    ['ends with us', 'sleep 300'],
    ['ends with us where Ctrl-Z has stopped it', 'kill -STOP $$'],
  ])('%s', (_, wait) =>
    withSandbox(async (sandbox) => {
      const read = async (name: string) => Number(await readFile(join(sandbox.folder, name), 'utf8'))
      const reply = async () => void process.kill(await read('pid'), 'SIGTERM')
      const command = `sh -c 'echo $$ >child; echo started >&2; ${wait}; true'; true`
      const { status } = await runAtTerminal(drive(command), {
        sandbox,
        replies: [{ shown: 'started', reply }],
      })
      expect(status).toBe(99)
      await hasEnded(await read('child'))
    }),
  )

  it('has an empty stdin where there is no terminal', () =>
    withSandbox(async (sandbox) => {
      const [program = '', ...words] = drive('cat >seen; echo seen >&2; exit 1')
      const { status, stderr } = await runProgram(program, words, { sandbox, input: 'for others' })
      expect(await readFile(join(sandbox.folder, 'seen'), 'utf8')).toBe('')
      expect([status, stderr.toString()]).toEqual([
        6,
        `seen\n${errorText('profile work, --mfa-process: the command failed with exit code 1', tryIt)}`,
      ])
    }))
})
