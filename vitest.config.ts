import { configDefaults, defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

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

/** The longest ones first, so that the last workers end together. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => /tests\/(real-shells|windows)\//.test(moduleId)
    const sorted = await super.sort(files)
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))]
  }
}

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...skipped],
    setupFiles: ['tests/tell-failure.ts'],
    tags: [{ name: 'slow', description: 'takes a second or more: in `npm run test:all`, not in `npm test`' }],
    sequence: { sequencer: LongestFirst },
    // The tests mostly wait for other programs.
    maxWorkers: 3,
    // What they try runs in processes and folders of its own; what a file leaves here are variables that suit all others.
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 240_000,
    reporters: ['default'],
  },
})
