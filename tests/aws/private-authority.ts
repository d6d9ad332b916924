import { execFile } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findOnPath } from '../real-shells/shells.ts'

const run = promisify(execFile)

export const hasOpenssl = findOnPath('openssl') !== undefined

/** A certificate authority that nobody trusts by himself, made for one test file. */
export interface Authority {
  /** The file for AWS_CA_BUNDLE. */
  readonly path: string
  /** A key and a certificate for these hosts, in PEM. */
  issue(hosts: readonly string[]): Promise<{ key: string; cert: string }>
  remove(): Promise<void>
}

export async function createAuthority(): Promise<Authority> {
  const folder = await mkdtemp(join(tmpdir(), 'aws-mfa-env-authority-'))
  const at = (name: string) => join(folder, name)
  let serial = 1
  const openssl = (...words: string[]) => run('openssl', words, { cwd: folder })
  // Its own settings in place of the system's, so that LibreSSL will do.
  await writeFile(
    at('openssl.cnf'),
    '[req]\ndistinguished_name=name\n[name]\n[ca]\nbasicConstraints=CA:TRUE\n',
  )
  await writeFile(at('ca.key'), createKey())
  const subject = ['-subj', '/CN=A test of aws-mfa-env', '-config', at('openssl.cnf')]
  const self = ['-x509', '-key', 'ca.key', '-extensions', 'ca', '-days', '2', '-out', 'ca.pem']
  await openssl('req', '-new', ...self, ...subject)
  return {
    path: at('ca.pem'),
    async issue(hosts) {
      const name = `host-${serial++}`
      const key = createKey()
      await writeFile(at(`${name}.key`), key)
      await writeFile(at(`${name}.cnf`), `subjectAltName=${hosts.map((host) => `DNS:${host}`).join(',')}\n`)
      await openssl('req', '-new', '-key', `${name}.key`, '-out', `${name}.csr`, ...subject)
      const issuer = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-set_serial', String(serial), '-days', '2']
      const files = ['-in', `${name}.csr`, '-extfile', `${name}.cnf`, '-out', `${name}.pem`]
      await openssl('x509', '-req', ...issuer, ...files)
      return { key, cert: await readFile(at(`${name}.pem`), 'utf8') }
    },
    remove: () => rm(folder, { recursive: true }),
  }
}

function createKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}
