import { describe, expect, it } from 'vitest'
import { commandEnvironment, refuseLoop } from '../../src/processes/loop.ts'

const started = commandEnvironment({ PATH: '/bin' }, 'wörk "1"', 'mfa_process in config, line 2')

describe('a run for a profile', () => {
  it('is refused where a command that runs for it has started it, however deep', () => {
    const deeper = commandEnvironment(started, 'other', 'credential_process in config, line 5')
    for (const environment of [started, deeper]) {
      expect(() => refuseLoop(environment, 'wörk "1"')).toThrow(
        'this run was started for profile wörk "1" by mfa_process in config, line 2, and would have to start that again',
      )
      expect(() => refuseLoop(environment, 'third')).not.toThrow()
      expect(() => refuseLoop(environment, undefined)).not.toThrow()
    }
  })

  it('is refused for the keys in the environment too', () => {
    const environment = commandEnvironment({}, undefined, 'AWS_MFA_PROCESS')
    expect(() => refuseLoop(environment, undefined)).toThrow(
      'for the keys in the environment by AWS_MFA_PROCESS',
    )
    expect(() => refuseLoop(environment, 'null')).not.toThrow()
  })

  it.each(['', 'null', '{}', '[["work"]]', '[[1,2]]', '["work"]', 'work', '[['])(
    'takes no harm from %j in the place of the mark',
    (mark) => {
      const environment = { AWS_MFA_ENV_RESOLVING: mark }
      expect(() => refuseLoop(environment, 'work')).not.toThrow()
      expect(() => refuseLoop(commandEnvironment(environment, 'work', 'here'), 'work')).toThrow('by here')
    },
  )
})
