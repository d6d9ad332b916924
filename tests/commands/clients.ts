import { works } from '../aws-server/child-client.ts'
import { runProgram } from '../real-shells/run.ts'
import type { Home } from './home.ts'

/** AWS's own clients as programs that say whose credentials a profile gives them. */
export interface Client {
  readonly name: string
  /** Whether it is on this machine. */
  readonly here: boolean
  words(profile: string): readonly string[]
  /** Whether its error repeats what a credential_process prints on stderr. */
  readonly repeats: boolean
}

const python = `
import botocore.session, sys
print(botocore.session.Session(profile=sys.argv[1]).create_client('sts').get_caller_identity()['Arn'])
`

const javascript = `
import { GetCallerIdentityCommand, STSClient } from '${import.meta.resolve('@aws-sdk/client-sts')}'
import { defaultProvider } from '${import.meta.resolve('@aws-sdk/credential-provider-node')}'
const credentials = defaultProvider({ profile: process.argv[1] })
console.log((await new STSClient({ credentials }).send(new GetCallerIdentityCommand({}))).Arn)
`

const [hasAwsCli, hasBotocore] = await Promise.all([
  works('aws', '--version'),
  works('python3', '-c', 'import botocore.session'),
])

export const clients: readonly Client[] = [
  {
    name: 'aws (the AWS CLI)',
    here: hasAwsCli,
    repeats: true,
    words: (profile) => [
      'aws',
      'sts',
      'get-caller-identity',
      '--query',
      'Arn',
      '--output',
      'text',
      '--profile',
      profile,
    ],
  },
  {
    name: 'python3 with botocore',
    here: hasBotocore,
    repeats: true,
    words: (profile) => ['python3', '-c', python, profile],
  },
  {
    name: 'the SDK for JavaScript',
    here: true,
    repeats: false,
    words: (profile) => [process.execPath, '--input-type=module', '-e', javascript, profile],
  },
]

/** What the client prints, the ARN, or its error. */
export async function askAs(
  client: Client,
  profile: string,
  home: Home,
): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const [program = '', ...words] = client.words(profile)
  const { status, stdout, stderr } = await runProgram(program, words, {
    sandbox: home.sandbox,
    environment: {
      ...home.environment,
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      AWS_REGION: 'eu-west-1',
      AWS_DEFAULT_REGION: 'eu-west-1',
    },
  })
  return { status, stdout: stdout.toString(), stderr: stderr.toString() }
}
