// The lines of the README that others run: cron, systemd, a script.

import { readFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { startAwsServer, type User } from '../aws-server/server.ts'
import { runProgram } from '../real-shells/run.ts'
import { findOnPath } from '../real-shells/shells.ts'
import { type Machine, timeFromNow, withMachine } from './machine.ts'
import { installTool } from './tool.ts'

const server = await startAwsServer()
afterAll(() => server.close())

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
const find = (pattern: RegExp) => pattern.exec(readme)?.[1] ?? ''

const cronLine = find(/^```crontab\n\*\/15 \* \* \* \* (.*)\n```$/m)
const [service, timer] = [find(/^```ini\n(\[Service\]\n.*?)```$/ms), find(/^```ini\n(\[Timer\]\n.*?)```$/ms)]
const [, systemdLine = ''] = /^ExecStart=\/bin\/sh -lc "(.*)"$/m.exec(service) ?? []
const analyzer = findOnPath('systemd-analyze')
const guard = find(/^```sh\n(aws-mfa-env status .*)\n```$/m)

/** Tells what it got, and where it would look for the desktop's bus. */
const notifier = `#!/bin/sh\nprintf '%s|' "$@" "\${XDG_RUNTIME_DIR-}" >>"$HOME/notified"\n`

const config = ({ serialNumber }: User) =>
  `[default]\nmfa_serial = ${serialNumber}\nendpoint_url = ${server.url}\n`

/** A machine with a session, the program, and a notify-send that keeps what it is told. */
const withNotifier = (use: (machine: Machine, path: string) => Promise<void>) =>
  withMachine(server, { config }, async (machine) => {
    const path = await installTool(machine.sandbox)
    const bin = join(machine.sandbox.folder, 'bin')
    await writeFile(join(bin, 'notify-send'), notifier, { mode: 0o755 })
    await writeFile(join(machine.sandbox.home, '.profile'), `PATH='${path}'\n`)
    expect(await machine.run([machine.code()])).toMatchObject({ status: 0 })
    await use(machine, path)
  })

const notified = ({ sandbox }: Machine) => readFile(join(sandbox.home, 'notified'), 'utf8').catch(() => '')

describe('the line for', () => {
  it.each([
    ['cron', ['-c', cronLine], `/run/user/${process.getuid?.()}`],
    ['systemd', ['-lc', systemdLine], ''],
  ])('%s tells of a session that ends soon, and of no other', (_who, words, bus) =>
    withNotifier(async (machine, path) => {
      const { sandbox } = machine
      const run = async () => {
        const { status, stdout, stderr } = await runProgram('/bin/sh', words, {
          sandbox,
          environment: { PATH: path },
        })
        return [status, `${stdout}${stderr}`]
      }
      expect(await run()).toEqual([0, ''])
      expect(await notified(machine)).toBe('')
      const told = `AWS session|type: awsmfa|${bus}|`
      await machine.editCache('session-', (record) => ({ ...record, expiration: timeFromNow(29 * 60) }))
      expect(await run()).toEqual([0, ''])
      expect(await notified(machine)).toBe(told)
      await machine.run(['forget', '--all'])
      expect(await run()).toEqual([0, ''])
      expect(await notified(machine)).toBe(told.repeat(2))
    }),
  )

  it.skipIf(analyzer === undefined)('systemd is a unit, with a timer', () =>
    withNotifier(async ({ sandbox }) => {
      const units = { 'aws-session.service': service, 'aws-session.timer': timer }
      for (const [name, text] of Object.entries(units)) await writeFile(join(sandbox.folder, name), text)
      const analyze = async (...words: string[]) => {
        const { status, stdout, stderr } = await runProgram(analyzer ?? '', words, { sandbox })
        return [status, `${stdout}${stderr}`]
      }
      const files = Object.keys(units).map((name) => join(sandbox.folder, name))
      expect(await analyze('verify', ...files)).toEqual([0, ''])
      const [, calendar = ''] = /^OnCalendar=(.*)$/m.exec(timer) ?? []
      const normalized = expect.stringContaining('Normalized form: *-*-* *:00/15:00')
      expect(await analyze('calendar', calendar)).toEqual([0, normalized])
    }),
  )

  it('a script stops it unless there is a session that lasts', () =>
    withNotifier(async (machine, PATH) => {
      const { sandbox } = machine
      const { set } = await machine.run()
      const run = async (environment: Record<string, string>) => {
        const script = `${guard}\necho went on`
        const { status, stdout } = await runProgram('sh', ['-c', script], { sandbox, environment })
        return [status, `${stdout}`]
      }
      expect(await run({ PATH })).toEqual([3, ''])
      expect(await run({ PATH, ...set })).toEqual([0, 'went on\n'])
      const soon = { AWS_MFA_ENV_STATE: '', AWS_CREDENTIAL_EXPIRATION: timeFromNow(29 * 60) }
      expect(await run({ PATH, ...set, ...soon })).toEqual([3, ''])
    }))
})
