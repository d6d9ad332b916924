// @module-tag slow
import { lstat, mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { afterAll, describe, expect, it } from 'vitest'
import { createStsClient } from '../aws-server/sdk-client.ts'
import { startAwsServer } from '../aws-server/server.ts'
import { withHome } from '../commands/home.ts'
import { endpointNote, toolCommand } from '../commands/tool.ts'
import { runProgram, type Sandbox, withSandbox } from '../real-shells/run.ts'
import { counts } from './counts.ts'
import { recordFigure } from './figures.ts'

const minutes = 60_000

const server = await startAwsServer()
afterAll(() => server.close())

/** Whose session the printed statements set, as AWS says. */
async function whose(statements: string): Promise<string | undefined> {
  const read = (name: string) =>
    new RegExp(` ${name}=([^ ;]+)`).exec(statements)?.[1]?.replaceAll('\\', '') ?? ''
  const client = createStsClient(server, {
    accessKeyId: read('AWS_ACCESS_KEY_ID'),
    secretAccessKey: read('AWS_SECRET_ACCESS_KEY'),
    sessionToken: read('AWS_SESSION_TOKEN'),
  })
  try {
    return (await client.send(new GetCallerIdentityCommand({}))).Arn
  } finally {
    client.destroy()
  }
}

/** All of them take a while to start: the local AWS takes the codes of the first moment until this is over. */
function stopClock(): () => void {
  const now = Date.now()
  const timer = setInterval(() => {
    server.clockOffsetMs = now - Date.now()
  }, 100)
  return () => {
    clearInterval(timer)
    server.clockOffsetMs = 0
  }
}

/** Starts the words for each line of stdin, all at once: a key, a secret, a serial number and a code. */
const allAtOnce =
  'n=0; while read -r key secret serial code; do n=$((n + 1)); { AWS_ACCESS_KEY_ID=$key AWS_SECRET_ACCESS_KEY=$secret ' +
  'AWS_MFA_SERIAL=$serial "$0" "$@" "$code" >out-$n 2>err-$n; echo $? >status-$n; } & done; wait'

describe(`${counts.callsAtOnce} calls at once`, () => {
  it('with a code and a user each get each their own session', { timeout: 10 * minutes }, () =>
    withSandbox(async (sandbox) => {
      const users = Array.from({ length: counts.callsAtOnce }, () => server.addUser())
      const lines = users.map((user) => {
        const { accessKeyId, secretAccessKey, serialNumber } = user
        return `${accessKeyId} ${secretAccessKey} ${serialNumber} ${server.nextTokenCode(user)}\n`
      })
      const environment = { AWS_ENDPOINT_URL: server.url }
      const release = stopClock()
      const options = { sandbox, environment, input: lines.join(''), timeout: 5 * minutes }
      // Behind the local AWS, which would not get to answer all of them within their fifteen seconds.
      const words = ['-n', '10', 'sh', '-c', allAtOnce, ...toolCommand, '-s', 'sh']
      expect(await runProgram('nice', words, options)).toMatchObject({ status: 0 })
      release()
      const read = (name: string) =>
        Promise.all(users.map((_, index) => readFile(join(sandbox.folder, `${name}-${index + 1}`), 'utf8')))
      expect(await read('status')).toEqual(users.map(() => '0\n'))
      expect(await read('err')).toEqual(users.map(() => endpointNote(server)))
      expect(server.requests.map(({ action }) => action)).toEqual(users.map(() => 'GetSessionToken'))
      const owners = await Promise.all((await read('out')).map((statements) => whose(statements)))
      expect(owners).toEqual(users.map(({ arn }) => arn))
      recordFigure(
        'calls at once, each with a code and a user of its own',
        `${owners.length} calls, ${new Set(owners).size} sessions, each of the user who asked; 0 failed, 0 mixed up`,
      )
    }),
  )
})

/** Runs the words so many times, and says how many ended well, and which descriptors the shell had before and after. */
const again =
  'echo $(ls /proc/$$/fd); n=0; good=0; while test $n -lt "$0"; do n=$((n + 1)); ' +
  '"$@" >>out 2>>err && good=$((good + 1)); done; echo $(ls /proc/$$/fd); echo $good'

describe.skipIf(process.platform !== 'linux')(`${counts.statusCalls} calls of status`, () => {
  it('leave files, descriptors and processes as they were', { timeout: 40 * minutes }, () =>
    withHome(server, async (home) => {
      const { sandbox } = home
      expect(await home.run(['save', home.code()])).toMatchObject({ status: 0 })
      const temporary = join(sandbox.folder, 'tmp')
      await mkdir(temporary)
      const environment = { ...home.environment, TMPDIR: temporary }
      const before = await listFiles(sandbox)
      const words = ['-c', again, `${counts.statusCalls}`, ...toolCommand, 'status', '-p', 'mfa']
      const ran = await runProgram('sh', words, { sandbox, environment, timeout: 40 * minutes })
      const [descriptors, after, good] = ran.stdout.toString().trim().split('\n')
      expect([after, good]).toEqual([descriptors, `${counts.statusCalls}`])
      const [out, err] = await Promise.all(
        ['out', 'err'].map((name) => readFile(join(sandbox.folder, name), 'utf8')),
      )
      const told = out?.match(
        /^session of profile default, device .*\nuntil .*: 1[12] h .* left, MFA since .*\n/gm,
      )
      expect([told?.join(''), told?.length, err]).toEqual([out, counts.statusCalls, ''])
      for (const name of ['out', 'err']) await rm(join(sandbox.folder, name))
      expect(await listFiles(sandbox)).toEqual(before)
      expect(await findProcesses(sandbox)).toEqual([])
      recordFigure(
        'calls of `status`, one after the other',
        `${told?.length} calls, exit 0; files, their times, TMPDIR and the descriptors of the shell as before, no process left`,
      )
    }),
  )
})

/** Every file and folder with its inode, size and time. */
async function listFiles({ folder }: Sandbox): Promise<string[]> {
  const names = await readdir(folder, { recursive: true })
  const lines = names.map(async (name) => {
    const { ino, size, mtimeMs } = await lstat(join(folder, name))
    return `${name} ${ino} ${size} ${mtimeMs}`
  })
  return (await Promise.all(lines)).sort()
}

/** The processes whose home is this one. */
async function findProcesses({ home }: Sandbox): Promise<string[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const environments = ids.map((id) => readFile(`/proc/${id}/environ`, 'utf8').catch(() => ''))
  return (await Promise.all(environments)).filter((text) => text.split('\0').includes(`HOME=${home}`))
}
