import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { pathOfNode } from '../build/nodes.ts'

/** A Node.js of npm's `node` packages. */
export interface Node {
  /** `24` */
  readonly line: string
  readonly version: string
  readonly path: string
}

/** The newest of each line that npm has. */
const versions = ['20.20.2', '22.23.3', '24.21.0', '26.12.1']

/** The Node.js of each line. */
export function bringNodes(): readonly Node[] {
  execFileSync(fileURLToPath(new URL('../build/bring-nodes', import.meta.url)), versions)
  return versions.map((version) => ({ line: version.slice(0, 2), version, path: pathOfNode(version) }))
}
