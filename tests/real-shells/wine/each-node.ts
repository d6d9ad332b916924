import { describe, it } from 'vitest'
import { isRequired } from '../shells.ts'
import { type NodeVersion, nodeVersions } from './cmd.ts'
import { findRoot } from './root.ts'

const wine = findRoot()

/** Every one takes minutes. */
const usualVersions: readonly NodeVersion[] = process.env['TEST_EVERY_NODE'] ? nodeVersions : ['24']

/**
 * Describes tests for cmd with several Node.js for Windows. Without Wine they are reported as skipped, by name; where
 * REQUIRE_SHELLS names cmd, that is a failure.
 */
export function describeEachNode(
  title: string,
  body: (root: string, node: NodeVersion) => void,
  versions: readonly NodeVersion[] = usualVersions,
): void {
  if (typeof wine === 'string') {
    for (const node of versions) {
      describe(`${title} in cmd, with Node.js ${node} for Windows`, () => body(wine, node))
    }
    return
  }
  const problem = `cmd is skipped: ${wine.missing}`
  describe(`${title} in cmd`, () => {
    if (!isRequired('cmd')) it.skip(problem)
    else {
      it('is here, since REQUIRE_SHELLS names it', () => {
        throw new Error(problem)
      })
    }
  })
}
