// @module-tag slow
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { type Sandbox, withSandbox } from '../real-shells/run.ts'
import { type Reply, renderScreen, runAtTerminal, type Size, script } from './pseudo-terminal.ts'

const driver = fileURLToPath(new URL('menu-driver.ts', import.meta.url))
const arn = (name: string) => `arn:aws:iam::123456789012:mfa/${name}`
const three = [arn('phone'), arn('laptop'), 'GAHT12345678']
const many = Array.from({ length: 30 }, (_, index) => arn(`device-${index + 1}`))
const title = 'MFA device'
const question = 'its number (1-3): '
const wide = { columns: 80, rows: 24 }

const up = '\x1b[A'
const down = '\x1b[B'
const home = '\x1b[H'
const end = '\x1b[F'

interface Choice {
  readonly status: number | null
  readonly stdout: string
  readonly screen: string[]
  readonly shown: string
}

/** Types into the menu once it is drawn, then does what the replies say. */
async function choose(
  rows: readonly string[],
  typed: string | ((sandbox: Sandbox) => Promise<void>),
  options: { replies?: readonly Reply[]; size?: Size; environment?: Record<string, string> } = {},
): Promise<Choice> {
  const { replies = [], size = wide, environment = {} } = options
  return withSandbox(async (sandbox) => {
    const shown = environment['TERM'] === undefined ? '> 1) ' : question
    const reply = typeof typed === 'string' ? typed : () => typed(sandbox)
    const words = [process.execPath, '--import', import.meta.resolve('tsx'), driver, title, ...rows]
    const run = await runAtTerminal(words, {
      sandbox,
      size,
      environment,
      replies: [{ shown, reply }, ...replies],
    })
    return { ...run, screen: renderScreen(run.shown, size) }
  })
}

describe.skipIf(script === undefined)('the menu', () => {
  const choices: readonly [what: string, typed: string, index: number][] = [
    ['Enter', '\r', 0],
    ['arrows', `${down}${down}${up}\r`, 1],
    ['arrows in application mode', '\x1bOB\x1bOB\r', 2],
    ['up from the first', `${up}\r`, 2],
    ['down from the last', `${down}${down}${down}\r`, 0],
    ['j and k', 'jjk\r', 1],
    ['End and Home', `${end}${home}${end}\r`, 2],
    ['a digit', '2\r', 1],
    ['another digit', '23\r', 2],
    ['a digit without a row', '90\r', 0],
    ['other keys', 'x\x1a\x1b[5~\x1b[C \t2x\r', 1],
  ]
  it.each(choices)('takes %s, and shrinks to the chosen one', async (_what, typed, index) => {
    const { status, stdout, screen } = await choose(three, typed)
    expect([status, stdout]).toEqual([0, `${index}`])
    expect(screen).toEqual([`${title}: ${three[index]}`, ''])
  })

  const endings: readonly [what: string, typed: string, status: number, stdout: string][] = [
    ['Ctrl-C', '\x03', 130, 'interrupted'],
    ['Ctrl-D', '\x04', 0, 'undefined'],
    ['Esc', `${down}\x1b`, 0, 'undefined'],
  ]
  it.each(endings)('ends with %s, and leaves its title', async (_what, typed, status, stdout) => {
    expect(await choose(three, typed)).toMatchObject({ status, stdout, screen: [title, ''] })
  })

  it.each(['SIGTERM', 'SIGHUP', 'SIGINT'] as const)('leaves the terminal as it was at %s', async (signal) => {
    const { status, screen } = await choose(three, (sandbox) => killDriver(sandbox, signal))
    expect(status).toBe(99)
    expect(screen).toEqual([...drawn(three, 0), ''])
  })

  it('shows each row, and where it stands', async () => {
    const { shown } = await choose(three, down, { replies: [{ shown: '> 2)', reply: '\r' }] })
    expect(renderScreen(before(shown, `\r\x1b[3A\x1b[J${title}: `), wide)).toEqual(drawn(three, 1))
  })

  it('cuts rows out of their middle on a narrow screen, and scrolls on a short one', async () => {
    const size = { columns: 20, rows: 4 }
    const { stdout, shown, screen } = await choose(many, `${end}${up}`, {
      size,
      replies: [{ shown: '> 29)', reply: '\r' }],
    })
    expect(renderScreen(before(shown, `\r\x1b[3A\x1b[J${title}: `), size)).toEqual([
      'MFA devi..., Enter)',
      '  28) ar...evice-28',
      '> 29) ar...evice-29',
      '  30) ar...evice-30',
    ])
    expect(stdout).toBe('28')
    expect(screen.join('')).toBe(`${title}: ${many[28]}`)
  })

  it('takes the number of a row among many', async () => {
    expect((await choose(many, '1217\r')).stdout).toBe('16')
  })

  it('spells out what would steer the terminal', async () => {
    const { screen } = await choose(['\x1b[2Jone\ntwo', '日本語'.repeat(30)], down, {
      replies: [{ shown: '> 2)', reply: `${up}\r` }],
    })
    expect(screen).toEqual([`${title}: \\u{1b}[2Jone\\u{a}two`, ''])
  })

  it('leaves what stood above it, and a line to be asked below', async () => {
    const { stdout, screen } = await choose(three, `${down}\r`, {
      environment: { ASK: 'code: ' },
      replies: [{ shown: 'code: ', reply: '123456\r' }],
    })
    expect(stdout).toBe('1123456')
    expect(screen).toEqual([`${title}: ${three[1]}`, 'code: 123456', ''])
  })

  it.each(['dumb', ''])('is a list of numbers where TERM is "%s"', async (TERM) => {
    const { stdout, screen, shown } = await choose(three, '0\r', {
      environment: { TERM },
      replies: [
        { shown: question, reply: 'two\r' },
        { shown: question, reply: ' 2 \r' },
      ],
    })
    expect(stdout).toBe('1')
    expect(shown).not.toContain('\x1b')
    expect(screen).toEqual([
      title,
      ...three.map((row, index) => `${index + 1}) ${row}`),
      `${question}0`,
      `${question}two`,
      `${question} 2`,
      '',
    ])
  })

  it('ends with Ctrl-D where it is a list', async () => {
    const { status, stdout } = await choose(three, '\x04', { environment: { TERM: 'dumb' } })
    expect([status, stdout]).toEqual([0, 'undefined'])
  })
})

function drawn(rows: readonly string[], current: number): string[] {
  const lines = rows.map((row, index) => `${index === current ? '>' : ' '} ${index + 1}) ${row}`)
  return [`${title} (1-${rows.length}: arrows or number, Enter)`, ...lines]
}

function before(shown: string, end: string): string {
  expect(shown).toContain(end)
  return shown.slice(0, shown.lastIndexOf(end))
}

async function killDriver({ folder }: Sandbox, signal: NodeJS.Signals): Promise<void> {
  process.kill(Number(await readFile(join(folder, 'pid'), 'utf8')), signal)
}
