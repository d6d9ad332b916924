// What concerns the program that brings its own runtime.

import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { runProgram, withSandbox } from '../real-shells/run.ts'
import { findOnPath } from '../real-shells/shells.ts'
import { isBundle, runTool, toolPath } from './tool.ts'

const strace = findOnPath('strace')

/** What a runtime takes settings and code from, in the folder that one happens to be in. */
const traps = {
  '.env': 'AWS_PROFILE=trap\nAWS_SESSION_TOKEN=trap\n',
  '.env.production': 'AWS_PROFILE=trap\n',
  'bunfig.toml': 'preload = ["./trap.js"]\n',
  'package.json': '{ "name": "trap", "imports": { "#x": "./trap.js" }, "type": 3',
  'tsconfig.json': '{ "compilerOptions": { "paths": { "*": ["./trap.js"] } } }\n',
  'trap.js': 'console.log("trapped")\n',
}

/** What any program reads that is linked to a C library, and what tells the runtime how much it may use. */
const ofTheSystem = /^\/(proc|sys|dev|lib\w*|usr\/lib\w*)\/|^\/etc\/(ld\.so\.\w+|localtime)$/

describe.skipIf(isBundle)('the executable', () => {
  it('takes nothing from the folder that it runs in, nor what is meant for Node.js', () =>
    withSandbox(async (sandbox) => {
      const runs = () =>
        Promise.all(
          [['--unset', '-s', 'sh'], ['status'], ['-s', 'sh', '--no-prompt']].map((words) =>
            runTool(words, {
              sandbox,
              environment: { NODE_OPTIONS: `--require=${join(sandbox.folder, 'trap.js')}` },
            }),
          ),
        )
      const before = await runs()
      await mkdir(join(sandbox.folder, 'node_modules'))
      for (const [name, text] of Object.entries(traps)) await writeFile(join(sandbox.folder, name), text)
      expect(await runs()).toEqual(before)
      expect(before.map(({ status }) => status)).toEqual([0, 3, 6])
    }))

  it.skipIf(strace === undefined)('reads no file but the system needs it to start (strace)', () =>
    withSandbox(async (sandbox) => {
      const log = join(sandbox.folder, 'log')
      for (const words of [['--unset', '-s', 'sh'], ['init', 'bash'], ['status'], ['--help']]) {
        await runProgram(
          strace ?? '',
          ['-f', '-qq', '-e', 'trace=open,openat', '-o', log, toolPath, ...words],
          {
            sandbox,
          },
        )
        const opened = [...(await readFile(log, 'latin1')).matchAll(/ open(?:at)?\([^"]*"([^"]*)"/g)]
        const paths = opened.map(([, path = '']) => path)
        expect(paths).not.toEqual([])
        expect({ words, paths: paths.filter((path) => !ofTheSystem.test(path)) }).toEqual({
          words,
          paths: [],
        })
      }
    }),
  )

  it('holds no path of the machine that it was made on', async () => {
    const bytes = await readFile(toolPath)
    const project = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')
    // That of root could be anything.
    const places = [project, homedir(), '/aws-mfa-env-executable-'].filter((path) => path.length > 6)
    expect(existsSync(project)).toBe(true)
    expect(places.filter((path) => bytes.includes(path))).toEqual([])
    expect(bytes.includes('GetSessionToken')).toBe(true)
  })
})
