// @module-tag slow
// The terminal of Windows: the menu, and the commands that profiles name, which cmd and batch files run there.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'rolldown'
import { beforeAll, expect, it } from 'vitest'
import { type Sandbox, withSandbox } from '../real-shells/run.ts'
import { renderLines, sandboxInCmd } from '../real-shells/wine/cmd.ts'
import { type Reply, runInConsole, script } from '../real-shells/wine/console.ts'
import { describeEachNode } from '../real-shells/wine/each-node.ts'

const drivers = ['../device/menu-driver', '../token-code/mfa-driver', '../keys/credential-process-driver']
const start = (driver: string) => `node "${sandboxInCmd}\\${driver}.mjs"`

/** Puts the drivers into the sandbox, which has no tsx. */
async function installDrivers({ folder }: Sandbox): Promise<void> {
  const input = drivers.map((driver) => fileURLToPath(new URL(`${driver}.ts`, import.meta.url)))
  const output = {
    dir: folder,
    format: 'esm',
    entryFileNames: '[name].mjs',
    chunkFileNames: '[name].mjs',
  } as const
  await build({ input, platform: 'node', output, logLevel: 'silent' })
}

async function installCommands({ folder }: Sandbox): Promise<void> {
  const keys = '{"Version":1,"AccessKeyId":"AKIA","SecretAccessKey":"%~2 of %~1"}'
  const commands = {
    ask: ['@echo off', 'set /p pin=PIN:>con', 'echo code %pin% lasts 24s'],
    tool: ['@echo off', `echo ${keys}`],
  }
  for (const [name, text] of Object.entries(commands)) {
    await writeFile(join(folder, `${name}.cmd`), renderLines(text))
  }
}

const lines = [
  `cd /d ${sandboxInCmd}`,
  `${start('menu-driver')} Device one two three >chosen.txt`,
  'echo menu %ERRORLEVEL%',
  'type chosen.txt',
  'echo.',
  `${start('menu-driver')} Again one two >left.txt`,
  'echo left %ERRORLEVEL%',
  'type left.txt',
  'echo.',
  `${start('mfa-driver')} ask.cmd >code.txt`,
  'echo mfa %ERRORLEVEL%',
  'type code.txt',
  'echo.',
  `set "COMMANDS={"one": "\\"${sandboxInCmd.replaceAll('\\', '\\\\')}\\\\tool.cmd\\" \\"a b\\" secret"}"`,
  `${start('credential-process-driver')} one >keys.txt`,
  'echo keys %ERRORLEVEL%',
  'type keys.txt',
  'echo.',
]

const replies: Reply[] = [
  { shown: '> 1) one', type: '\x1b[B\x1b[B\x1b[A\r' },
  { shown: '> 1) one', type: '\x04' },
  { shown: 'PIN:', type: '123456\r' },
]

describeEachNode(
  'the console',
  (root, node) => {
    if (script === undefined) {
      it.skip('is skipped: script is not on PATH')
      return
    }
    let shown: string
    beforeAll(async () => {
      shown = await withSandbox(async (sandbox) => {
        await installDrivers(sandbox)
        await installCommands(sandbox)
        return runInConsole(root, lines, replies, { sandbox, node })
      })
    })

    it('moves through the menu, and leaves it', () => {
      expect(shown).toMatch(/^Device: two\nmenu 0\n1$/m)
      expect(shown).toMatch(/^Again\nleft 0\nundefined$/m)
    })

    it("is where mfa_process's command asks, which cmd runs", () => {
      expect(shown).toMatch(/PIN:123456\nmfa 0\n123456$/m)
    })

    it("shows the keys of credential_process's command, a batch file with words that hold blanks", () => {
      expect(shown).toMatch(/^keys 0\n\{.*"SecretAccessKey":"secret of a b"\}$/m)
    })
  },
  ['20', '24'],
)
