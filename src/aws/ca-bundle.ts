import { X509Certificate } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { badSetting, resolveSetting, type SettingSources, settingNames } from '../settings.ts'

/** The authorities to trust, in place of those that come with Node.js. */
export interface CaBundle {
  /** Certificates, in PEM. */
  readonly text: string
  readonly path: string
  /** The variable, or the profile's key and its place. */
  readonly origin: string
}

/**
 * The certificates in the file that AWS_CA_BUNDLE or `ca_bundle` names, read and checked.
 * @param url the endpoint; plain http needs no certificates
 * @throws {Failure} configuration: there is no such file, or no certificates in it
 */
export function resolveCaBundle(sources: SettingSources, url: string | undefined): CaBundle | undefined {
  if (url?.startsWith('http:')) return undefined
  const setting = resolveSetting(sources, settingNames.caBundle)
  if (setting === undefined) return undefined
  const { value: path, origin } = setting
  let text: string | undefined
  try {
    // A pipe would be waited for, and no signal heard.
    if (statSync(path).isFile()) text = readFileSync(path, 'utf8')
  } catch (error) {
    throw badSetting(setting, `${path} cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
  if (text === undefined) throw badSetting(setting, `${path} is no regular file`)
  const certificates = text.match(certificate) ?? []
  if (certificates.length === 0 || !certificates.every(isCertificate)) {
    throw badSetting(
      setting,
      `${path} does not hold certificates as PEM`,
      'as in: -----BEGIN CERTIFICATE-----, lines of base64, -----END CERTIFICATE-----',
    )
  }
  return { text, path, origin }
}

const certificate = /-----BEGIN CERTIFICATE-----[^-]*(?:-----END CERTIFICATE-----|$)/g

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0
  } catch {
    return false
  }
}
