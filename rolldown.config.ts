import { defineConfig } from 'rolldown'

/** One file that every run loads, and a chunk of its own for each `import()`: the SDK is read for a request alone. */
export default defineConfig({
  input: { 'aws-mfa-env': 'src/main.ts' },
  platform: 'node',
  output: {
    dir: 'dist',
    cleanDir: true,
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name].cjs',
    minify: true,
  },
})
