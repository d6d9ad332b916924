import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installTool, writeProfiles } from '../commands/tool.ts'
import { findOnPath } from '../real-shells/shells.ts'

/** What says who somebody is: the AWS CLI where it is, else a small client. */
export const identity = findOnPath('aws')
  ? 'aws sts get-caller-identity --query Arn --output text'
  : 'get-caller-identity'

/** Makes that folder a home with a profile and with the tool on PATH; gives the environment of somebody who lives there. */
export async function settle(
  folder: string,
  files: { readonly credentials: string; readonly config: string },
): Promise<Record<string, string>> {
  const sandbox = { folder, home: folder }
  await writeProfiles(sandbox, files)
  const PATH = await installTool(sandbox)
  const client = fileURLToPath(new URL('get-caller-identity.mjs', import.meta.url))
  await writeFile(join(folder, 'bin', 'get-caller-identity'), `#!/bin/sh\nexec node '${client}'\n`, {
    mode: 0o755,
  })
  return {
    PATH,
    HOME: folder,
    LANG: 'C.UTF-8',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_PAGER: '',
  }
}
