import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import { Failure } from '../../src/errors.ts'
import { Profiles } from '../../src/profiles/profiles.ts'

/** A folder of its own for each test of the file that calls this. */
export function useFolder(): { path: string } {
  const folder = { path: '' }
  beforeEach(async () => {
    folder.path = await mkdtemp(join(tmpdir(), 'aws-mfa-env-'))
  })
  afterEach(() => rm(folder.path, { recursive: true }))
  return folder
}

/** The profiles of a config and a credentials file with these texts. */
export async function profilesOf(
  folder: string,
  files: { config?: string | Buffer; credentials?: string | Buffer },
): Promise<Profiles> {
  const { config = '', credentials = '' } = files
  await writeFile(join(folder, 'config'), config)
  await writeFile(join(folder, 'credentials'), credentials)
  return new Profiles({
    environment: {
      AWS_CONFIG_FILE: join(folder, 'config'),
      AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials'),
    },
    platform: 'linux',
    homeFolder: () => undefined,
    debug: () => {},
  })
}

/** What a failure says, all of it, with FOLDER for the folder of the test. */
export function failureOf(ask: () => unknown, folder: string): unknown {
  try {
    return { answered: ask() }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    const { exitCode, message, hints } = error
    return [exitCode, ...[message, ...hints].map((text) => text.replaceAll(folder, 'FOLDER'))]
  }
}
