import { configurationFailure, type Failure } from '../errors.ts'
import type { Profile, Profiles } from '../profiles/profiles.ts'
import { classifyKeys } from '../variables/classify.ts'
import type { Variables } from '../variables/displaced.ts'
import type { Source, State } from '../variables/state.ts'
import { readProfileKeys } from './profile-keys.ts'

/** The keys that sign, and where they came from. */
export interface LongTermKeys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** The profile that holds them; undefined where they stand in the environment. */
  readonly profile: Profile | undefined
  /** For an error about them: `profile work (/home/me/.aws/credentials, line 3)`. */
  readonly origin: string
}

/** What the choice of keys depends on. */
export interface KeyQuestion {
  readonly profileOption: string | undefined
  readonly current: Variables
  /** The same without our last export. */
  readonly before: Variables
  readonly state: State | undefined
  readonly profiles: Profiles
  note(text: string): void
}

/**
 * The long-term keys to sign with: those of --profile, else the environment's, else those of the profile that the
 * environment names, else those that signed last, else those of the default profile.
 * @throws {Failure} configuration, rather than fall through to another account in silence
 */
export function resolveKeys(question: KeyQuestion): LongTermKeys {
  const keys = chooseKeys(question)
  // AWS's form of a key id; what is neither would fail in the request's header.
  if (!/^\w{16,128}$/.test(keys.accessKeyId) || !/^[!-~]+$/.test(keys.secretAccessKey)) {
    throw configurationFailure(
      `${keys.origin}: these are no access keys of AWS`,
      'a key id is 16 or more letters and digits; look for blanks and line ends that were copied along',
    )
  }
  return keys
}

function chooseKeys(question: KeyQuestion): LongTermKeys {
  const { profileOption, before, state } = question
  if (profileOption !== undefined) return keysOf(question, profileOption, '--profile')
  const kind = classifyKeys(before)
  if (kind === 'long-term') return environmentKeys(before)
  if (kind === 'conflict') throw foreignToken()
  if (kind === 'half') throw halfPair(before)
  const named = namedProfile(question)
  const keys = keysOf(question, named.name, named.from)
  const previous = state === undefined || !('profile' in state.source) ? undefined : state.source.profile
  if (kind === 'session') {
    question.note(`the session in the environment is passed over: profile ${named.name} signs`)
  } else if (previous !== undefined && previous !== named.name) {
    question.note(`profile ${named.name} signs; the session before this one was profile ${previous}'s`)
  }
  return keys
}

/** Whose keys these are, for the record of an export. */
export function sourceOf(keys: LongTermKeys): Source {
  return keys.profile === undefined ? { accessKeyId: keys.accessKeyId } : { profile: keys.profile.name }
}

function environmentKeys(before: Variables): LongTermKeys {
  const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = before
  return { accessKeyId, secretAccessKey, profile: undefined, origin: 'AWS_ACCESS_KEY_ID in the environment' }
}

function foreignToken(): Failure {
  return configurationFailure(
    'AWS_ACCESS_KEY_ID holds a long-term key, but a session token that does not go with it is set',
    'unset AWS_SESSION_TOKEN and AWS_SECURITY_TOKEN to sign with that key, or name a profile with --profile',
  )
}

function halfPair(before: Variables): Failure {
  const [set, missing] =
    before.AWS_ACCESS_KEY_ID === undefined
      ? ['AWS_SECRET_ACCESS_KEY', 'AWS_ACCESS_KEY_ID']
      : ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']
  return configurationFailure(
    `${set} is set, but ${missing} is not`,
    'set both, or unset both to use a profile; or name a profile with --profile',
  )
}

/** `from` is undefined for the default profile, which nobody named. */
function namedProfile(question: KeyQuestion): { name: string; from: string | undefined } {
  const { current, before, state } = question
  const { AWS_PROFILE: first, AWS_DEFAULT_PROFILE: second } = before
  if (first !== undefined && second !== undefined && first !== second) {
    throw configurationFailure(
      'AWS_PROFILE and AWS_DEFAULT_PROFILE name different profiles, and clients disagree on which counts',
      'unset one of them, or name a profile with --profile',
    )
  }
  const name = first ?? second
  const from = first === undefined ? 'AWS_DEFAULT_PROFILE' : 'AWS_PROFILE'
  if (state !== undefined && 'accessKeyId' in state.source) {
    // A profile that our export displaced stood behind the environment's keys already then.
    const namedSince = name !== undefined && current[from] === name
    if (!namedSince) throw keysGone(state.source.accessKeyId)
  }
  if (name !== undefined) return { name, from }
  if (state !== undefined && 'profile' in state.source) {
    return { name: state.source.profile, from: 'the session before this one' }
  }
  return { name: 'default', from: undefined }
}

function keysGone(accessKeyId: string): Failure {
  return configurationFailure(
    `the last session was signed with a key from the environment (...${accessKeyId.slice(-4)}), which is no longer there`,
    'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY again, or name a profile with --profile',
  )
}

function keysOf(question: KeyQuestion, name: string, from: string | undefined): LongTermKeys {
  const { profiles } = question
  const profile = profiles.find(name)
  if (profile !== undefined) return readProfileKeys(profile)
  if (from === undefined) {
    throw configurationFailure(
      'there are no long-term keys: none in the environment, and no default profile',
      `looked in ${profiles.places()}`,
      'aws configure makes a default profile; --profile NAME takes another one',
    )
  }
  const names = profiles.names()
  throw configurationFailure(
    /(\p{Nd}.*){5}/su.test(name)
      ? `there is no such profile (from ${from})`
      : `there is no profile ${name} (from ${from})`,
    names.length === 0
      ? `there is none at all: looked in ${profiles.places()}`
      : `there are: ${names.slice(0, 20).join(', ')}${names.length > 20 ? ', ...' : ''}`,
  )
}
