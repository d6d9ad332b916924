import { readFileSync } from 'node:fs'
import type { Plugin } from 'rolldown'

/** A file of a dependency, and what the bundle has in its place. */
interface Trim {
  /** The end of the file's path, below node_modules. */
  readonly file: string
  /** Instead of the file's text; or what replaces a part of it that occurs once. */
  readonly text: string | { readonly replace: string; readonly by: string }
}

/**
 * The SDK's defaults, less the providers that look for credentials, regions and settings in files and on the network:
 * whatever those would find, a request of ours says itself.
 */
const givenConfiguration = `
import { calculateBodyLength, streamCollector } from '@smithy/core/serde'
import packageInfo from '../package.json'
import { getRuntimeConfig as getSharedRuntimeConfig } from './runtimeConfig.shared'
export const getRuntimeConfig = (config) => ({
  ...getSharedRuntimeConfig(config),
  runtime: 'node',
  bodyLengthChecker: calculateBodyLength,
  streamCollector,
  defaultUserAgentProvider: async () => [['aws-sdk-js', packageInfo.version], ['ua', '2.1'], ['lang/js']],
  ...config,
  defaultsMode: async () => config.defaultsMode,
})
`

/** SigV4 alone: STS and IAM ask for no other, and the signer for several regions would need native code. */
const singleRegionSigner = `
import { SignatureV4 } from '@smithy/signature-v4'
export class SignatureV4MultiRegion extends SignatureV4 {
  static sigv4aDependency() {
    return 'none'
  }
}
`

const trims: readonly Trim[] = [
  { file: '@aws-sdk/client-sts/dist-es/runtimeConfig.js', text: givenConfiguration },
  { file: '@aws-sdk/client-iam/dist-es/runtimeConfig.js', text: givenConfiguration },
  { file: '@aws-sdk/signature-v4-multi-region/dist-es/index.js', text: singleRegionSigner },
  // Neither STS nor IAM has an operation with an event stream.
  {
    file: '@smithy/core/dist-es/submodules/event-streams/index.js',
    text: 'export const EventStreamSerde = undefined',
  },
  // Looking for the class of an agent loads all of TLS, although the request may go by http.
  {
    file: '@smithy/node-http-handler/dist-es/node-http-handler.js',
    text: {
      replace: 'if (httpsAgent instanceof node_https.Agent || typeof httpsAgent?.destroy === "function") {',
      by: 'if (typeof httpsAgent?.destroy === "function") {',
    },
  },
  {
    file: '@smithy/node-http-handler/dist-es/node-https.js',
    text: `
import { Agent, request } from 'node:https'
export const node_https = {
  get Agent() { return Agent },
  get request() { return request },
}`,
  },
  // Node.js's global `crypto`, and its like in the module, load the whole of Web Crypto.
  {
    file: '@smithy/core/dist-es/submodules/serde/index.js',
    text: {
      replace: 'const _getRandomValues = getRandomValues;',
      by: 'const _getRandomValues = (array) => getRandomValues(array);',
    },
  },
  {
    file: '@smithy/core/dist-es/submodules/serde/uuid/v4.js',
    text: "import { randomUUID } from 'node:crypto'\nexport const bindV4 = () => () => randomUUID()",
  },
  // No proxy is spoken to by Kerberos, for which it would load code from any folder above; and it has no license's text.
  { file: 'proxy-agent-negotiate/dist/index.js', text: 'export const createNegotiateAuth = undefined' },
  // For configuration files, of which there are none.
  {
    file: 'yargs-parser/build/lib/index.js',
    text: {
      replace: 'const require = createRequire ? createRequire(import.meta.url) : undefined;',
      by: 'const require = undefined;',
    },
  },
]

/** Leaves out of the bundle what of the SDK is never used here. A trim that fits no file any more fails the build. */
export function trimDependencies(): Plugin {
  const unused = new Set(trims)
  return {
    name: 'trim-dependencies',
    load(id) {
      const trim = trims.find(({ file }) => id.replaceAll('\\', '/').endsWith(`/node_modules/${file}`))
      if (trim === undefined) return null
      unused.delete(trim)
      if (typeof trim.text === 'string') return trim.text
      const { replace, by } = trim.text
      const [before, after, ...more] = readFileSync(id, 'utf8').split(replace)
      if (before === undefined || after === undefined || more.length > 0)
        throw new Error(`${id} does not hold once: ${replace}`)
      return before + by + after
    },
    buildEnd() {
      if (unused.size > 0)
        throw new Error(`nothing to trim: ${[...unused].map(({ file }) => file).join(', ')}`)
    },
  }
}
