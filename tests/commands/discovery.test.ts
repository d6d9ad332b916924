import { afterAll, describe, expect, it } from 'vitest'
import { startAwsServer, type User, type UserSpec } from '../aws-server/server.ts'
import { script } from '../device/pseudo-terminal.ts'
import { codeMissing, type Machine, note, withMachine } from './machine.ts'
import { endpointNote, errorText } from './tool.ts'

const server = await startAwsServer()
afterAll(() => server.close())

const iamNote = () => endpointNote(server).replace('STS', 'IAM')
const bothNotes = () => iamNote() + endpointNote(server)
const prompt = (serialNumber: string) => `MFA code of ${serialNumber}, profile default: `
const serials = ({ devices }: User) => devices.map(({ serialNumber }) => serialNumber)
const deviceAsked = () => server.requests.at(-1)?.parameters['SerialNumber']

/** A machine whose profile names no device. */
const withoutSerial = (user: UserSpec, use: (machine: Machine) => Promise<void>, config = '[default]\n') =>
  withMachine(server, { user, config: () => config }, use)

const arn = (name: string) => `arn:aws:iam::123456789012:mfa/${name}`

describe('a device that nobody has configured', () => {
  it.each<[what: string, user: UserSpec, asked: string[]]>([
    ['the only one', {}, ['ListMFADevices']],
    ['a hardware token', { devices: ['hardware'] }, ['ListMFADevices']],
    [
      'one with a path',
      { path: '/team/', devices: [{ serialNumber: arn('team/mine') }] },
      ['ListMFADevices'],
    ],
    ['the only one beside FIDO keys', { devices: ['fido', 'virtual', 'fido'] }, ['ListMFADevices']],
    [
      'one on the last page',
      { devices: ['fido', 'fido', 'virtual'], devicesPerPage: 1 },
      ['ListMFADevices', 'ListMFADevices', 'ListMFADevices'],
    ],
    ["the root user's", { root: true }, ['ListMFADevices']],
    [
      'one that is listed by name alone',
      { listDevices: 'with-user-name', path: '/team/of/mine/' },
      ['ListMFADevices', 'GetCallerIdentity', 'ListMFADevices'],
    ],
  ])('is found: %s', (_what, user, asked) =>
    withoutSerial(user, async (machine) => {
      const ran = await machine.run(['-d', '1h', machine.code()])
      expect(ran).toMatchObject({ status: 0, stderr: bothNotes(), asked: [...asked, 'GetSessionToken'] })
      expect(deviceAsked()).toBe(machine.user.serialNumber)
      // It is known from then on, and needs no mention where it is the only one.
      const next = await machine.run(['-d', '1h', machine.code()])
      expect(next).toMatchObject({ status: 0, stderr: endpointNote(server), asked: ['GetSessionToken'] })
    }),
  )

  it.each([
    ['aws-cn', 'cn-northwest-1', 'cn-north-1'],
    ['aws-us-gov', 'us-gov-east-1', 'us-gov-west-1'],
  ] as const)(
    'is found in %s where a region says so, and says so itself later',
    (partition, region, fallback) =>
      withoutSerial({ partition }, async (machine) => {
        const first = await machine.run(['--region', region, machine.code()])
        expect(first).toMatchObject({
          status: 0,
          stderr: bothNotes(),
          asked: ['ListMFADevices', 'GetSessionToken'],
        })
        expect(await machine.run([machine.code()])).toMatchObject({ status: 0, asked: ['GetSessionToken'] })
        expect(server.requests.at(-1)?.region).toBe(fallback)
      }),
  )

  it('in another partition than the region is an error that says what to do', () =>
    withoutSerial({ partition: 'aws-cn' }, async (machine) => {
      const { accessKeyId } = machine.user
      const ran = await machine.run([machine.code()])
      expect(ran).toMatchObject({ status: 4, asked: ['ListMFADevices'] })
      expect(ran.stderr).toBe(
        iamNote() +
          errorText(
            `AWS does not know access key ...${accessKeyId.slice(-4)}, from profile default (${machine.sandbox.home}/.aws/credentials, line 2), in us-east-1 (partition aws)`,
            'the key may be deleted or inactive, of another partition (--region takes a region there), or the region not enabled for the account',
          ),
      )
    }))

  it('is looked for at its own endpoint', () =>
    withoutSerial({}, async (machine) => {
      const environment = {
        AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
        AWS_ENDPOINT_URL_IAM: server.url,
        AWS_ENDPOINT_URL_STS: server.url,
      }
      expect(await machine.run([machine.code()], { environment })).toMatchObject({
        status: 0,
        stderr: bothNotes(),
        asked: ['ListMFADevices', 'GetSessionToken'],
      })
    }))

  it.each<
    [
      what: string,
      user: UserSpec,
      status: number,
      asked: string[],
      lines: (user: User, home: string) => string[],
    ]
  >([
    [
      'none',
      { devices: [] },
      6,
      ['ListMFADevices'],
      () => [
        'the user has no MFA device',
        'add one in the AWS console under IAM, Users, Security credentials: an authenticator app, or a hardware TOTP token',
      ],
    ],
    [
      'FIDO alone',
      { devices: ['fido', 'fido'] },
      6,
      ['ListMFADevices'],
      (user) => [
        `the user has only FIDO security keys or passkeys, which GetSessionToken cannot use: ${serials(user).join(', ')}`,
        'add an authenticator app or a hardware TOTP token to the same user (eight devices are allowed), or sign in with: aws login',
      ],
    ],
    [
      'several, and nobody to ask',
      { devices: ['virtual', 'fido', 'hardware', 'virtual'], devicesPerPage: 2 },
      6,
      ['ListMFADevices', 'ListMFADevices'],
      (user) => [
        `the user has several MFA devices: ${serials(user)
          .filter((serial) => !serial.includes(':u2f/'))
          .join(', ')}`,
        'name one with --serial-number, AWS_MFA_SERIAL or mfa_serial in the profile',
        `a FIDO security key or passkey cannot be used here: ${serials(user)[1]}`,
      ],
    ],
    [
      'not listed',
      { name: 'nobody', listDevices: 'denied' },
      4,
      ['ListMFADevices', 'GetCallerIdentity', 'ListMFADevices'],
      (_user, home) => [
        `AWS does not let profile default (${home}/.aws/credentials, line 2) list the MFA devices of nobody: User: arn:aws:iam::123456789012:user/nobody is not authorized to perform: iam:ListMFADevices on resource: user nobody with an explicit deny in an identity-based policy (AccessDenied)`,
        'name the device with --serial-number, AWS_MFA_SERIAL or mfa_serial in the profile, or have iam:ListMFADevices allowed',
      ],
    ],
  ])('is not found: %s', (_what, user, status, asked, lines) =>
    withoutSerial(user, async (machine) => {
      const ran = await machine.run(['123456'])
      const [message = '', ...hints] = lines(machine.user, machine.sandbox.home)
      expect({ status: ran.status, asked: ran.asked, stdout: ran.stdout }).toEqual({
        status,
        asked,
        stdout: `(exit ${status});\n`,
      })
      const notes = asked.includes('GetCallerIdentity') ? bothNotes() : iamNote()
      expect(ran.stderr).toBe(notes + errorText(message, ...hints))
    }),
  )

  it.each([
    [['123456'], ['the code has not been sent, and can still be used']],
    [['--mfa-process', 'echo 123456'], []],
  ])('is not found where IAM is out of reach: %j', (words, hints) =>
    withoutSerial({}, async (machine) => {
      const environment = { AWS_ENDPOINT_URL_IAM: 'http://127.0.0.1:1' }
      const ran = await machine.run(words, { environment })
      const way =
        'name the device with --serial-number, AWS_MFA_SERIAL or mfa_serial in the profile, and the devices need not be listed'
      expect(ran).toMatchObject({ status: 5, asked: [] })
      expect(ran.stderr.split('\n').slice(3).join('\n')).toBe(
        [way, ...hints].map((hint) => `aws-mfa-env: hint: ${hint}\n`).join(''),
      )
    }),
  )

  it('is not looked for where there is no way to a code', () =>
    withoutSerial({}, async (machine) => {
      expect(await machine.run()).toMatchObject({ status: 2, stderr: codeMissing, asked: [] })
    }))

  it.each([
    ['an option', ['--serial-number', 'SERIAL'], {}, '[default]\n'],
    ['a variable', [], { AWS_MFA_SERIAL: 'SERIAL' }, '[default]\n'],
  ])('is not looked for where %s names one', (_what, words, environment, config) =>
    withoutSerial(
      { devices: ['virtual', 'hardware'] },
      async (machine) => {
        const fill = (text: string) => text.replace('SERIAL', machine.user.serialNumber)
        const variables = Object.entries(environment).map(([name, value]) => [name, fill(value)])
        const ran = await machine.run([...words.map(fill), machine.code()], {
          environment: Object.fromEntries(variables),
        })
        expect(ran).toMatchObject({ status: 0, stderr: endpointNote(server), asked: ['GetSessionToken'] })
        expect((await machine.cacheFiles()).filter((name) => name.startsWith('device-'))).toEqual([])
      },
      config,
    ),
  )
})

describe.skipIf(script === undefined)('one of several devices', () => {
  const several: UserSpec = { devices: ['virtual', 'fido', 'hardware'] }

  it('is chosen in a menu, and remembered', { tags: 'slow' }, () =>
    withoutSerial(several, async (machine) => {
      const [phone = '', key, token = ''] = serials(machine.user)
      const title = 'MFA device'
      const ran = await machine.runAtTerminal([], {
        replies: [
          { shown: `> 1) ${phone}`, reply: '\x1b[B' },
          { shown: `> 2) ${token}`, reply: '\r' },
          { shown: prompt(token), reply: `${machine.code(token)}\r` },
        ],
      })
      expect(ran).toMatchObject({ status: 0, asked: ['ListMFADevices', 'GetSessionToken'] })
      expect(ran.shown).toContain(`a FIDO security key or passkey cannot be used here: ${key}\n${title} (1-2`)
      expect(ran.shown).toContain(`${title}: ${token}\n${endpointNote(server)}${prompt(token)}`)
      expect(deviceAsked()).toBe(token)
      const next = await machine.run([machine.code(token)])
      expect(next).toMatchObject({
        status: 0,
        asked: ['GetSessionToken'],
        stderr: note(`the MFA device is ${token}, which worked last with this key`) + endpointNote(server),
      })
      const other = await machine.run(['--serial-number', phone, machine.code(phone)])
      expect(other).toMatchObject({ status: 0, stderr: endpointNote(server) })
      // That one has worked last now.
      const last = await machine.run([machine.code(phone)])
      expect(last).toMatchObject({
        status: 0,
        stderr: note(`the MFA device is ${phone}, which worked last with this key`) + endpointNote(server),
      })
    }),
  )

  it('is not asked for where the code was typed for it', () =>
    withoutSerial(several, async (machine) => {
      const [phone = ''] = serials(machine.user)
      const ran = await machine.runAtTerminal([machine.code(phone)], {
        replies: [{ shown: '> 1)', reply: '\r' }],
      })
      expect(ran).toMatchObject({ status: 0, asked: ['ListMFADevices', 'GetSessionToken'] })
      expect(ran.shown).not.toContain('MFA code of')
    }))

  it.each([
    ['Esc', '\x1b', 'no device was chosen'],
    ['Ctrl-C', '\x03', 'interrupted'],
  ])('need not be chosen: %s', (_key, typed, message) =>
    withoutSerial(several, async (machine) => {
      const ran = await machine.runAtTerminal([], { replies: [{ shown: '> 1)', reply: typed }] })
      expect(ran).toMatchObject({ status: 130, asked: ['ListMFADevices'] })
      expect(ran.shown.endsWith(errorText(message))).toBe(true)
      expect(await machine.cacheFiles()).not.toContainEqual(expect.stringMatching(/^device-/))
    }),
  )

  it('is not chosen where nobody may be asked', () =>
    withoutSerial(several, async (machine) => {
      const words = ['--no-prompt', machine.code()]
      expect(await machine.runAtTerminal(words, {})).toMatchObject({ status: 6, asked: ['ListMFADevices'] })
    }))
})

describe('a remembered device that AWS knows no longer', () => {
  const setUp = (use: (machine: Machine, gone: string) => Promise<void>) =>
    withoutSerial({}, async (machine) => {
      expect(await machine.run([machine.code()])).toMatchObject({ status: 0 })
      const gone = arn('gone')
      await machine.editCache('device-', (record) => ({ ...record, serialNumber: gone }))
      await use(machine, gone)
    })
  const unknown = (machine: Machine, gone: string) => [
    `AWS does not know ${gone} (from the device that worked last) as an MFA device of the user whose key signed`,
    `the key is ...${machine.user.accessKeyId.slice(-4)}, from profile default (${machine.sandbox.home}/.aws/credentials, line 2)`,
    'compare it with the console, under IAM, Users, Security credentials: an ARN with :mfa/ in it, or the number on the back of a hardware token',
  ]

  it('is forgotten; a typed code is tried once', () =>
    setUp(async (machine, gone) => {
      const code = machine.code()
      const ran = await machine.run([code])
      const [message = '', ...hints] = unknown(machine, gone)
      expect({ status: ran.status, asked: ran.asked, stderr: ran.stderr }).toEqual({
        status: 4,
        asked: ['GetSessionToken'],
        stderr:
          endpointNote(server) +
          errorText(message, ...hints, 'it is forgotten: the next run looks for the devices of the user'),
      })
      expect(await machine.run([code])).toMatchObject({
        status: 0,
        stderr: bothNotes(),
        asked: ['ListMFADevices', 'GetSessionToken'],
      })
    }))

  it.skipIf(script === undefined)('leads to another prompt', () =>
    setUp(async (machine, gone) => {
      const { serialNumber } = machine.user
      const ran = await machine.runAtTerminal(['--new'], {
        replies: [
          { shown: prompt(gone), reply: '123456\r' },
          { shown: prompt(serialNumber), reply: `${machine.code()}\r` },
        ],
      })
      expect(ran).toMatchObject({
        status: 0,
        asked: ['GetSessionToken', 'ListMFADevices', 'GetSessionToken'],
      })
      expect(ran.shown).toContain(
        note(`AWS does not know ${gone} any more: looking for another device`) +
          iamNote() +
          prompt(serialNumber),
      )
    }),
  )

  it('needs no mention where mfa_process gives the code', { tags: 'slow' }, () =>
    setUp(async (machine, gone) => {
      const code = machine.code()
      await machine.editCache('device-', (record) => ({ ...record, usedAt: Date.now() - 60_000 }))
      const ran = await machine.run(['--new', '--mfa-process', `echo ${code}`])
      expect(ran).toMatchObject({
        status: 0,
        asked: ['GetSessionToken', 'ListMFADevices', 'GetSessionToken'],
      })
      expect(ran.stderr).toBe(
        endpointNote(server) +
          note(`AWS does not know ${gone} any more: looking for another device`) +
          iamNote(),
      )
    }),
  )
})
