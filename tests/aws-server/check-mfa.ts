// The code that comes with a request.

import { halfOfMfa, invalidCode, unknownDevice } from './errors.ts'
import type { Call } from './operation.ts'
import { isFido } from './users.ts'

/** Whether there is one; it is then spent.
 *  @throws AwsError */
export function checkMfa({ caller, parameters, tokenCodes, at }: Call): boolean {
  const { SerialNumber: serialNumber, TokenCode: tokenCode } = parameters
  if (serialNumber === undefined && tokenCode === undefined) return false
  if (serialNumber === undefined || tokenCode === undefined) throw halfOfMfa()
  const device = caller.user.devices.find((candidate) => candidate.serialNumber === serialNumber)
  if (!device || isFido(device)) throw unknownDevice()
  if (!tokenCodes.spend(device, tokenCode, at)) throw invalidCode()
  return true
}
