import { configDefaults, defineConfig } from 'vitest/config'

// They start the program as Unix does. Windows' shells are tested on Linux, in Wine and in PowerShell's engine, and
// there by tests/windows alone.
const unixOnly = [
  'tests/build/trims.test.ts',
  'tests/commands/**',
  'tests/faults/{killed,load,odd-files,refusing-disk,together}.test.ts',
  'tests/help/advise.test.ts',
  'tests/real-shells/**',
  'tests/shells-lint.test.ts',
  'tests/start.test.ts',
]
const skipped = process.platform === 'win32' ? unixOnly : []
if (skipped.length > 0) console.warn(`skipped on Windows: ${skipped.join(', ')}`)

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...skipped],
    setupFiles: ['tests/tell-failure.ts'],
    // The tests mostly wait for other programs.
    maxWorkers: 3,
    testTimeout: 60_000,
    hookTimeout: 240_000,
    reporters: ['default'],
  },
})
