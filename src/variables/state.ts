import { digest } from '../digest.ts'
import { forms, isText, isTime } from '../forms.ts'
import { type ChangedVariable, changedVariables, restorableVariables } from './names.ts'

/** Whose long-term keys signed: a profile's, or those in the environment, known by their key id. */
export type Source = { readonly profile: string } | { readonly accessKeyId: string }

/** Temporary credentials, fit to be put into a shell. */
export interface Session {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  /** RFC 3339, UTC, whole seconds. */
  readonly expiration: string
}

/** What a session was issued for. */
export interface Provenance {
  readonly source: Source
  readonly serialNumber: string
  /** When the code was shown: RFC 3339, UTC, whole seconds. */
  readonly issuedAt: string
  /** The role whose credentials these are. */
  readonly roleArn?: string | undefined
}

/** What an export leaves for the runs that follow it in the same shell. Holds no secret. */
export interface State extends Provenance {
  /** The session's key id. */
  readonly accessKeyId: string
  /** RFC 3339, UTC. */
  readonly expiration: string
  readonly displaced: readonly Displaced[]
}

/** A variable that an export changed: as it was found, and as it was left (null: not there). */
export interface Displaced {
  readonly name: ChangedVariable
  readonly found: string | null
  /** For a secret its digest. */
  readonly left: string | null
}

const version = 1
const secrets: readonly ChangedVariable[] = ['AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN']

/** A value as the state may hold it: a digest where the value is a secret. */
export function recordable(name: ChangedVariable, value: string): string {
  if (!secrets.includes(name)) return value
  return `sha256:${digest(value)}`
}

/** The state as one base64url text, which needs no quoting in any shell. */
export function encodeState(state: State): string {
  const displaced = state.displaced.map(({ name, found, left }) => [name, found, left])
  const json = JSON.stringify({ version, ...state, displaced })
  return Buffer.from(json).toString('base64url')
}

/** The state that a text holds, by an allow-list; undefined where anything in it is not as we write it. */
export function decodeState(text: string | undefined): State | undefined {
  if (text === undefined || text.length > 16_384 || !/^[\w-]+$/.test(text)) return undefined
  const record = parseRecord(text)
  if (record === undefined || record['version'] !== version) return undefined
  const { serialNumber, issuedAt, roleArn, accessKeyId, expiration } = record
  const source = decodeSource(record['source'])
  const displaced = decodeDisplaced(record['displaced'])
  if (source === undefined || displaced === undefined) return undefined
  if (!isText(serialNumber, forms.serialNumber) || !isText(accessKeyId, forms.accessKeyId)) return undefined
  if (!isTime(expiration) || !isTime(issuedAt)) return undefined
  if (roleArn !== undefined && !isText(roleArn, forms.roleArn)) return undefined
  return { source, serialNumber, issuedAt, roleArn, accessKeyId, expiration, displaced }
}

function parseRecord(text: string): Record<string, unknown> | undefined {
  try {
    const record: unknown = JSON.parse(Buffer.from(text, 'base64url').toString())
    return typeof record === 'object' && record !== null ? (record as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

function decodeSource(value: unknown): Source | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { profile, accessKeyId } = value as Record<string, unknown>
  if (isStorable(profile)) return { profile }
  return isText(accessKeyId, forms.accessKeyId) ? { accessKeyId } : undefined
}

function decodeDisplaced(value: unknown): Displaced[] | undefined {
  if (!Array.isArray(value)) return undefined
  const displaced: Displaced[] = []
  for (const entry of value as unknown[]) {
    const [typed, found, left] = Array.isArray(entry) ? (entry as unknown[]) : []
    const name = changedVariables.find((known) => known === typed)
    if (name === undefined || displaced.some((other) => other.name === name)) return undefined
    if (!(found === null || isRestorable(name, found)) || !(left === null || isStorable(left)))
      return undefined
    displaced.push({ name, found, left })
  }
  return displaced
}

/** Whether the state may hold this as what was found: of some variables only. */
export function isRestorable(name: ChangedVariable, value: unknown): value is string {
  return restorableVariables.includes(name) && isStorable(value)
}

/** Not too long, and not a value that was no UTF-8, of which Node.js leaves U+FFFD. */
export function isStorable(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 4096 && !/[\0\ufffd]/.test(value)
}
