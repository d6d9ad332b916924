import { type SpawnOptions, spawn } from 'node:child_process'
import type { Failure } from '../errors.ts'
import { commandFailure, type ProcessSurroundings, runProcess } from '../processes/run-process.ts'
import { findStart } from '../processes/windows-start.ts'
import type { Setting } from '../profiles/profiles.ts'
import { splitWindowsWords, splitWords } from '../profiles/split-words.ts'
import type { Surroundings } from '../surroundings.ts'
import { isTemporaryKeyId } from '../variables/classify.ts'
import { type LongTermKeys, refuseMalformedKeys, type Signer } from './signer.ts'

/**
 * The keys themselves, for which the command of a `credential_process` is run.
 * @throws {Failure} configuration: the command gives none; interrupted
 */
export async function readLongTermKeys(signer: Signer, surroundings: Surroundings): Promise<LongTermKeys> {
  if (signer.kind !== 'process') return signer
  const keys = await readProcessKeys(signer.command, signer.profile.name, surroundings)
  refuseMalformedKeys(keys, signer.origin)
  return keys
}

/**
 * The long-term keys that a profile's credential_process prints, started as the AWS CLI does it: without a shell.
 * @param timeLimit milliseconds
 * @throws {Failure} configuration: it failed, or printed something else; or interrupted
 */
export async function readProcessKeys(
  command: Setting,
  profileName: string,
  surroundings: ProcessSurroundings,
  timeLimit = 120_000,
): Promise<LongTermKeys> {
  const { platform } = surroundings
  const named = { origin: `credential_process in ${command.place}`, profileName }
  const [program, ...words] = (platform === 'win32' ? splitWindowsWords : splitWords)(command.value)
  if (program === undefined) throw commandFailure(named, 'leaves a quote or a backslash open')
  // Windows starts batch files through cmd, which wants its words quoted in its own way.
  const isBatchFile = platform === 'win32' && /\.(cmd|bat)$/i.test(program)
  const start = (options: SpawnOptions) => {
    if (!isBatchFile) return spawn(program, words, options)
    const { program: cmd, words: line, ...verbatim } = findStart(program, words, surroundings.environment)
    return spawn(cmd, [...line], { ...options, ...verbatim })
  }
  const output = await runProcess({ ...named, timeLimit, start }, surroundings)
  return readKeys(output, (what, ...hints) => commandFailure(named, what, ...hints))
}

type Refuse = (what: string, ...hints: string[]) => Failure

/** The form is that of the AWS CLI's topic guide, config-vars, "Sourcing credentials from external processes". */
function readKeys(output: string, failure: Refuse): LongTermKeys {
  const answer = parseObject(output)
  if (answer === undefined) throw failure('printed no JSON object', form)
  const { Version, AccessKeyId, SecretAccessKey, SessionToken } = answer
  if (Version !== 1) throw failure('printed no Version 1', form)
  if (!isText(AccessKeyId)) throw failure('printed no AccessKeyId', form)
  if (!isText(SecretAccessKey)) throw failure('printed no SecretAccessKey', form)
  if (isText(SessionToken) || isTemporaryKeyId(AccessKeyId)) {
    throw failure(
      'gives a session, and AWS wants long-term keys here',
      'name the profile that holds your long-term keys with --profile',
    )
  }
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey }
}

const form = 'it has to print {"Version": 1, "AccessKeyId": "...", "SecretAccessKey": "..."} and nothing else'

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
  } catch {
    // The parser's own text would repeat what it could not read.
    return undefined
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
