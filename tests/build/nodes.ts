import { existsSync, readFileSync } from 'node:fs'
import module from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** A Node.js that runs the bundle. */
export interface Node {
  readonly version: string
  readonly path: string
  /** Why it is not there. */
  readonly missing: string | undefined
}

const script = readFileSync(new URL('bring-nodes', import.meta.url), 'utf8')
const versions = /^versions=\((.*)\)$/m.exec(script)?.[1]?.split(' ') ?? []

const caches = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache')
const folder = process.env['AWS_MFA_ENV_TEST_CACHE'] ?? join(caches, 'aws-mfa-env-tests')

/** Where tests/build/bring-nodes puts a version. */
export const pathOfNode = (version: string) => join(folder, `node-${version}`, 'package', 'bin', 'node')

const own: Node = { version: process.versions.node, path: process.execPath, missing: undefined }

const brought = versions.map((version): Node => {
  const path = pathOfNode(version)
  const missing = existsSync(path) ? undefined : 'tests/build/bring-nodes has not been run'
  return { version, path, missing }
})

/** The one that runs the tests, and those that tests/build/bring-nodes brings. */
export const nodes: readonly Node[] = [own, ...brought.filter(({ version }) => version !== own.version)]

/** Those of them that keep compiled code, as Node.js does since 22.1. */
export const keepingNodes = 'enableCompileCache' in module ? nodes : nodes.slice(1)
