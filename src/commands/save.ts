import { configurationFailure, ExitCode, Failure, usageFailure } from '../errors.ts'
import { refuseUnreplaceable } from '../files/replace-file.ts'
import { replaceInTurn } from '../files/replace-in-turn.ts'
import type { Role } from '../keys/roles.ts'
import { type CommandLine, removalOptions } from '../options.ts'
import type { Outcome } from '../outcome.ts'
import { findProfileFile } from '../profiles/profile-file.ts'
import type { Profiles } from '../profiles/profiles.ts'
import { readSavedSource, refuseUnsavable, removeProfile, saveProfile } from '../profiles/saved-profile.ts'
import { resolveOrder } from '../session/order.ts'
import { provideSession } from '../session/provide-session.ts'
import { refuseOperands } from '../stray-code.ts'
import type { Surroundings } from '../surroundings.ts'
import { readCodes } from '../token-code/read-codes.ts'

/** The name that AWS's own documentation gives such a profile. */
const defaultName = 'mfa'

const example = 'aws-mfa-env save 123456'

/** `save`: writes a session into the credentials file as a profile of its own; with --remove takes that out again. */
export async function runSave(line: CommandLine, surroundings: Surroundings): Promise<Outcome> {
  const { operands, values, flags } = line
  if (flags.has('remove')) return runRemove(line, surroundings)
  refuseName(operands)
  const codes = await readCodes(line, example, true, surroundings)
  const order = resolveOrder(line, surroundings)
  const path = credentialsPath(surroundings)
  const place = { path, config: order.profiles.configFile() }
  const { source, profiles } = order.identity
  const name = values.to ?? defaultName
  // What the config file has for that profile is the user's own.
  const given = order.profiles.find(name)?.setting('region')?.file === 'config'
  const region = values.region ?? (given ? undefined : profiles[0]?.setting('region')?.value)
  const target = { name, region, source }
  // What cannot be written must not cost a code.
  let hadContent = false
  const look = (old: Buffer = Buffer.of()) => {
    hadContent = old.length > 0
    refuseUnsavable(old, target, place)
  }
  refuseUnreplaceable(path, look, surroundings)
  refuseHiding(name, order.profiles)
  refuseOwnSource(name, order.identity.roles)
  const session = await provideSession(order, codes, surroundings)
  const edit = (old: Buffer) => {
    if (old.length === 0 && hadContent) throw emptied(path)
    return saveProfile(old, { ...session, ...target }, place)
  }
  await replaceInTurn(path, edit, surroundings)
  return { stdout: '', exitCode: ExitCode.done }
}

/** The AWS CLI's writer empties a file and then fills it: what stood there is in that program's hands alone. */
function emptied(path: string): Failure {
  return new Failure(
    ExitCode.system,
    `${path} has become empty, or is gone, since this began`,
    'another program may be about to fill it again: look what is in it, and try again',
  )
}

function refuseName([operand = '']: readonly string[]): void {
  if (!/^\p{L}/u.test(operand)) return
  throw usageFailure(
    'save takes a code here, not a name',
    'the profile to write is an option, as in: aws-mfa-env save --to NAME 123456',
  )
}

/** The credentials file comes before the config file: long-term keys there could sign no more. */
function refuseHiding(name: string, profiles: Profiles): void {
  const profile = profiles.find(name)
  const keyId = profile?.setting('aws_access_key_id')
  if (profile === undefined || keyId === undefined || readSavedSource(profile) !== undefined) return
  throw configurationFailure(
    `profile ${name} has keys of its own (${keyId.place}), which saved ones would hide`,
    'save under another name with --to',
  )
}

/** A role's own session in the place of its source could be renewed no more. */
function refuseOwnSource(name: string, roles: readonly Role[]): void {
  for (const { profile } of roles) {
    const source = profile.setting('source_profile')
    if (source?.value !== name || profile.name === name) continue
    throw configurationFailure(
      `profile ${name} is the source_profile of ${profile.name} (${source.place}), whose session it would hold`,
      'save under another name with --to',
    )
  }
}

async function runRemove(line: CommandLine, surroundings: Surroundings): Promise<Outcome> {
  refuseOperands('save --remove', line.operands)
  const taken: readonly string[] = removalOptions
  const foreign = [...Object.keys(line.values), ...line.flags].find((name) => !taken.includes(name))
  if (foreign !== undefined) throw usageFailure(`--${foreign} has no meaning with --remove`)
  const path = credentialsPath(surroundings)
  const name = line.values.to ?? defaultName
  const removed = await replaceInTurn(path, (old) => removeProfile(old, name, path), surroundings)
  if (!removed) surroundings.note(`there is no profile ${name} in ${path}`)
  return { stdout: '', exitCode: ExitCode.done }
}

function credentialsPath(surroundings: Surroundings): string {
  const path = findProfileFile('credentials', surroundings)
  if (path !== undefined) return path
  throw configurationFailure(
    'there is no home folder to save in',
    'set HOME, or name a file with AWS_SHARED_CREDENTIALS_FILE',
  )
}
