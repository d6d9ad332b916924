import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Change } from '../../src/variables/change.ts'
import { classifyKeys } from '../../src/variables/classify.ts'
import { readVariables, undoExport, type Variables } from '../../src/variables/displaced.ts'
import { type ExportedSession, exportChanges, regionToSet } from '../../src/variables/export.ts'
import {
  changedVariables,
  clearedVariables,
  profileVariables,
  regionVariables,
  sessionVariables,
  stateVariable,
} from '../../src/variables/names.ts'
import { decodeState } from '../../src/variables/state.ts'
import { unsetChanges } from '../../src/variables/unset.ts'
import { regionOption, session, text, variables } from './arbitraries.ts'

type Environment = Readonly<Record<string, string>>

/** What a shell has after it has evaluated the changes. */
function apply(changes: readonly Change[], environment: Environment): Environment {
  const names = changes.map(({ name }) => name)
  expect(new Set(names).size, 'a name is changed once').toBe(names.length)
  const after: Record<string, string> = { ...environment }
  for (const { name, value } of changes) {
    if (value === null) delete after[name]
    else after[name] = value
  }
  return after
}

/** As the commands do it, from nothing but the environment. */
function runExport(environment: Environment, one: ExportedSession, option?: string): Environment {
  const current = readVariables(environment)
  const before = undoExport(current, decodeState(environment[stateVariable]))
  return apply(
    exportChanges(
      one,
      regionToSet(option, before, () => 'profile-region'),
      current,
      before,
    ),
    environment,
  )
}

function runUnset(environment: Environment): Environment {
  const current = readVariables(environment)
  const before = undoExport(current, decodeState(environment[stateVariable]))
  return apply(unsetChanges(current, before), environment)
}

function without(environment: Variables | Environment, names: readonly string[]): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !names.includes(name)))
}

const sessionNames: readonly string[] = [...sessionVariables, 'AWS_SECURITY_TOKEN']
const initial = variables.map((given): Environment => ({ PATH: '/bin', AWS_PAGER: '', ...given }))
const other = fc.constantFrom(
  ...profileVariables,
  ...regionVariables,
  'AWS_ACCOUNT_ID',
  'AWS_CREDENTIAL_SCOPE',
)

describe('an export', () => {
  it('sets the session, clears what would pass it over, and gives both regions', () => {
    fc.assert(
      fc.property(initial, session, regionOption, (environment, one, option) => {
        const after = runExport(environment, one, option)
        expect(after).toMatchObject({
          PATH: '/bin',
          AWS_PAGER: '',
          AWS_ACCESS_KEY_ID: one.accessKeyId,
          AWS_SECRET_ACCESS_KEY: one.secretAccessKey,
          AWS_SESSION_TOKEN: one.sessionToken,
          AWS_CREDENTIAL_EXPIRATION: one.expiration,
        })
        for (const name of clearedVariables) expect(after).not.toHaveProperty(name)
        const { AWS_REGION: first, AWS_DEFAULT_REGION: second } = environment
        expect(after).toMatchObject({
          AWS_REGION: option ?? first ?? second ?? 'profile-region',
          AWS_DEFAULT_REGION: option ?? second ?? first ?? 'profile-region',
        })
      }),
    )
  })

  it('records no secret, neither the old nor the new', () => {
    fc.assert(
      fc.property(initial, session, (environment, one) => {
        const recorded = Buffer.from(runExport(environment, one)[stateVariable] ?? '', 'base64url').toString()
        const { AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_SECURITY_TOKEN } = environment
        for (const secret of [
          AWS_SECRET_ACCESS_KEY,
          AWS_SESSION_TOKEN,
          AWS_SECURITY_TOKEN,
          one.secretAccessKey,
          one.sessionToken,
        ]) {
          if (secret !== undefined) expect(recorded).not.toContain(secret)
        }
      }),
    )
  })

  it('is undone for the run that follows, but for keys and sessions, however many there were', () => {
    fc.assert(
      fc.property(
        initial,
        fc.array(fc.tuple(session, regionOption), { minLength: 1, maxLength: 3 }),
        (environment, exports) => {
          const after = exports.reduce((shell, [one, option]) => runExport(shell, one, option), environment)
          const before = undoExport(readVariables(after), decodeState(after[stateVariable]))
          expect(before).toEqual(without(readVariables(environment), sessionNames))
        },
      ),
    )
  })

  it('records no variable that it leaves as it was', () => {
    const one = fc.sample(session, { numRuns: 1, seed: 1 })[0] as ExportedSession
    const after = runExport({ AWS_REGION: 'eu-west-1' }, one)
    const names = decodeState(after[stateVariable])?.displaced.map(({ name }) => name)
    expect(names).toEqual([...sessionVariables, 'AWS_DEFAULT_REGION'])
  })

  it('takes out a region that only the export before it had set', () => {
    const one = fc.sample(session, { numRuns: 1, seed: 1 })[0] as ExportedSession
    const current = readVariables(runExport({}, one, 'eu-west-1'))
    const changes = exportChanges(one, undefined, current, {})
    expect(changes.filter(({ name }) => name.endsWith('REGION'))).toEqual([
      { name: 'AWS_REGION', value: null },
      { name: 'AWS_DEFAULT_REGION', value: null },
    ])
  })

  it('lets nothing show through where it clears', () => {
    const one = fc.sample(session, { numRuns: 1, seed: 1 })[0] as ExportedSession
    const vanishing = exportChanges(one, undefined, {}, {}).filter(({ mustVanish }) => mustVanish)
    expect(vanishing).toEqual(clearedVariables.map((name) => ({ name, value: null, mustVanish: true })))
  })
})

describe('--unset', () => {
  it('leaves what was there before the exports, but for keys and sessions', () => {
    fc.assert(
      fc.property(
        initial,
        fc.array(fc.tuple(session, regionOption), { minLength: 1, maxLength: 3 }),
        (environment, exports) => {
          const after = exports.reduce((shell, [one, option]) => runExport(shell, one, option), environment)
          expect(runUnset(after)).toEqual(without(environment, sessionNames))
        },
      ),
    )
  })

  it('leaves alone what has changed since', () => {
    const since = fc.uniqueArray(fc.tuple(other, fc.option(text, { nil: '' })), {
      selector: ([name]) => name,
    })
    fc.assert(
      fc.property(initial, session, regionOption, since, (environment, one, option, changes) => {
        const exported = runExport(environment, one, option)
        const changed = changes.filter(([name, value]) => value !== (exported[name] ?? ''))
        const shell = apply(
          changed.map(([name, value]) => ({ name, value: value === '' ? null : value })),
          exported,
        )
        const expected = apply(
          changed.map(([name, value]) => ({ name, value: value === '' ? null : value })),
          without(environment, sessionNames),
        )
        expect(runUnset(shell)).toEqual(expected)
      }),
    )
  })

  it('keeps long-term keys that were set since, and takes their stale companions away', () => {
    const keys = { AWS_ACCESS_KEY_ID: 'AKIA0000000000000000', AWS_SECRET_ACCESS_KEY: 'secret' }
    fc.assert(
      fc.property(initial, session, (environment, one) => {
        const after = runUnset({ ...runExport(environment, one), ...keys })
        expect(after).toEqual({ ...without(environment, sessionNames), ...keys })
      }),
    )
  })

  it('takes away a session that somebody else set, and nothing else', () => {
    fc.assert(
      fc.property(initial, fc.boolean(), (environment, damaged) => {
        const after = runUnset(damaged ? { ...environment, [stateVariable]: 'damaged' } : environment)
        const kind = classifyKeys(readVariables(environment))
        const kept = kind === 'session' ? [] : ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']
        expect(after).toEqual(
          without(
            environment,
            sessionNames.filter((name) => !kept.includes(name)),
          ),
        )
      }),
    )
  })

  it('changes nothing the second time, but says again what must not be there', () => {
    fc.assert(
      fc.property(initial, session, fc.boolean(), (environment, one, exported) => {
        const once = runUnset(exported ? runExport(environment, one) : environment)
        expect(runUnset(once)).toEqual(once)
        const current = readVariables(once)
        for (const { name, value } of unsetChanges(current, current)) {
          expect([name, value]).toEqual([name, null])
        }
      }),
    )
  })
})

describe('our variables', () => {
  it('are read from an environment by name, an empty one as absent', () => {
    const environment = {
      PATH: '/bin',
      AWS_PROFILE: 'a',
      AWS_REGION: '',
      AWS_PAGER: 'less',
      aws_region: 'x',
      AWS_ACCOUNT_ID: undefined,
    }
    expect(readVariables(environment)).toEqual({ AWS_PROFILE: 'a' })
    expect(readVariables(Object.fromEntries(changedVariables.map((name) => [name, name])))).toEqual(
      Object.fromEntries(changedVariables.map((name) => [name, name])),
    )
  })
})
