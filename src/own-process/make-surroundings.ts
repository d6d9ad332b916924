import { fstatSync } from 'node:fs'
import { dirname } from 'node:path'
import { isatty, WriteStream } from 'node:tty'
import packageJson from '../../package.json' with { type: 'json' }
import { renderLine, usageFailure } from '../errors.ts'
import { findHomeFolder } from '../home-folder.ts'
import type { Surroundings } from '../surroundings.ts'
import { openTerminal, type Terminal } from '../terminal.ts'
import { writeQuietly } from './write.ts'

/** What a run has opened or started, for an interruption, which cannot wait until it is put in order by itself. */
export interface Opened {
  /** It may be as a menu wants it, with the cursor behind a question. */
  terminal?: Terminal | undefined
  /** Aborts what this process has started; made when something is. */
  started?: AbortController
}

/** @param opened where the run keeps what it opens */
export function makeSurroundings(
  debugging: boolean,
  takeSignals: Surroundings['takeSignals'],
  opened: Opened,
): Surroundings {
  const ownVariables = setOwnVariables()
  const folderIsGone = leaveGoneFolder()
  return {
    environment: process.env,
    platform: process.platform,
    processId: process.pid,
    userId: process.getuid?.(),
    groupIds: () => [process.getegid?.() ?? [], process.getgroups?.() ?? []].flat(),
    parentProcessId: process.ppid,
    stdoutIsTerminal: isTerminal(1),
    stdoutColumns: () => (isTerminal(1) ? new WriteStream(1).columns || undefined : undefined),
    version: packageJson.version,
    // That of the bundle is dist.
    packageFolder: dirname(import.meta.dirname),
    folderIsGone,
    homeFolder: findHomeFolder,
    openTerminal: () => {
      opened.terminal ??= openTerminal(process.platform, process.env)
      return opened.terminal
    },
    readStdin,
    now: Date.now,
    // Not `performance`, which has to be loaded.
    uptime: () => process.uptime() * 1000,
    ending: () => {
      opened.started ??= new AbortController()
      return opened.started.signal
    },
    ownVariables,
    takeSignals,
    note: (text) => writeQuietly(2, renderLine('note', text)),
    debug: (text) => {
      if (debugging) writeQuietly(2, renderLine('debug', text))
    },
  }
}

/** Without it the SDK would warn about Node.js 20 on stderr; who has set it has done so for other programs too. */
function setOwnVariables(): readonly string[] {
  const variables = ['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'].filter(
    (name) => process.env[name] === undefined,
  )
  for (const name of variables) process.env[name] = 'true'
  return variables
}

/** Looked at as a file first: most runs write into a pipe, and what knows terminals takes its time to load. */
function isTerminal(descriptor: number): boolean {
  try {
    if (!fstatSync(descriptor).isCharacterDevice()) return false
  } catch {
    // A console, for all that is known.
  }
  return isatty(descriptor)
}

/** A current folder that has been deleted makes every look at it fail, in libraries too. */
function leaveGoneFolder(): boolean {
  try {
    process.cwd()
    return false
  } catch {
    process.chdir('/')
    return true
  }
}

/** Not all of it and not synchronously, so that Enter is enough at a terminal and a signal is heard. */
async function readStdin(): Promise<string> {
  try {
    let text = ''
    for await (const chunk of process.stdin.setEncoding('utf8')) {
      text += chunk
      if (text.includes('\n') || text.length > 1024) break
    }
    return text.split('\n')[0] ?? ''
  } catch (error) {
    throw usageFailure(`stdin cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
}
