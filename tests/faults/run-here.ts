import { fileURLToPath } from 'node:url'
import { ExitCode, renderLine } from '../../src/errors.ts'
import { fail, run } from '../../src/run.ts'
import type { Surroundings } from '../../src/surroundings.ts'
import { readWords } from '../../src/words.ts'
import type { ToolRun } from '../commands/tool.ts'

// As own-process/ does; the SDK would warn about Node.js 20.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true'

/** Every code that the tool itself may end with, as the README promises them. */
export const contract: readonly number[] = Object.values(ExitCode)

/**
 * A run in this process, for thousands of them: all of the tool but main.ts, as that would be called without a home, a
 * terminal and anything on stdin.
 */
export async function runHere(
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  more: Partial<Surroundings> = {},
): Promise<ToolRun> {
  let stderr = ''
  const surroundings: Surroundings = {
    environment,
    platform: 'linux',
    processId: process.pid,
    userId: process.getuid?.(),
    groupIds: () => process.getgroups?.() ?? [],
    parentProcessId: 1,
    stdoutIsTerminal: false,
    stdoutColumns: () => undefined,
    version: '0.0.0',
    packageFolder: fileURLToPath(new URL('../..', import.meta.url)),
    folderIsGone: false,
    homeFolder: () => undefined,
    openTerminal: () => undefined,
    readStdin: async () => '',
    now: Date.now,
    uptime: () => performance.now(),
    ending: () => new AbortController().signal,
    ownVariables: [],
    takeSignals: () => () => {},
    note: (text) => {
      stderr += renderLine('note', text)
    },
    debug: (text) => {
      if (readWords(words).options.some(({ name }) => name === 'debug')) stderr += renderLine('debug', text)
    },
    ...more,
  }
  try {
    const { stdout, exitCode } = await run(words, surroundings)
    return { status: exitCode, stdout, stderr }
  } catch (error) {
    const ended = fail(error, words, surroundings)
    return { status: ended.exitCode, stdout: ended.stdout, stderr: stderr + ended.stderr }
  }
}
