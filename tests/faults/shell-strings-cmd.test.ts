// @module-tag slow
import { copyFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { cmd } from '../../src/dialects/cmd.ts'
import { readEnvironment, withSandbox } from '../real-shells/run.ts'
import { runCmdScripts, sandboxInCmd } from '../real-shells/wine/cmd.ts'
import { describeEachNode } from '../real-shells/wine/each-node.ts'
import { recordFigure } from './figures.ts'
import { asciiText, findSmallestWrong } from './random-strings.ts'

const dumper = fileURLToPath(new URL('../real-shells/dump-environment.mjs', import.meta.url))
const nameOf = (index: number) => `HOSTILE_${index}`

/** @param spoil what is done to the statements before cmd gets them */
function findWrong(root: string, texts: readonly string[], spoil = (statements: string) => statements) {
  return withSandbox(async (sandbox) => {
    const statements = cmd.render(texts.map((value, index) => ({ name: nameOf(index), value })))
    await writeFile(join(sandbox.folder, 'statements'), spoil(statements))
    await copyFile(dumper, join(sandbox.folder, 'dump.mjs'))
    // As the wrapper does it.
    const evaluate = `for /f "tokens=1,*" %%i in ('type ${sandboxInCmd}\\statements') do @set %%j`
    const dump = `node ${sandboxInCmd}\\dump.mjs ${sandboxInCmd}\\environment`
    const script = { as: 'cmd', lines: ['@echo off', evaluate, dump] } as const
    await runCmdScripts(root, { script }, { sandbox, node: '22' })
    const environment = await readEnvironment(join(sandbox.folder, 'environment'))
    return texts.filter((text, index) => environment.get(nameOf(index))?.toString() !== text)
  })
}

describeEachNode(
  'random strings',
  (root) => {
    const setter = { texts: asciiText, isSayable: (text: string) => cmd.refusal(text) === undefined }

    it('reach a child byte for byte', async () => {
      const { tried, smallest } = await findSmallestWrong({
        ...setter,
        findWrong: (texts) => findWrong(root, texts),
      })
      expect(smallest).toBeUndefined()
      recordFigure("random strings in Wine's cmd, set and read by a child", `${tried}, 0 wrong`)
    })

    it('do not with a caret before each ampersand, which shows that the above can fail', async () => {
      const wrong = await findWrong(root, ['a', 'a&b', 'c'], (statements) => statements.replaceAll('&', '^&'))
      expect(wrong).toEqual(['a&b'])
    })
  },
  ['22'],
)
