import { describe, expect, it } from 'vitest'
import { json } from '../../src/documents/json.ts'
import { runTool } from '../commands/tool.ts'
import { hostileValues } from '../real-shells/hostile-values.ts'
import { withSandbox } from '../real-shells/run.ts'

describe('a json document', () => {
  it('is one object that gives every value back', () => {
    const changes = ['', ...hostileValues].map((value, index) => ({ name: `V${index}`, value }))
    const parsed = JSON.parse(json.render([...changes, { name: 'GONE', value: null }]))
    expect(parsed).toEqual(
      Object.fromEntries([...changes.map(({ name, value }) => [name, value]), ['GONE', null]]),
    )
  })

  it.each(['json', 'nu', 'nushell'])('is what --shell %s prints, with null for what goes', async (name) => {
    const environment = { AWS_ACCESS_KEY_ID: 'ASIAX', AWS_SESSION_TOKEN: 'x' }
    const words = ['--unset', '--shell', name]
    const ending = await withSandbox((sandbox) => runTool(words, { sandbox, environment }))
    expect(ending).toMatchObject({ status: 0, stderr: '' })
    expect(JSON.parse(ending.stdout)).toEqual({
      AWS_ACCESS_KEY_ID: null,
      AWS_SECRET_ACCESS_KEY: null,
      AWS_SESSION_TOKEN: null,
      AWS_CREDENTIAL_EXPIRATION: null,
      AWS_SECURITY_TOKEN: null,
      AWS_MFA_ENV_STATE: null,
    })
  })

  it.each(['json', 'nu', 'dotenv', 'elvish'])('and %s are empty where the run fails', async (name) => {
    const words = ['--no-such-option', '--shell', name]
    const ending = await withSandbox((sandbox) => runTool(words, { sandbox }))
    expect(ending).toMatchObject({ status: 2, stdout: '' })
  })
})
