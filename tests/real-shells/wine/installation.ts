import { cp, mkdir, realpath, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Sandbox } from '../run.ts'
import { findOnPath } from '../shells.ts'

const project = fileURLToPath(new URL('../../..', import.meta.url))

/** Puts the package under `npm` in the sandbox, as `npm install --global` does on Windows, and the wrapper beside it. */
export async function installPackage(sandbox: Sandbox): Promise<void> {
  const folder = join(sandbox.folder, 'npm')
  const installed = join(folder, 'node_modules', 'aws-mfa-env')
  for (const part of ['package.json', 'dist', 'shells']) {
    await cp(join(project, part), join(installed, part), { recursive: true })
  }
  await makeShim(join(installed, 'dist', 'aws-mfa-env.cjs'), join(folder, 'aws-mfa-env'))
  await cp(join(project, 'shells', 'awsmfa.cmd'), join(folder, 'awsmfa.cmd'))
}

/** Puts a program in CommonJS, under the name of ours and with npm's shim, into a folder of the sandbox. */
export async function installStandIn(sandbox: Sandbox, folder: string, source: string): Promise<void> {
  const absolute = join(sandbox.folder, folder)
  await mkdir(absolute, { recursive: true })
  await writeFile(join(absolute, 'stand-in.cjs'), `#!/usr/bin/env node\n${source}`)
  await makeShim(join(absolute, 'stand-in.cjs'), join(absolute, 'aws-mfa-env'))
}

/** npm's own shim, by the package that npm makes it with. */
async function makeShim(program: string, shim: string): Promise<void> {
  const npm = findOnPath('npm')
  if (npm === undefined) throw new Error('npm is not on PATH')
  const cmdShim = createRequire(await realpath(npm))('cmd-shim')
  await cmdShim(program, shim)
}
