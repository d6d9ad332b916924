import { existsSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The Debian 13 that `build` makes, with Wine and with newer shells than the machine's own. */

/** Its root folder, or why it is not to be had. */
export function findRoot(): string | { missing: string } {
  if (process.platform !== 'linux') return { missing: 'the folder of a Debian is used on Linux alone' }
  if (process.getuid?.() !== 0) return { missing: 'the folder of a Debian can be entered by root alone' }
  const root = join(cacheFolder(), 'wine', 'root')
  return existsSync(root) ? root : { missing: 'nobody has run tests/real-shells/wine/build' }
}

function cacheFolder(): string {
  const { AWS_MFA_ENV_TEST_CACHE: ours, XDG_CACHE_HOME: caches } = process.env
  return ours || join(caches || join(homedir(), '.cache'), 'aws-mfa-env-tests')
}

/** The words that start one of its shells, which finds sandboxes, this project and Node.js where they are out here. */
export function findInRoot(name: string): readonly string[] | { missing: string } {
  const root = findRoot()
  if (typeof root !== 'string') return root
  const program = `/usr/bin/${name}`
  if (!existsSync(join(root, program))) return { missing: `there is no ${name} in ${root}` }
  const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
  const project = here('../../..').replace(/\/$/, '')
  return [here('enter-shell'), root, tmpdir(), project, process.execPath, '--', program]
}
