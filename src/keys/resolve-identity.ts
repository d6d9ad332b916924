import {
  configurationFailure,
  ExitCode,
  Failure,
  mayHoldCode,
  NothingConfigured,
  UnknownName,
} from '../errors.ts'
import type { Profile, Profiles } from '../profiles/profiles.ts'
import { readSavedSource } from '../profiles/saved-profile.ts'
import { classifyKeys } from '../variables/classify.ts'
import type { Variables } from '../variables/displaced.ts'
import type { Source, State } from '../variables/state.ts'
import { environmentKeysOf, type Identity, resolveProfileIdentity } from './profile-identity.ts'
import { type EnvironmentSigner, environmentKeys, refuseMalformedKeys } from './signer.ts'

/** What the choice depends on. */
export interface IdentityQuestion {
  readonly profileOption: string | undefined
  readonly current: Variables
  /** The same without our last export. */
  readonly before: Variables
  readonly state: State | undefined
  readonly profiles: Profiles
  note(text: string): void
}

/**
 * Who is asked for: the profile of --profile, else the environment's long-term keys, else the profile that the
 * environment names, else whoever it was last, else the default profile.
 * @throws {Failure} configuration, rather than fall through to another account in silence
 */
export function resolveIdentity(question: IdentityQuestion): Identity {
  const identity = chooseIdentity(question)
  const { signer } = identity
  if (signer.kind !== 'process') refuseMalformedKeys(signer, signer.origin)
  return identity
}

function chooseIdentity(question: IdentityQuestion): Identity {
  const { profileOption, before, state } = question
  if (profileOption !== undefined) return identityOf(question, profileOption, '--profile')
  const kind = classifyKeys(before)
  if (kind === 'long-term') return environmentIdentity(environmentKeys(before))
  if (kind === 'conflict') throw foreignToken()
  if (kind === 'half') throw halfPair(before)
  const named = namedProfile(question)
  const identity = identityOf(question, named.name, named.from)
  const previous = state === undefined || !('profile' in state.source) ? undefined : state.source.profile
  if (kind === 'session') {
    question.note(`the session in the environment is passed over: profile ${named.name} signs`)
  } else if (previous !== undefined && previous !== named.name) {
    question.note(`profile ${named.name} signs; the session before this one was profile ${previous}'s`)
  }
  return identity
}

function environmentIdentity(signer: EnvironmentSigner): Identity {
  return { source: { accessKeyId: signer.accessKeyId }, signer, roles: [], profiles: [] }
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
function namedProfile(question: IdentityQuestion): { name: string; from: string | undefined } {
  const { current, before, state } = question
  const { AWS_PROFILE: first, AWS_DEFAULT_PROFILE: second } = before
  if (first !== undefined && second !== undefined && first !== second) {
    throw namesDiffer(current)
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

/** One of the two may be in the shell no more: our export has taken it out, and would put it back. */
function namesDiffer(current: Variables): Failure {
  const displaced = (['AWS_PROFILE', 'AWS_DEFAULT_PROFILE'] as const).find(
    (name) => current[name] === undefined,
  )
  return configurationFailure(
    'AWS_PROFILE and AWS_DEFAULT_PROFILE name different profiles, and clients disagree on which counts',
    displaced === undefined
      ? 'unset one of them, or name a profile with --profile'
      : `${displaced} comes back with aws-mfa-env --unset: unset it behind that; or name a profile with --profile`,
  )
}

/** The session in the shell is of a key from the environment, which is there no more. */
export class KeysGone extends Failure {}

function keysGone(accessKeyId: string): Failure {
  return new KeysGone(
    ExitCode.configuration,
    `the last session was signed with a key from the environment (...${accessKeyId.slice(-4)}), which is no longer there`,
    'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY again, or name a profile with --profile',
  )
}

function identityOf(question: IdentityQuestion, name: string, from: string | undefined): Identity {
  const { profiles, before } = question
  const profile = profiles.find(name)
  if (profile !== undefined) {
    const saved = readSavedSource(profile)
    return saved === undefined
      ? resolveProfileIdentity(profile, profiles, before)
      : savedIdentity(question, profile, saved)
  }
  const names = profiles.names()
  if (from === undefined) throw keysMissing(names, profiles.paths())
  throw new UnknownName(
    { kind: 'profile', typed: name, known: names },
    ExitCode.configuration,
    mayHoldCode(name)
      ? `there is no such profile (from ${from})`
      : `there is no profile ${name} (from ${from})`,
    names.length === 0
      ? `there is none at all: looked in ${profiles.paths().join(' and ')}`
      : `there are: ${listNames(names)}`,
  )
}

function keysMissing(names: readonly string[], paths: readonly string[]): Failure {
  const message = 'there are no long-term keys: none in the environment, and no default profile'
  const looked = `looked in ${paths.join(' and ')}`
  return names.length === 0
    ? new NothingConfigured(ExitCode.configuration, message, looked)
    : configurationFailure(message, `name one of the profiles with --profile: ${listNames(names)}`, looked)
}

function listNames(names: readonly string[]): string {
  return names.slice(0, 20).join(', ') + (names.length > 20 ? ', ...' : '')
}

/** Whoever names a profile that `save` wrote means the one whose session it holds. */
function savedIdentity(question: IdentityQuestion, own: Profile, source: Source): Identity {
  if ('profile' in source) {
    const target = question.profiles.find(source.profile)
    if (target === undefined || readSavedSource(target) === undefined) {
      const identity = identityOf(question, source.profile, `the saved profile ${own.name}`)
      // What it says besides is meant too.
      return { ...identity, profiles: [own, ...identity.profiles] }
    }
    throw configurationFailure(
      `the saved profile ${own.name} was signed by ${source.profile}, which is a saved one too`,
    )
  }
  return environmentIdentity(environmentKeysOf(own.name, source.accessKeyId, question.before))
}
