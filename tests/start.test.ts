// Node.js runs what it has kept, and its engine believes it: it must be nobody else's, and whole.

import { copyFile, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { keepingNodes } from './build/nodes.ts'
import { isBundle, toolPath } from './commands/tool.ts'
import { counts } from './faults/counts.ts'
import { type Ending, runProgram, type Sandbox, withSandbox } from './real-shells/run.ts'

const rounds = counts.damagedRuns
const words = ['--unset', '-s', 'sh']
const cleared =
  'AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_CREDENTIAL_EXPIRATION AWS_SECURITY_TOKEN AWS_MFA_ENV_STATE'
const statements = `{ unset ${cleared} ${cleared}; }\n`
const isRoot = process.platform === 'linux' && process.getuid?.() === 0

describe.each(keepingNodes)('compiled code that Node.js $version has kept', ({ path: node, missing }) => {
  const problem = missing ?? (isBundle ? undefined : 'an executable keeps none')
  const test = it.skipIf(problem !== undefined)
  const testAsRoot = it.skipIf(problem !== undefined || !isRoot)

  /** Runs the bundle behind a script of sh, in a folder where `cache` is $XDG_CACHE_HOME. */
  async function run(sandbox: Sandbox, script = '', environment: Record<string, string> = {}) {
    const own = { XDG_CACHE_HOME: join(sandbox.folder, 'cache'), NODE: node, TOOL: toolPath, ...environment }
    const lines = `set -e; ${script}\nexec "$NODE" "$TOOL" "$@"`
    return outcome(await runProgram('sh', ['-c', lines, 'sh', ...words], { sandbox, environment: own }))
  }

  const outcome = ({ status, stdout, stderr }: Ending) => ({
    status,
    stdout: stdout.toString(),
    stderr: stderr.toString(),
  })
  const good = { status: 0, stdout: statements, stderr: '' }

  /** Has Node.js tell what it does with what it has kept. */
  const log = { NODE_DEBUG_NATIVE: 'COMPILE_CACHE' }

  const codeFolder = ({ folder }: Sandbox) => join(folder, 'cache', 'aws-mfa-env', 'code')

  async function keptIn(sandbox: Sandbox): Promise<string[]> {
    const found = await readdir(sandbox.folder, { recursive: true, withFileTypes: true })
    return found.flatMap((entry) =>
      entry.isFile() && /^[0-9a-f]{8}$/.test(entry.name) ? [join(entry.parentPath, entry.name)] : [],
    )
  }

  async function onlyKept(sandbox: Sandbox): Promise<string> {
    const [file, ...others] = await keptIn(sandbox)
    expect([file?.startsWith(codeFolder(sandbox)), others]).toEqual([true, []])
    return file ?? ''
  }

  test.each(['000', '022', '077'])('is in a folder for the user alone, with the umask %s', (umask) =>
    withSandbox(async (sandbox) => {
      expect(await run(sandbox, `umask ${umask}`)).toEqual(good)
      const file = await onlyKept(sandbox)
      const modes = [join(codeFolder(sandbox), '..'), codeFolder(sandbox), file].map(async (path) => {
        return ((await stat(path)).mode & 0o777).toString(8)
      })
      expect(await Promise.all(modes)).toEqual(['700', '700', '600'])
    }),
  )

  test('is used by the next run, which writes none', () =>
    withSandbox(async (sandbox) => {
      expect((await run(sandbox, '', log)).stderr).toMatch(/main\.cjs.* was not initialized/)
      const { mtimeMs } = await stat(await onlyKept(sandbox))
      const again = await run(sandbox, '', log)
      expect(again.stderr).toMatch(/main\.cjs was accepted/)
      expect((await stat(await onlyKept(sandbox))).mtimeMs).toBe(mtimeMs)
    }))

  const refused: readonly (readonly [what: string, script: string])[] = [
    ['others can write to the cache folder', 'mkdir -p cache/aws-mfa-env; chmod 777 cache/aws-mfa-env'],
    [
      'others can write to its own folder',
      'mkdir -p cache/aws-mfa-env/code; chmod 777 cache/aws-mfa-env/code',
    ],
    ['others can write to the folder above', 'mkdir -p cache/aws-mfa-env/code; chmod 777 cache'],
    ['its own folder is a link', 'mkdir -p cache/aws-mfa-env o; ln -s "$PWD/o" cache/aws-mfa-env/code'],
    ['its own folder is a file', 'mkdir -p cache/aws-mfa-env; : >cache/aws-mfa-env/code'],
  ]
  test.each(refused)('is neither kept nor used where %s', (_, script) =>
    withSandbox(async (sandbox) => {
      expect(await run(sandbox, `umask 077; ${script}`)).toEqual(good)
      expect(await keptIn(sandbox)).toEqual([])
    }),
  )

  testAsRoot.each([
    ['the cache folder', 'cache/aws-mfa-env'],
    ['its own folder', 'cache/aws-mfa-env/code'],
  ])("is neither kept nor used where %s is somebody else's", (_, folder) =>
    withSandbox(async (sandbox) => {
      const script = `mkdir -p cache/aws-mfa-env/code; chmod -R 700 cache; chown 65534 ${folder}`
      expect(await run(sandbox, script)).toEqual(good)
      expect(await keptIn(sandbox)).toEqual([])
    }),
  )

  testAsRoot('is not kept for who has no home', () =>
    withSandbox(async (sandbox) => {
      const user = 'setpriv --reuid=54321 --regid=54321 --clear-groups'
      const script = `chmod 711 .; mkdir cache; chown 54321 cache; unset HOME; exec ${user} "$NODE" "$TOOL" "$@"`
      expect(await run(sandbox, script)).toEqual(good)
      expect(await readdir(join(sandbox.folder, 'cache'))).toEqual([])
    }),
  )

  test('is not kept where NODE_DISABLE_COMPILE_CACHE says so', () =>
    withSandbox(async (sandbox) => {
      expect(await run(sandbox, '', { NODE_DISABLE_COMPILE_CACHE: '1' })).toEqual(good)
      expect(await keptIn(sandbox)).toEqual([])
    }))

  test(`does no harm where it is damaged: ${rounds} runs`, { timeout: 300_000 }, () =>
    withSandbox(async (sandbox) => {
      expect(await run(sandbox)).toEqual(good)
      const file = await onlyKept(sandbox)
      const whole = await readFile(file)
      for (let round = 0; round < rounds; round++) {
        await writeFile(file, damage(whole, round))
        expect({ round, ...(await run(sandbox)) }).toEqual({ round, ...good })
      }
      // Mended by the last of them.
      expect((await run(sandbox, '', log)).stderr).toMatch(/main\.cjs was accepted/)
    }),
  )

  test("does no harm where it is another file's", () =>
    withSandbox(async (sandbox) => {
      expect(await run(sandbox)).toEqual(good)
      const file = await onlyKept(sandbox)
      const copy = join(sandbox.folder, 'other.cjs')
      await copyFile(toolPath, copy)
      await writeFile(join(sandbox.folder, 'main.cjs'), 'console.log("another")\n')
      expect(await run(sandbox, '', { TOOL: copy })).toEqual({ ...good, stdout: 'another\n' })
      const other = (await keptIn(sandbox)).find((path) => path !== file)
      await copyFile(other ?? '', file)
      expect(await run(sandbox)).toEqual(good)
    }))

  testAsRoot.each([
    ['full', 'mount -t tmpfs -o size=16k,mode=700 tmpfs cache'],
    ['read-only', 'mount -t tmpfs -o ro,mode=700 tmpfs cache'],
  ])('does no harm where the disk is %s', (_, mount) =>
    withSandbox(async (sandbox) => {
      const script = `mkdir cache; exec unshare --mount sh -c '${mount}; exec "$NODE" "$TOOL" "$@"' sh "$@"`
      expect(await run(sandbox, script)).toEqual(good)
    }),
  )

  test('does no harm where twelve begin at once', () =>
    withSandbox(async (sandbox) => {
      const ran = await Promise.all(Array.from({ length: 12 }, () => run(sandbox)))
      expect(ran).toEqual(Array(12).fill(good))
      expect(await run(sandbox)).toEqual(good)
      await onlyKept(sandbox)
    }))

  test('stays when all is forgotten, which is no secret', () =>
    withSandbox(async (sandbox) => {
      const ran = await run(sandbox, '"$NODE" "$TOOL" forget --all')
      expect(ran).toEqual(good)
      expect((await readFile(await onlyKept(sandbox))).length).toBeGreaterThan(10_000)
    }))
})

/** Three bytes are turned over, the first ones in the head; or the end is missing, or all of it. */
function damage(whole: Buffer, round: number): Buffer {
  if (round % 10 === 8) return Buffer.alloc(0)
  if (round % 10 === 9) return whole.subarray(0, (whole.length * round) / rounds)
  const damaged = Buffer.from(whole)
  for (let index = 0; index < 3; index++) {
    const at = round < rounds / 2 ? round * 3 + index : (round * 104_729 + index * 7919) % whole.length
    damaged.writeUInt8(damaged.readUInt8(at) ^ 0xff, at)
  }
  return damaged
}
