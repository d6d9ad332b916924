import { defineConfig } from 'rolldown'

/** One file that every run loads, and a chunk of its own for each `import()`: the SDK is read for a request alone. */
export default defineConfig({
  input: { 'aws-mfa-env': 'src/main.ts' },
  platform: 'node',
  // Of yargs, its parser is used: without this, what lays out its help texts would be loaded with it.
  treeshake: {
    moduleSideEffects: [{ test: /node_modules\/yargs\/lib\/platform-shims\//, sideEffects: false }],
  },
  // The bundle is CommonJS, where a module's folder goes by another name.
  transform: { define: { 'import.meta.dirname': '__dirname', 'import.meta.resolve': 'undefined' } },
  output: {
    dir: 'dist',
    cleanDir: true,
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name].cjs',
    minify: true,
  },
})
