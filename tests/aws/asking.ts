import { type Endpoint, resolveEndpoint, type Service } from '../../src/aws/endpoint.ts'
import type { AwsRequest, Credentials } from '../../src/aws/request.ts'
import type { Failure } from '../../src/errors.ts'
import type { Profile } from '../../src/profiles/profiles.ts'
import type { SettingSources } from '../../src/settings.ts'

// The SDK would warn about Node.js 20.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true'

export interface Given {
  readonly options?: Readonly<Record<string, string>>
  readonly variables?: Readonly<Record<string, string>>
  readonly profile?: Profile | undefined
  readonly profileFirst?: boolean
}

export function sourcesOf({
  options = {},
  variables = {},
  profile,
  profileFirst = false,
}: Given): SettingSources {
  return { options, variable: (name) => variables[name] || undefined, profile, profileFirst }
}

/** The endpoint that these variables give. */
export function endpointOf(service: Service, variables: Readonly<Record<string, string>>): Endpoint {
  return resolveEndpoint(sourcesOf({ variables }), service, undefined)
}

/** A request with plenty of time, whose debug lines are kept. */
export function requestOf(
  endpoint: Endpoint,
  { accessKeyId, secretAccessKey, sessionToken }: Credentials,
  timeLimit = 15_000,
): AwsRequest & { readonly lines: readonly string[] } {
  const lines: string[] = []
  return {
    endpoint,
    credentials: { accessKeyId, secretAccessKey, sessionToken },
    credentialsOrigin: 'profile test',
    timeLimit,
    debug: (text) => lines.push(text),
    lines,
  }
}

/** How a request failed. */
async function failureOf(answer: Promise<unknown>): Promise<Failure> {
  return answer.then(
    () => {
      throw new Error('nothing failed')
    },
    (failure: Failure) => failure,
  )
}

/** A failure as it is compared: its class, exit code, message and hints. */
export async function linesOf(answer: Promise<unknown>): Promise<(string | number)[]> {
  const failure = await failureOf(answer)
  return [failure.constructor.name, failure.exitCode, failure.message, ...failure.hints]
}
