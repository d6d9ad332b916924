import { afterAll, describe, expect, it } from 'vitest'
import { decodeState } from '../../src/variables/state.ts'
import { startAwsServer, type User } from '../aws-server/server.ts'
import { script } from '../device/pseudo-terminal.ts'
import { runProgram } from '../real-shells/run.ts'
import { findOnPath } from '../real-shells/shells.ts'
import { codeMissing, type Machine, type MachineRun, note, timeFromNow, withMachine } from './machine.ts'
import { endpointNote, environmentOf, errorText, installTool, keysOf } from './tool.ts'

const server = await startAwsServer()
afterAll(() => server.close())

/** The config of a user with a role in profile `role`, and more lines for it. */
const roleConfig =
  (arn: string, lines = '', rest = '') =>
  (user: User) =>
    `[default]\nmfa_serial = ${user.serialNumber}\n[profile role]\nrole_arn = ${arn}\nsource_profile = default\n${lines}\n${rest}`

const inRole = ['-p', 'role']

/** What AssumeRole was asked the last so many times. */
function rolesAsked(count: number) {
  const asked = server.requests.filter(({ action }) => action === 'AssumeRole').slice(-count)
  return asked.map(({ parameters: { Action: _, Version: __, ...parameters } }) => parameters)
}

/** Whose session a run gave, as AWS sees it. */
async function whose(machine: Machine, { set }: MachineRun): Promise<string> {
  const names = [
    'AWS_ACCESS_KEY_ID',
    'AWS_SECRET_ACCESS_KEY',
    'AWS_SESSION_TOKEN',
    'AWS_CREDENTIAL_EXPIRATION',
  ]
  const environment = Object.fromEntries(names.map((name) => [name, set[name]]))
  const { stdout } = await machine.run(['status', '--verify', '--json'], { environment })
  return JSON.parse(stdout).arn
}

const assumed = (name: string, session = 'aws-mfa-env') =>
  `arn:aws:sts::123456789012:assumed-role/${name}/${session}`

describe('a role', () => {
  it('is assumed with the session that a code gives, and is what is exported', () => {
    const role = server.addRole({ trust: { requireMfa: true } })
    return withMachine(server, { config: roleConfig(role.arn) }, async (machine) => {
      const ran = await machine.run([...inRole, machine.code()])
      expect(ran).toMatchObject({
        status: 0,
        stderr: endpointNote(server),
        asked: ['GetSessionToken', 'AssumeRole'],
      })
      expect(await whose(machine, ran)).toBe(assumed(role.name))
      const end = Date.parse(ran.set['AWS_CREDENTIAL_EXPIRATION'] ?? '') - Date.now()
      expect(end / 60_000).toSatisfy((minutes: number) => minutes > 58 && minutes <= 60)
      expect(decodeState(ran.set['AWS_MFA_ENV_STATE'])?.source).toEqual({ profile: 'role' })
    })
  })

  it('is asked for as its profile says', () => {
    const role = server.addRole({ trust: { externalId: 'them-42' }, maxSessionDuration: 7200 })
    const lines = 'external_id = them-42\nrole_session_name = me@work\nduration_seconds = 7200'
    return withMachine(server, { config: roleConfig(role.arn, lines) }, async (machine) => {
      const ran = await machine.run([...inRole, machine.code()])
      expect(ran.status).toBe(0)
      expect(rolesAsked(1)).toEqual([
        { RoleArn: role.arn, RoleSessionName: 'me@work', ExternalId: 'them-42', DurationSeconds: '7200' },
      ])
      expect(await whose(machine, ran)).toBe(assumed(role.name, 'me@work'))
    })
  })

  it('is assumed from a role', { tags: 'slow' }, () => {
    const first = server.addRole({ trust: { requireMfa: true } })
    const second = server.addRole({ trust: { users: [], roleNames: [first.name] } })
    const rest = `[profile chained]\nrole_arn = ${second.arn}\nsource_profile = role\n`
    return withMachine(server, { config: roleConfig(first.arn, '', rest) }, async (machine) => {
      const ran = await machine.run(['-p', 'chained', machine.code()])
      expect(ran).toMatchObject({ status: 0, asked: ['GetSessionToken', 'AssumeRole', 'AssumeRole'] })
      expect(await whose(machine, ran)).toBe(assumed(second.name))
      expect(await machine.run(['-p', 'chained'])).toMatchObject({ status: 0, stdout: ran.stdout, asked: [] })
    })
  })

  it('is assumed with the keys of its own profile', () => {
    const role = server.addRole()
    const config = ({ serialNumber }: User) =>
      `[profile role]\nrole_arn = ${role.arn}\nsource_profile = role\nmfa_serial = ${serialNumber}\n`
    return withMachine(server, { config, credentials: (user) => keysOf(user, 'role') }, async (machine) => {
      const ran = await machine.run([...inRole, machine.code()])
      expect(ran).toMatchObject({ status: 0, stderr: endpointNote(server) })
      expect(await whose(machine, ran)).toBe(assumed(role.name))
    })
  })

  it("is assumed with the environment's keys", () => {
    const role = server.addRole()
    const config = ({ serialNumber }: User) =>
      `[profile role]\nrole_arn = ${role.arn}\ncredential_source = Environment\nmfa_serial = ${serialNumber}\n`
    return withMachine(server, { config, credentials: () => '' }, async (machine) => {
      const environment = { ...environmentOf(server, machine.user), AWS_MFA_SERIAL: undefined }
      const ran = await machine.run([...inRole, machine.code()], { environment })
      expect(ran).toMatchObject({
        status: 0,
        stderr: `${endpointNote(server)}aws-mfa-env: note: the session replaces the long-term key ...${machine.user.accessKeyId.slice(-4)} in the environment, which --unset does not put back\n`,
      })
      expect(await whose(machine, ran)).toBe(assumed(role.name))
      // Such keys are not cached, and neither is what comes of them.
      expect(await machine.run(inRole, { environment })).toMatchObject({ status: 2, stderr: codeMissing })
    })
  })

  it('takes one code with others, and is cached for itself', { tags: 'slow' }, () => {
    const roles = [1, 2, 3].map(() => server.addRole({ trust: { requireMfa: true } }))
    const config = ({ serialNumber }: User) =>
      `[default]\nmfa_serial = ${serialNumber}\n` +
      roles.map(({ arn }, i) => `[profile role-${i}]\nrole_arn = ${arn}\nsource_profile = default\n`).join('')
    return withMachine(server, { config }, async (machine) => {
      const runs = [await machine.run(['-p', 'role-0', machine.code()])]
      for (const i of [1, 2, 0, 1, 2]) runs.push(await machine.run(['-p', `role-${i}`]))
      expect(runs.map(({ status, stderr, asked }) => ({ status, stderr, asked }))).toEqual([
        { status: 0, stderr: endpointNote(server), asked: ['GetSessionToken', 'AssumeRole'] },
        { status: 0, stderr: endpointNote(server), asked: ['AssumeRole'] },
        { status: 0, stderr: endpointNote(server), asked: ['AssumeRole'] },
        { status: 0, stderr: '', asked: [] },
        { status: 0, stderr: '', asked: [] },
        { status: 0, stderr: '', asked: [] },
      ])
      expect(runs.slice(3).map(({ stdout }) => stdout)).toEqual(
        [runs[0], runs[1], runs[2]].map((run) => run?.stdout),
      )
      expect(await machine.run()).toMatchObject({ status: 0, asked: [] })
      // The same role asked for otherwise is another session.
      const text = config(machine.user).replace(
        '[profile role-1]\n',
        '[profile role-1]\nduration_seconds = 900\n',
      )
      await machine.writeProfiles({ config: text })
      expect(await machine.run(['-p', 'role-1'])).toMatchObject({ status: 0, asked: ['AssumeRole'] })
      expect(await machine.run(['-p', 'role-0', '--min-remaining', '2h'])).toMatchObject({
        status: 2,
        asked: [],
        stderr: errorText(
          '--min-remaining: a session of this role lasts 3600 seconds, and never has that much left',
        ),
      })
      expect(await machine.run(['-p', 'role-0', '--new'])).toMatchObject({ status: 2, stderr: codeMissing })
    })
  })

  it('comes back without options in a shell that holds its session', { tags: 'slow' }, () => {
    const role = server.addRole()
    return withMachine(server, { config: roleConfig(role.arn) }, async (machine) => {
      const { set, stdout } = await machine.run([...inRole, machine.code()])
      expect(await machine.run([], { environment: set })).toMatchObject({ status: 0, stderr: '', stdout })
      await machine.editCache('session-', (record) => ({ ...record, expiration: timeFromNow(-1) }))
      const ended = { ...set, AWS_CREDENTIAL_EXPIRATION: timeFromNow(-1) }
      const next = await machine.run([machine.code()], { environment: ended })
      expect(next).toMatchObject({ status: 0, asked: ['GetSessionToken', 'AssumeRole'] })
      expect(await whose(machine, next)).toBe(assumed(role.name))
      // Another profile is another session, and is told apart.
      const own = await machine.run(['-p', 'default'], { environment: set })
      expect(own).toMatchObject({ status: 0, asked: [] })
      expect(await whose(machine, own)).toBe(machine.user.arn)
    })
  })

  it('comes back by the wrapper in the very shell, and goes with its session', { tags: 'slow' }, ({
    skip,
  }) => {
    const bash = findOnPath('bash')
    if (bash === undefined) return skip('bash is not on PATH')
    const role = server.addRole()
    return withMachine(server, { config: roleConfig(role.arn) }, async (machine) => {
      const { sandbox } = machine
      const environment = { ...machine.environment, PATH: await installTool(sandbox) }
      const text = [
        'eval "$(aws-mfa-env init bash)"',
        `awsmfa -p role ${machine.code()}`,
        'first=$AWS_SESSION_TOKEN',
        'awsmfa',
        '[ "$first" = "$AWS_SESSION_TOKEN" ] && echo same',
        'awsmfa -p default',
        '[ "$first" = "$AWS_SESSION_TOKEN" ] || echo other',
        'awsmfa --unset',
        'env | grep ^AWS_ | grep -v ^AWS_ENDPOINT_URL',
      ].join('\n')
      const ran = await runProgram(bash, ['--norc', '-c', text], { sandbox, environment })
      expect({ stdout: ran.stdout.toString(), stderr: ran.stderr.toString() }).toEqual({
        stdout: 'same\nother\n',
        stderr: endpointNote(server),
      })
    })
  })

  it('is given to credential-process', () => {
    const role = server.addRole()
    return withMachine(server, { config: roleConfig(role.arn) }, async (machine) => {
      expect(await machine.run(['credential-process', '--profile', 'role'])).toMatchObject({
        status: 2,
        stdout: '',
        asked: [],
      })
      const { set } = await machine.run([...inRole, machine.code()])
      const { status, stdout, stderr, asked } = await machine.run(['credential-process', ...inRole])
      expect({ status, stderr, asked }).toEqual({ status: 0, stderr: '', asked: [] })
      expect(JSON.parse(stdout)).toEqual({
        Version: 1,
        AccessKeyId: set['AWS_ACCESS_KEY_ID'],
        SecretAccessKey: set['AWS_SECRET_ACCESS_KEY'],
        SessionToken: set['AWS_SESSION_TOKEN'],
        Expiration: set['AWS_CREDENTIAL_EXPIRATION'],
      })
    })
  })
})

const prompt = (user: User, profile = 'role') => `MFA code of ${user.serialNumber}, profile ${profile}: `

const denied = (caller: string, role: string, place: string) => [
  `${caller} may not assume ${role} (from role_arn in ${place})`,
  `there is no such role, its trust policy does not name the caller, or a policy of the caller (signed with the session of ${caller.replace(':user/', ':mfa/')}) does not allow it`,
  'the role may want a fresher code: ask for a new session with --new; or an external_id in the profile',
]

describe('a role that AWS does not give', () => {
  const configPlace = (machine: Machine, line: number) => `${machine.sandbox.home}/.aws/config, line ${line}`

  it('does not cost a second code: the session that the first one gave is kept', () => {
    const arn = 'arn:aws:iam::123456789012:role/missing'
    return withMachine(server, { config: roleConfig(arn) }, async (machine) => {
      const { user } = machine
      const [message = '', ...hints] = denied(user.arn, arn, configPlace(machine, 4))
      const stderr = endpointNote(server) + errorText(message, ...hints)
      const refused = { status: 4, stdout: '(exit 4);\n', stderr }
      expect(await machine.run([...inRole, machine.code()])).toMatchObject({
        ...refused,
        asked: ['GetSessionToken', 'AssumeRole'],
      })
      expect(await machine.run(inRole)).toMatchObject({ ...refused, asked: ['AssumeRole'] })
      expect(await machine.run()).toMatchObject({ status: 0, asked: [] })
    })
  })

  it.each([[[]], [['--mfa-process', 'echo 123456']]])(
    'costs no code where another role would assume it, %j',
    (words) => {
      const first = server.addRole({ trust: { requireMfa: true } })
      const second = server.addRole({ trust: { users: [] } })
      const rest = `[profile chained]\nrole_arn = ${second.arn}\nsource_profile = role\n`
      return withMachine(server, { config: roleConfig(first.arn, '', rest) }, async (machine) => {
        expect(await machine.run([machine.code()])).toMatchObject({ status: 0 })
        await machine.editCache('session-', (record) => ({ ...record, issuedAt: timeFromNow(-1200) }))
        const [message = '', hint = ''] = denied(assumed(first.name), second.arn, configPlace(machine, 8))
        const signed = hint.replace(/signed with [^)]*/, 'signed with the role of profile role')
        expect(await machine.run(['-p', 'chained', ...words])).toMatchObject({
          status: 4,
          stderr:
            endpointNote(server) +
            errorText(message, signed, 'the role may want an external_id in the profile'),
          asked: ['AssumeRole', 'AssumeRole'],
        })
      })
    },
  )

  it('costs no code in another partition', () => {
    const arn = 'arn:aws-cn:iam::123456789012:role/admin'
    return withMachine(server, { config: roleConfig(arn) }, async (machine) => {
      expect(await machine.run([...inRole, machine.code()])).toMatchObject({
        status: 6,
        stderr: errorText(
          `role_arn in ${configPlace(machine, 4)}: the role is in partition aws-cn, the user who would assume it in aws`,
          'name keys of that partition, or a role of the other one',
        ),
        asked: [],
      })
    })
  })

  it('is explained where the role does not allow the duration', () => {
    const role = server.addRole({ maxSessionDuration: 3600 })
    return withMachine(
      server,
      { config: roleConfig(role.arn, 'duration_seconds = 7200') },
      async (machine) => {
        const ran = await machine.run([...inRole, machine.code()])
        expect({ status: ran.status, stderr: ran.stderr }).toEqual({
          status: 4,
          stderr:
            endpointNote(server) +
            errorText(
              `duration_seconds in ${configPlace(machine, 6)}: 7200 seconds exceeds what ${role.arn} allows`,
              "write a smaller duration_seconds, or have the role's maximum session duration raised",
            ),
        })
      },
    )
  })
})

describe('a cached session that is too old for a role', () => {
  const setUp = (use: (machine: Machine, roleName: string, place: string) => Promise<void>) => {
    const role = server.addRole({ trust: { maxMfaAgeSeconds: 600 } })
    return withMachine(server, { config: roleConfig(role.arn) }, async (machine) => {
      const old = server.issueSession(machine.user, { mfaAgeSeconds: 1200 })
      expect(await machine.run([machine.code()])).toMatchObject({ status: 0 })
      await machine.editCache('session-', (record) => ({
        ...record,
        accessKeyId: old.accessKeyId,
        secretAccessKey: old.secretAccessKey,
        sessionToken: old.sessionToken,
        issuedAt: timeFromNow(-1200),
      }))
      await use(machine, role.name, `${machine.sandbox.home}/.aws/config, line 4`)
    })
  }
  const age = 'the cached session is 20 minutes old, and the role may want a fresher code'

  it.skipIf(script === undefined)('is replaced, with one more code', { tags: 'slow' }, () =>
    setUp(async (machine, roleName) => {
      const { user } = machine
      const ran = await machine.runAtTerminal(inRole, {
        replies: [{ shown: prompt(user), reply: `${machine.code()}\r` }],
      })
      expect(ran).toMatchObject({ status: 0, asked: ['AssumeRole', 'GetSessionToken', 'AssumeRole'] })
      expect(ran.shown).toContain(
        endpointNote(server) + note(`AWS did not give the role: ${age}`) + prompt(user),
      )
      expect(await whose(machine, ran)).toBe(assumed(roleName))
      expect(await machine.run(inRole)).toMatchObject({ status: 0, asked: [], stdout: `${ran.stdout}\n` })
    }),
  )

  it('is replaced with the code of mfa_process', () =>
    setUp(async (machine) => {
      const ran = await machine.run([...inRole, '--mfa-process', `echo ${machine.code()}`])
      expect(ran).toMatchObject({ status: 0, asked: ['AssumeRole', 'GetSessionToken', 'AssumeRole'] })
      expect(ran.stderr).toBe(endpointNote(server) + note(`AWS did not give the role: ${age}`))
    }))

  it('is an error where nobody can be asked', { tags: 'slow' }, () =>
    setUp(async (machine, roleName, place) => {
      const { user } = machine
      const ran = await machine.run(inRole)
      const lines = denied(user.arn, `arn:aws:iam::123456789012:role/${roleName}`, place)
      const [message = '', ...hints] = lines
      expect({ status: ran.status, asked: ran.asked, stderr: ran.stderr }).toEqual({
        status: 4,
        asked: ['AssumeRole'],
        stderr:
          endpointNote(server) +
          errorText(message, ...hints, age) +
          codeMissing.split('\n').slice(1).join('\n'),
      })
      const process = await machine.run(['credential-process', ...inRole])
      expect(process.stderr).toBe(
        endpointNote(server) +
          errorText(
            message,
            ...hints,
            age,
            'get one in a terminal, and it serves here too: awsmfa --profile role',
            'or let a command print the code: mfa_process in the profile',
          ),
      )
      expect(await machine.run([...inRole, machine.code()])).toMatchObject({ status: 0 })
    }),
  )
})

describe('a cached session that AWS takes no longer', () => {
  const revoked = 'AWS takes the cached session no longer'

  it.skipIf(script === undefined)('is replaced, with a code, however young it is', { tags: 'slow' }, () => {
    const role = server.addRole()
    return withMachine(server, { config: roleConfig(role.arn) }, async (machine) => {
      const { user } = machine
      expect(await machine.run([machine.code()])).toMatchObject({ status: 0 })
      await machine.editCache('session-', (record) => ({ ...record, accessKeyId: 'ASIA0000000000000000' }))
      const without = await machine.run(inRole)
      expect(without).toMatchObject({ status: 4, asked: ['AssumeRole'] })
      expect(without.stderr).toBe(
        endpointNote(server) +
          errorText(
            `AWS does not take the session with key ...0000, from the session of ${user.serialNumber}, in us-east-1 (partition aws)`,
            'whom it was issued to may be deleted or inactive, or the region not enabled for the account: get a new one',
            revoked,
          ) +
          codeMissing.split('\n').slice(1).join('\n'),
      )
      const ran = await machine.runAtTerminal(inRole, {
        replies: [{ shown: prompt(user), reply: `${machine.code()}\r` }],
      })
      expect(ran).toMatchObject({ status: 0, asked: ['AssumeRole', 'GetSessionToken', 'AssumeRole'] })
      expect(ran.shown).toContain(
        endpointNote(server) + note(`AWS did not give the role: ${revoked}`) + prompt(user),
      )
    })
  })

  it('of a user who is gone leads to the error about the key', () => {
    const role = server.addRole()
    return withMachine(server, { config: roleConfig(role.arn) }, async (machine) => {
      const { user } = machine
      expect(await machine.run([machine.code()])).toMatchObject({ status: 0 })
      const code = machine.code()
      server.removeUser(user)
      const ran = await machine.run([...inRole, '--mfa-process', `echo ${code}`])
      expect(ran).toMatchObject({ status: 4, asked: ['AssumeRole', 'GetSessionToken'] })
      expect(ran.stderr).toContain(`AWS does not know access key ...${user.accessKeyId.slice(-4)}`)
    })
  })
})

describe('a chain that leads nowhere', () => {
  const role = 'role_arn = arn:aws:iam::123456789012:role/r'
  const profile = (name: string, ...lines: string[]) => `[profile ${name}]\n${lines.join('\n')}\n`
  const cases: readonly [what: string, config: string, message: string, ...hints: string[]][] = [
    [
      'a loop',
      profile('role', role, 'source_profile = b') +
        profile('b', role, 'source_profile = c') +
        profile('c', role, 'source_profile = role'),
      'the source_profile of c leads in a circle: role, b, c, role',
      'one of them has to hold long-term keys',
    ],
    [
      'itself, without keys',
      profile('role', role, 'source_profile = role'),
      'the source_profile of role leads in a circle: role, role',
      'one of them has to hold long-term keys',
    ],
    [
      'a source that is not there',
      profile('role', role, 'source_profile = gone'),
      'there is no profile gone, which is the source_profile of role (CONFIG, line 3)',
    ],
    [
      'no source',
      profile('role', role),
      'profile role assumes a role (role_arn in CONFIG, line 2), but does not say from where',
      'add source_profile = NAME, the profile that holds your long-term keys',
    ],
    [
      'two sources',
      profile('role', role, 'source_profile = default', 'credential_source = Environment'),
      'profile role has both source_profile and credential_source (CONFIG, line 3; CONFIG, line 4)',
      'no AWS tool takes that; remove one of the two',
    ],
    [
      'a machine',
      profile('role', role, 'credential_source = Ec2InstanceMetadata'),
      'profile role assumes its role with the credentials of Ec2InstanceMetadata (credential_source in CONFIG, line 3)',
      'such credentials are a session already, without MFA; name a profile that holds long-term keys',
    ],
    [
      'no role at all',
      profile('role', 'role_arn = arn:aws:iam::1234:role/r', 'source_profile = default'),
      'role_arn in CONFIG, line 2: that is no ARN of a role',
    ],
    [
      'a bad name of the session',
      profile('role', role, 'source_profile = default', 'role_session_name = a b'),
      'role_session_name in CONFIG, line 4: that is no name of a role session',
    ],
    [
      'a bad external ID',
      profile('role', role, 'source_profile = default', 'external_id = x'),
      'external_id in CONFIG, line 4: that is no external ID',
    ],
    [
      'more than an hour from another role',
      profile('role', role, 'source_profile = b', 'duration_seconds = 3601') +
        profile('b', role, 'source_profile = default', 'duration_seconds = 7200'),
      'duration_seconds in CONFIG, line 4: a role that another role assumes lasts an hour at most',
      'write 3600 or less, or take it out',
    ],
    ...['899', '43201', '1h', '-1'].map((seconds): [string, string, string, string] => [
      `a duration of ${seconds}`,
      profile('role', role, 'source_profile = default', `duration_seconds = ${seconds}`),
      "duration_seconds in CONFIG, line 4: a role's session lasts 900 to 43200 seconds",
      'for the session that assumes the role there is mfa_duration_seconds',
    ]),
  ]
  it('is refused before a code is spent', { tags: 'slow' }, () =>
    withMachine(server, {}, async (machine) => {
      const place = `${machine.sandbox.home}/.aws/config`
      for (const [what, config, ...lines] of cases) {
        await machine.writeProfiles({ config: config + profile('default', 'mfa_serial = GAHT12345678') })
        const { status, stderr, asked } = await machine.run([...inRole, '123456'])
        const [message = '', ...hints] = lines.map((line) => line.replaceAll('CONFIG', place))
        expect({ what, status, stderr, asked }).toEqual({
          what,
          status: 6,
          stderr: errorText(message, ...hints),
          asked: [],
        })
      }
    }),
  )
})
