// @module-tag slow
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { startAwsServer, type User } from '../aws-server/server.ts'
import { runAtTerminal, script } from '../device/pseudo-terminal.ts'
import { runProgram } from '../real-shells/run.ts'
import { codeMissing, type Machine, type MachineRun, note, timeFromNow, withMachine } from './machine.ts'
import { endpointNote, errorText, toolCommand } from './tool.ts'

const server = await startAwsServer()
afterAll(() => server.close())

const prompt = ({ serialNumber }: User) => `MFA code of ${serialNumber}, profile default: `
const waiting = (processId: string) =>
  note(
    `waiting for another aws-mfa-env (process ${processId.trim()}), which is getting a session of profile default`,
  )

/** Something that one run waits for and another one does. */
function gate() {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

/** Runs its arguments so many times at once; what they say goes into numbered files. */
const manyAtOnce =
  'for i in $(seq "$0"); do { "$@" >out-$i 2>err-$i; echo $? >status-$i; } & done; wait; cat status-*'

const readAll = (folder: string, name: string, count: number) =>
  Promise.all(
    numbers(count).map((index) => readFile(join(folder, `${name}-${index}`), 'utf8').catch(() => '')),
  )

/** Until all but the one who has the turn wait for it. */
async function untilOthersWait(folder: string, count: number): Promise<void> {
  const isWaiting = (text: string) => text.includes('waiting for')
  while ((await readAll(folder, 'err', count)).filter(isWaiting).length < count - 1) await setTimeout(100)
}

/** A command that gives no code before there is a file `go`. */
const waitingCommand = 'echo $PPID >>ran; until test -e go; do sleep 0.1; done; test -e code && cat code'
const withCommand = ({ serialNumber }: User) =>
  `[default]\nmfa_serial = ${serialNumber}\nmfa_process = ${waitingCommand}\n`

/** Has many ask for a session while the command runs; gives how they ended, and who ran it. */
async function askAtOnce(machine: Machine, count: number, words: readonly string[]) {
  const { sandbox, environment } = machine
  const { folder } = sandbox
  const ran = runProgram('sh', ['-c', manyAtOnce, `${count}`, ...toolCommand, ...words], {
    sandbox,
    environment,
  })
  await untilOthersWait(folder, count)
  await writeFile(join(folder, 'go'), '')
  return {
    statuses: (await ran).stdout.toString().trim().split('\n'),
    outputs: new Set(await readAll(folder, 'out', count)),
    said: (await readAll(folder, 'err', count)).toSorted(),
    holder: await readFile(join(folder, 'ran'), 'utf8'),
  }
}

describe('many callers at once', () => {
  it('run mfa_process once, ask AWS once, and have the same session', () =>
    withMachine(server, { config: withCommand }, async (machine) => {
      const mark = server.requests.length
      await writeFile(join(machine.sandbox.folder, 'code'), machine.code())
      const { statuses, outputs, said, holder } = await askAtOnce(machine, 20, ['credential-process'])
      expect(holder).toMatch(/^\d+\n$/)
      expect(server.requests.slice(mark).map(({ action }) => action)).toEqual(['GetSessionToken'])
      expect(statuses).toEqual(numbers(20).map(() => '0'))
      expect([...outputs]).toEqual([expect.stringContaining('"SessionToken":')])
      expect(said).toEqual([endpointNote(server), ...numbers(19).map(() => waiting(holder))])
    }))

  it.skipIf(script === undefined)(
    'ask for one code at their terminal, fifty of them',
    () =>
      withMachine(server, {}, async (machine) => {
        const { sandbox, environment, user } = machine
        const folder = await mkdtemp(join(sandbox.folder, 'terminal-'))
        const mark = server.requests.length
        const reply = async () => {
          await untilOthersWait(folder, 50)
          return `${machine.code()}\r`
        }
        const { stdout, shown } = await runAtTerminal(
          ['sh', '-c', manyAtOnce, '50', ...toolCommand, '-s', 'sh'],
          {
            sandbox: { ...sandbox, folder },
            environment,
            replies: [{ shown: prompt(user), reply }],
            timeout: 180_000,
          },
        )
        expect(stdout.trim().split('\n')).toEqual(numbers(50).map(() => '0'))
        expect(shown.split(prompt(user))).toHaveLength(2)
        expect(server.requests.slice(mark).map(({ action }) => action)).toEqual(['GetSessionToken'])
        const outputs = new Set(await readAll(folder, 'out', 50))
        expect([...outputs]).toEqual([expect.stringContaining('AWS_SESSION_TOKEN=')])
        const said = new Set(await readAll(folder, 'err', 50))
        const [, holder = ''] = /\(process (\d+)\)/.exec([...said].join('')) ?? []
        expect(said).toEqual(new Set([endpointNote(server), waiting(holder)]))
      }),
    // Fifty programs start at once.
    200_000,
  )

  it('have mfa_process fail once, for all who have waited for it, and in words', () =>
    withMachine(server, { config: withCommand }, async (machine) => {
      const { folder, home } = machine.sandbox
      const { statuses, outputs, said, holder } = await askAtOnce(machine, 8, ['credential-process'])
      const failed = errorText(
        `profile default, mfa_process in ${home}/.aws/config, line 3: the command failed with exit code 1`,
        'run that command by itself to see what it does',
      )
      expect(holder).toMatch(/^\d+\n$/)
      expect(statuses).toEqual(numbers(8).map(() => '6'))
      expect([...outputs]).toEqual([''])
      expect(said).toEqual([endpointNote(server) + failed, ...numbers(7).map(() => waiting(holder) + failed)])
      // Who comes later has it run again.
      await writeFile(join(folder, 'code'), machine.code())
      expect(await machine.run()).toMatchObject({ status: 0, stderr: endpointNote(server) })
    }))

  it('do not have the failure of one who asks for something else', () =>
    withMachine(server, { config: withCommand }, async (machine) => {
      const { sandbox, environment, user } = machine
      const { folder } = sandbox
      const there = (file: string, text: string) =>
        readFile(join(folder, file), 'utf8').then(
          (content) => content.includes(text),
          () => false,
        )
      const until = async (file: string, text: string) => {
        while (!(await there(file, text))) await setTimeout(50)
      }
      const ask = (serialNumber: string, name: string) => {
        const words = [...toolCommand, '-s', 'sh', '--serial-number', serialNumber]
        return runProgram('sh', ['-c', '"$@" 2>"$0"', name, ...words], { sandbox, environment })
      }
      const first = ask(`${user.serialNumber}-gone`, 'err-first')
      await until('ran', '\n')
      const second = ask(user.serialNumber, 'err-second')
      await until('err-second', 'waiting for')
      await writeFile(join(folder, 'code'), machine.code())
      await writeFile(join(folder, 'go'), '')
      expect([(await first).status, (await second).status]).toEqual([4, 0])
      expect(await there('err-first', `AWS does not know ${user.serialNumber}-gone`)).toBe(true)
    }))
})

/** Has a run wait at the prompt for a second one, then do something; gives both, and what the first one's id was. */
async function holdAndWait(
  machine: Machine,
  end: (processId: number) => string | undefined,
  code: string | undefined,
) {
  const [atPrompt, waits] = [gate(), gate()]
  const processIdFile = join(machine.sandbox.folder, 'holder')
  const holder = machine.runAtTerminal([], {
    processIdFile,
    replies: [
      {
        shown: prompt(machine.user),
        reply: async () => {
          atPrompt.open()
          await waits.opened
          return end(Number(await readFile(processIdFile, 'utf8')))
        },
      },
    ],
  })
  await atPrompt.opened
  const waiter = machine.runAtTerminal([], {
    replies: [
      { shown: 'waiting for', reply: async () => waits.open() },
      ...(code === undefined ? [] : [{ shown: prompt(machine.user), reply: `${code}\r` }]),
    ],
  })
  return {
    holder: await holder,
    waiter: await waiter,
    processId: await readFile(processIdFile, 'utf8'),
  }
}

describe.skipIf(script === undefined)('who waits for another', () => {
  it('takes the session that the other one gets, and is not asked', () =>
    withMachine(server, {}, async (machine) => {
      const { holder, waiter, processId } = await holdAndWait(machine, () => `${machine.code()}\r`, undefined)
      expect(holder).toMatchObject({ status: 0 })
      expect(waiter).toMatchObject({ status: 0, stdout: holder.stdout, shown: waiting(processId) })
    }))

  it.each([
    ['killed', 137, (processId: number) => void process.kill(processId, 'SIGKILL')],
    ['interrupted', 130, () => '\x03'],
    ['ended by SIGHUP', 130, (processId: number) => void process.kill(processId, 'SIGHUP')],
    ['left with Ctrl-D', 130, () => '\x04'],
  ])('is asked itself where the other one is %s', (_how, status, end) =>
    withMachine(server, {}, async (machine) => {
      const mark = server.requests.length
      const { holder, waiter, processId } = await holdAndWait(
        machine,
        (id) => end(id) as string | undefined,
        machine.code(),
      )
      expect(holder.status).toBe(status)
      expect(waiter.status).toBe(0)
      expect(waiter.shown).toContain(waiting(processId) + endpointNote(server) + prompt(machine.user))
      expect(server.requests.slice(mark).map(({ action }) => action)).toEqual(['GetSessionToken'])
      expect(await machine.run()).toMatchObject({ status: 0, stdout: `${waiter.stdout}\n`, asked: [] })
    }),
  )

  it('is asked itself where the other one has used up its tries, and a third has what comes of it', () =>
    withMachine(server, {}, async (machine) => {
      const { user } = machine
      const [atPrompt, secondWaits, thirdWaits] = [gate(), gate(), gate()]
      const wrong = numbers(2).map((index) => ({ shown: prompt(user), reply: `00000${index}\r` }))
      const ready = async () => {
        atPrompt.open()
        await secondWaits.opened
        await thirdWaits.opened
        return '000009\r'
      }
      const first = machine.runAtTerminal([], { replies: [{ shown: prompt(user), reply: ready }, ...wrong] })
      await atPrompt.opened
      const rights = [secondWaits, thirdWaits].map(({ open }) =>
        machine.runAtTerminal([], {
          replies: [
            { shown: 'waiting for', reply: async () => open() },
            { shown: prompt(user), reply: `${machine.code()}\r` },
          ],
        }),
      )
      expect(await first).toMatchObject({ status: 4 })
      const [second, third] = await Promise.all(rights)
      expect([second?.status, third?.status]).toEqual([0, 0])
      expect(second?.stdout).toBe(third?.stdout)
      const prompted = [second, third].filter((run) => run?.shown.includes(prompt(user)))
      expect(prompted).toHaveLength(1)
    }))

  it('types a code that another shell has used meanwhile, and has the session that came of it', () =>
    withMachine(server, {}, async (machine) => {
      const code = machine.code()
      const mark = server.requests.length
      const outputs: string[] = []
      const reply = async () => {
        outputs.push((await machine.run([code])).stdout)
        return `${code}\r`
      }
      const ran = await machine.runAtTerminal([], { replies: [{ shown: prompt(machine.user), reply }] })
      expect(ran.status).toBe(0)
      expect(outputs).toEqual([`${ran.stdout}\n`])
      expect(server.requests.slice(mark).map(({ action }) => action)).toEqual(['GetSessionToken'])
    }))

  it('does not wait where it could not ask', () =>
    withMachine(server, {}, async (machine) => {
      const { user } = machine
      const [atPrompt, done] = [gate(), gate()]
      const reply = async () => {
        atPrompt.open()
        await done.opened
        return `${machine.code()}\r`
      }
      const holder = machine.runAtTerminal([], { replies: [{ shown: prompt(user), reply }] })
      await atPrompt.opened
      const plain = await machine.run()
      const unprompted = await machine.runAtTerminal(['--no-prompt'], {})
      const process = await machine.run(['credential-process'])
      const typed = await machine.run([machine.code()])
      done.open()
      expect(plain).toMatchObject({ status: 2, stderr: codeMissing })
      expect(unprompted).toMatchObject({ status: 2, shown: codeMissing })
      expect(process).toMatchObject({
        status: 2,
        stdout: '',
        stderr: errorText(
          'no session of profile default is cached, and credential-process asks nobody for a code',
          'get one in a terminal, and it serves here too: awsmfa --profile default',
          'or let a command print the code: mfa_process in the profile',
        ),
      })
      // A typed code is used at once.
      expect(typed).toMatchObject({ status: 0, stderr: endpointNote(server) })
      expect(await holder).toMatchObject({ status: 0 })
    }))

  it('does not wait at all where it needs no code for a role', () => {
    const roles = { role: server.addRole().arn, second: server.addRole().arn }
    const config = (user: User) =>
      [
        `[default]\nmfa_serial = ${user.serialNumber}\n`,
        ...Object.entries(roles).map(
          ([name, arn]) => `[profile ${name}]\nrole_arn = ${arn}\nsource_profile = default\n`,
        ),
      ].join('')
    return withMachine(server, { config }, async (machine) => {
      expect(await machine.run([machine.code()])).toMatchObject({ status: 0 })
      const runs: MachineRun[] = []
      const reply = async () => {
        runs.push(await machine.run(['credential-process', '--profile', 'role']))
        runs.push(await machine.runAtTerminal(['--profile', 'second'], {}))
        return '\x04'
      }
      const replies = [{ shown: prompt(machine.user), reply }]
      const longer = await machine.runAtTerminal(['--duration-seconds', '36h'], { replies })
      const went = { status: 0, asked: ['AssumeRole'] }
      expect(runs).toMatchObject([
        { ...went, stderr: endpointNote(server) },
        { ...went, shown: endpointNote(server) },
      ])
      expect(longer).toMatchObject({ status: 130 })
    })
  })

  it('nor where the role of another window wants a fresher code', () => {
    const [strict, other] = [server.addRole({ trust: { maxMfaAgeSeconds: 600 } }), server.addRole()]
    const config = (user: User) =>
      `[default]\nmfa_serial = ${user.serialNumber}\n` +
      `[profile strict]\nrole_arn = ${strict.arn}\nsource_profile = default\n` +
      `[profile other]\nrole_arn = ${other.arn}\nsource_profile = default\n`
    return withMachine(server, { config }, async (machine) => {
      expect(await machine.run([machine.code()])).toMatchObject({ status: 0 })
      const { accessKeyId, secretAccessKey, sessionToken } = server.issueSession(machine.user, {
        mfaAgeSeconds: 1200,
      })
      const old = { accessKeyId, secretAccessKey, sessionToken, issuedAt: timeFromNow(-1200) }
      await machine.editCache('session-', (record) => ({ ...record, ...old }))
      const runs: MachineRun[] = []
      const reply = async () => {
        runs.push(await machine.run(['credential-process', '--profile', 'other']))
        return '\x04'
      }
      const question = prompt(machine.user).replace('profile default', 'profile strict')
      const asked = await machine.runAtTerminal(['-p', 'strict'], { replies: [{ shown: question, reply }] })
      expect(asked).toMatchObject({ status: 130 })
      expect(runs).toMatchObject([{ status: 0, asked: ['AssumeRole'] }])
    })
  })
})
