// STS GetSessionToken.

import {
  halfOfMfa,
  invalidCode,
  notAuthorized,
  signedWithSession,
  unknownDevice,
  validationError,
} from './errors.ts'
import type { Call, Operation } from './operation.ts'
import { createSession } from './sessions.ts'
import { isFido, type User } from './users.ts'

export const getSessionToken: Operation = { service: 'sts', version: '2011-06-15', run }

function run(call: Call) {
  const { user, session } = call.caller
  checkParameters(call.parameters)
  if (session) throw signedWithSession()
  if (user.sessionTokenDenied) throw notAuthorized(user.arn, 'sts:GetSessionToken', '*')
  const mfa = checkMfa(call)
  const issued = createSession(user, call.at, chooseDuration(user, call.parameters['DurationSeconds']), mfa)
  call.keepSession(issued)
  return {
    Credentials: {
      AccessKeyId: issued.accessKeyId,
      SecretAccessKey: issued.secretAccessKey,
      SessionToken: issued.sessionToken,
      Expiration: issued.expiration.toISOString().replace('.000Z', 'Z'),
    },
  }
}

function checkMfa({ caller, parameters, tokenCodes, at }: Call): boolean {
  const { SerialNumber: serialNumber, TokenCode: tokenCode } = parameters
  if (serialNumber === undefined && tokenCode === undefined) return false
  if (serialNumber === undefined || tokenCode === undefined) throw halfOfMfa()
  const device = caller.user.devices.find((candidate) => candidate.serialNumber === serialNumber)
  if (!device || isFido(device)) throw unknownDevice()
  if (!tokenCodes.spend(device, tokenCode, at)) throw invalidCode()
  return true
}

function chooseDuration(user: User, asked: string | undefined): number {
  const durationSeconds = Number(asked ?? '43200')
  return user.root ? Math.min(durationSeconds, 3600) : durationSeconds
}

interface Constraint {
  readonly parameter: string
  readonly holds: (value: string) => boolean
  readonly text: string
}

const constraints: readonly Constraint[] = [
  atLeast('DurationSeconds', 'value', 900, Number),
  atMost('DurationSeconds', 'value', 129600, Number),
  atLeast('SerialNumber', 'length', 9, lengthOf),
  atMost('SerialNumber', 'length', 256, lengthOf),
  matching('SerialNumber', '[\\w+=/:,.@-]*'),
  atLeast('TokenCode', 'length', 6, lengthOf),
  atMost('TokenCode', 'length', 6, lengthOf),
  matching('TokenCode', '[\\d]*'),
]

function checkParameters(parameters: Call['parameters']): void {
  const violations = constraints.flatMap(({ parameter, holds, text }) => {
    const value = parameters[parameter]
    if (value === undefined || holds(value)) return []
    const name = parameter.charAt(0).toLowerCase() + parameter.slice(1)
    return [`Value '${value}' at '${name}' failed to satisfy constraint: ${text}`]
  })
  if (violations.length > 0) throw validationError(violations)
}

function atLeast(
  parameter: string,
  what: string,
  limit: number,
  measure: (value: string) => number,
): Constraint {
  const text = `Member must have ${what} greater than or equal to ${limit}`
  return { parameter, holds: (value) => measure(value) >= limit, text }
}

function atMost(
  parameter: string,
  what: string,
  limit: number,
  measure: (value: string) => number,
): Constraint {
  const text = `Member must have ${what} less than or equal to ${limit}`
  return { parameter, holds: (value) => measure(value) <= limit, text }
}

function matching(parameter: string, pattern: string): Constraint {
  const text = `Member must satisfy regular expression pattern: ${pattern}`
  return { parameter, holds: (value) => new RegExp(`^${pattern}$`).test(value), text }
}

function lengthOf(value: string): number {
  return value.length
}
