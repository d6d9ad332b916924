import type { Surroundings } from '../surroundings.ts'
import { readProcessKeys } from './credential-process.ts'
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
