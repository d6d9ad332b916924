// @module-tag slow
import { access, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { startAwsServer } from '../aws-server/server.ts'
import { withSandbox } from '../real-shells/run.ts'
import { cachedSessions, type Home, withHome } from './home.ts'
import { environmentOf, errorText, keysOf, runTool } from './tool.ts'

const server = await startAwsServer()
afterAll(() => server.close())

const silent = { status: 0, stdout: '', stderr: '' }

/** Uses with sessions of the default profile, of its role and of another profile in the cache. */
async function withThree(use: (home: Home, roleName: string) => Promise<void>): Promise<void> {
  const role = server.addRole({ trust: { requireMfa: true } })
  const other = server.addUser()
  const config = `[profile admin]\nrole_arn = ${role.arn}\nsource_profile = default\n[profile other]\nmfa_serial = ${other.serialNumber}\n`
  await withHome(
    server,
    async (home) => {
      const begin = async (profile: string, ...code: string[]) => {
        const ran = await home.run(['exec', '-p', profile, ...code, 'true'])
        expect(ran).toMatchObject({ status: 0 })
      }
      // Its role's device is the one that the source has worked with.
      await begin('default', '--token-code', home.code())
      await begin('admin')
      await begin('other', '--token-code', server.nextTokenCode(other))
      expect(await cachedSessions(home)).toHaveLength(3)
      await use(home, 'admin')
    },
    { config, credentials: keysOf(other, 'other') },
  )
}

const held = async (home: Home) => {
  const names = ['default', 'admin', 'other']
  const ran = await Promise.all(names.map((name) => home.run(['status', '-p', name])))
  return names.filter((_, index) => ran[index]?.status === 0)
}

/** What statements for sh set. */
const variablesIn = (statements: string): Record<string, string> =>
  Object.fromEntries(
    [...statements.matchAll(/ (AWS_\w+)=([^ ';]+)/g)].map(([, name = '', value = '']) => [
      name,
      value.replaceAll('\\', ''),
    ]),
  )

describe('forget', () => {
  it("deletes a profile's sessions, its roles' among them, and no others", () =>
    withThree(async (home) => {
      expect(await held(home)).toEqual(['default', 'admin', 'other'])
      expect(await home.run(['forget'])).toEqual(silent)
      expect(await held(home)).toEqual(['other'])
      expect(await cachedSessions(home)).toHaveLength(1)
      expect(await home.run(['forget'])).toEqual(silent)
      expect(await home.run(['exec', '--no-prompt', 'true'])).toMatchObject({ status: 2 })
    }))

  it("deletes those of a role's source, since the role could be assumed again with them", () =>
    withThree(async (home) => {
      expect(await home.run(['forget', '-p', 'admin'])).toEqual(silent)
      expect(await held(home)).toEqual(['other'])
    }))

  it('deletes everything with --all', () =>
    withThree(async (home) => {
      expect(await home.run(['forget', '--all'])).toEqual(silent)
      expect(await cachedSessions(home)).toEqual([])
      const names = await readdir(join(home.sandbox.home, '.cache', 'aws-mfa-env')).catch(() => [])
      expect(names.filter((name) => name.endsWith('.json'))).toEqual([])
      expect(await home.run(['forget', '--all'])).toEqual(silent)
    }))

  it('goes by whose session is in the environment', () =>
    withThree(async (home) => {
      const { stdout } = await home.run(['-p', 'other', '-s', 'sh'])
      expect(await home.run(['forget'], { environment: variablesIn(stdout) })).toEqual(silent)
      expect(await held(home)).toEqual(['default', 'admin'])
    }))

  it('forgets sessions of keys in the environment', () =>
    withHome(server, async (home) => {
      const environment = { ...environmentOf(server, home.user), AWS_MFA_ENV_CACHE: 'on' }
      const begun = await home.run(['exec', '--token-code', home.code(), 'true'], { environment })
      expect(begun).toMatchObject({ status: 0 })
      expect(await cachedSessions(home)).toHaveLength(1)
      expect(await home.run(['forget'])).toEqual(silent)
      expect(await cachedSessions(home)).toHaveLength(1)
      expect(await home.run(['forget'], { environment })).toEqual(silent)
      expect(await cachedSessions(home)).toEqual([])
    }))

  it('forgets those in whose shell it runs', () =>
    withHome(server, async (home) => {
      const keys = { ...environmentOf(server, home.user), AWS_MFA_ENV_CACHE: 'on' }
      const begun = await home.run(['-s', 'sh', home.code()], { environment: keys })
      expect(await cachedSessions(home)).toHaveLength(1)
      const environment = variablesIn(begun.stdout)
      const mistyped = { environment: { ...environment, AWS_PROFILE: 'wrok' } }
      expect(await home.run(['forget'], mistyped)).toMatchObject({ status: 6 })
      expect(await cachedSessions(home)).toHaveLength(1)
      expect(await home.run(['forget'], { environment })).toEqual(silent)
      expect(await cachedSessions(home)).toEqual([])
    }))

  it('has nothing to do, and makes nothing, where nothing is cached', () =>
    withHome(server, async (home) => {
      expect(await home.run(['forget'])).toEqual(silent)
      expect(await home.run(['forget', '--all'])).toEqual(silent)
      await expect(access(join(home.sandbox.home, '.cache'))).rejects.toThrow('ENOENT')
      expect(home.asked()).toEqual([])
    }))

  it('needs to know whose with one profile alone', () =>
    withSandbox(async (sandbox) => {
      expect(await runTool(['forget', '--all'], { sandbox })).toEqual(silent)
      expect(await runTool(['forget'], { sandbox })).toMatchObject({ status: 6, stdout: '' })
    }))

  it('leaves a saved profile alone', () =>
    withHome(server, async (home) => {
      expect(await home.run(['save', home.code()])).toMatchObject({ status: 0 })
      expect(await home.run(['forget', '-p', 'mfa'])).toEqual(silent)
      expect(await home.run(['status', '-p', 'default'])).toMatchObject({ status: 3 })
      expect(await home.run(['status', '-p', 'mfa'])).toMatchObject({ status: 0 })
    }))

  it('is not led to other folders', () =>
    withThree(async (home) => {
      const bystander = join(home.sandbox.home, '.cache', 'session-of-another-tool')
      await writeFile(bystander, '')
      expect(await home.run(['forget', '--all'])).toEqual(silent)
      await access(bystander)
    }))

  it.each<[string[], [string, ...string[]]]>([
    [['--all', '-p', 'default'], ['--all and --profile exclude each other']],
    [['123456'], ['forget takes no code', 'a code alone is the default command: aws-mfa-env 123456']],
    [['default'], ['forget takes no such argument', 'what it takes: aws-mfa-env forget --help']],
  ])('%j are a usage error', (words, lines) =>
    withHome(server, async (home) => {
      const stderr = errorText(...lines)
      expect(await home.run(['forget', ...words])).toEqual({ status: 2, stdout: '', stderr })
    }),
  )
})
