import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** The newest of each line that npm has. */
const nodeVersions = ['20.20.2', '22.23.3', '24.21.0', '26.12.1'] as const

/** A Node.js of npm's `node` packages. */
export interface Node {
  /** `24` */
  readonly line: string
  readonly version: string
  readonly path: string
}

/** The Node.js of each line, brought from npm once and kept beside what other tests keep. */
export function bringNodes(): readonly Node[] {
  const caches = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache')
  const folder = process.env['AWS_MFA_ENV_TEST_CACHE'] ?? join(caches, 'aws-mfa-env-tests')
  return nodeVersions.map((version) => {
    const home = join(folder, `node-${version}`)
    const path = join(home, 'package', 'bin', 'node')
    if (!existsSync(path)) bringNode(version, home)
    return { line: version.split('.')[0] ?? '', version, path }
  })
}

function bringNode(version: string, home: string): void {
  const partial = `${home}.partial`
  mkdirSync(partial, { recursive: true })
  const package_ = `node-${process.platform}-${process.arch}@${version}`
  const options = { cwd: partial, encoding: 'utf8' } as const
  const archive = execFileSync('npm', ['pack', '--silent', package_], options).trim()
  execFileSync('tar', ['-xzf', archive, 'package/bin/node'], options)
  renameSync(partial, home)
}
