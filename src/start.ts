#!/usr/bin/env node
import { statSync } from 'node:fs'
import module from 'node:module'
import { join } from 'node:path'
import { findCacheFolder } from './files/cache-folder.ts'
import { makePrivateFolder, openPrivateFolder } from './files/private-folder.ts'
import { findHomeFolder } from './home-folder.ts'

/**
 * Has Node.js keep the compiled code for the next run, in a folder that nobody else can write to: what is kept there
 * is run. Its own place for it, below /tmp, could be somebody's. Node.js 20 keeps none.
 */
function keepCompiledCode(): void {
  const { enableCompileCache } = module as { enableCompileCache?: (folder: string) => unknown }
  if (enableCompileCache === undefined) return
  const { env: environment, platform } = process
  const surroundings = { environment, platform, homeFolder: findHomeFolder, debug() {} }
  const path = findCacheFolder(surroundings)
  if (path === undefined || findHomeFolder() === undefined) return
  const folder = openPrivateFolder(join(path, 'code'), process.getuid?.(), surroundings)
  if (typeof folder === 'string') return
  try {
    const { mode = 0 } = statSync(folder.path, { throwIfNoEntry: false }) ?? {}
    // Node.js makes a folder in it that all may write to who get there.
    if ((mode & 0o777) !== 0o700) makePrivateFolder(folder)
    enableCompileCache(folder.path)
  } catch {
    // A full disk or a missing right costs the next run some milliseconds.
  }
}

keepCompiledCode()
void import('./main.ts')
