import { cp, mkdir, realpath, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
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

/** Puts a program in CommonJS, with npm's shim and by default under the name of ours, into a folder of the sandbox. */
export async function installStandIn(
  sandbox: Sandbox,
  folder: string,
  source: string,
  name = 'aws-mfa-env',
): Promise<void> {
  const absolute = join(sandbox.folder, folder)
  await mkdir(absolute, { recursive: true })
  await writeFile(join(absolute, 'stand-in.cjs'), `#!/usr/bin/env node\n${source}`)
  await makeShim(join(absolute, 'stand-in.cjs'), join(absolute, name))
}

/** Puts npm itself under `nodejs` in the sandbox, as Node.js has it on Windows. */
export async function installNpm({ folder }: Sandbox): Promise<void> {
  const npm = dirname(dirname(await findNpm()))
  await cp(npm, join(folder, 'nodejs', 'node_modules', 'npm'), { recursive: true })
  await cp(join(npm, 'bin', 'npm.cmd'), join(folder, 'nodejs', 'npm.cmd'))
}

/** npm's own shim, by the package that npm makes it with. */
async function makeShim(program: string, shim: string): Promise<void> {
  const cmdShim = createRequire(await findNpm())('cmd-shim')
  await cmdShim(program, shim)
}

/** The file that starts npm, in `bin` of its package. */
async function findNpm(): Promise<string> {
  const npm = findOnPath('npm')
  if (npm === undefined) throw new Error('npm is not on PATH')
  return realpath(npm)
}
