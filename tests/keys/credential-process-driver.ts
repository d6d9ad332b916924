// Stands for our credential-process command: prints the keys of a profile, which stand in COMMANDS or are made up.

import { writeSync } from 'node:fs'
import { Failure, renderFailure } from '../../src/errors.ts'
import { readProcessKeys } from '../../src/keys/credential-process.ts'
import { refuseLoop } from '../../src/processes/loop.ts'

const [profileName = ''] = process.argv.slice(2)
const { env: environment, platform } = process
try {
  refuseLoop(environment, profileName)
  const commands = JSON.parse(environment['COMMANDS'] ?? '{}') as Record<string, string>
  const value = commands[profileName]
  const surroundings = { environment, ownVariables: [], platform, ending: () => new AbortController().signal }
  const keys =
    value === undefined
      ? { accessKeyId: 'AKIAEXAMPLE000000000', secretAccessKey: `secret of ${profileName}` }
      : await readProcessKeys(
          { value, file: 'config', place: `config, line of ${profileName}` },
          profileName,
          surroundings,
        )
  const { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey } = keys
  process.stdout.write(JSON.stringify({ Version: 1, AccessKeyId, SecretAccessKey }))
} catch (error) {
  if (!(error instanceof Failure)) throw error
  writeSync(2, renderFailure(error))
  process.exitCode = error.exitCode
}
