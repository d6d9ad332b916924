import { defineConfig, type RolldownOptions } from 'rolldown'
import { escapeNonAscii } from './build/ascii.ts'
import { lazyBuiltIns } from './build/built-ins.ts'
import { listLicenses } from './build/licenses.ts'
import { trimDependencies } from './build/trims.ts'

const common = {
  platform: 'node',
  // The SDK's modules rather than its own bundles, of which nothing could be left out.
  resolve: { mainFields: ['module', 'main'] },
  // The bundle is CommonJS, where a module's folder goes by another name.
  transform: { define: { 'import.meta.dirname': '__dirname', 'import.meta.resolve': 'undefined' } },
} as const satisfies RolldownOptions

const output = {
  dir: process.env.OUT ?? 'dist',
  format: 'cjs',
  entryFileNames: '[name].cjs',
  chunkFileNames: '[name].cjs',
  minify: process.env.MIN !== '0',
} as const

/** What every run loads; the SDK for a request, IAM's part for the devices, and the way through a proxy apart. */
export const main: RolldownOptions = {
  ...common,
  input: { main: 'src/main.ts' },
  // Of yargs, its parser is used: without this, what lays out its help texts would be loaded with it.
  treeshake: {
    moduleSideEffects: [{ test: /node_modules\/yargs\/lib\/platform-shims\//, sideEffects: false }],
  },
  plugins: [trimDependencies(), lazyBuiltIns(), escapeNonAscii(), listLicenses()],
  preserveEntrySignatures: false,
  output: {
    ...output,
    cleanDir: true,
    codeSplitting: {
      includeDependenciesRecursively: false,
      groups: [
        { name: 'iam', test: /node_modules\/@aws-sdk\/client-iam\/|src\/aws\/iam\.ts/, priority: 3 },
        {
          name: 'tunnel',
          test: /node_modules\/(https-proxy-agent|agent-base|proxy-agent-negotiate|debug|ms)\/|src\/aws\/tunnel\.ts/,
          priority: 3,
        },
        {
          name: 'sdk',
          test: /node_modules\/(@aws|@aws-sdk|@smithy)\/|src\/aws\/(sts|request|request-handler)\.ts/,
          priority: 2,
        },
        { name: 'main', test: /./, priority: 1 },
      ],
    },
  },
}

/** The file that npm links: it has Node.js keep the compiled code, which must be said before there is any to compile. */
const start: RolldownOptions = {
  ...common,
  input: { 'aws-mfa-env': 'src/start.ts' },
  plugins: [
    {
      name: 'bundle-beside',
      resolveId: (id) => (id === './main.ts' ? { id: './main.cjs', external: true } : null),
    },
    lazyBuiltIns(),
  ],
  output,
}

export default defineConfig([main, start])
