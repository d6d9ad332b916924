// TOTP as AWS judges it: thirty seconds a step, one step of drift, and no step twice.

import { Secret, TOTP } from 'otpauth'
import type { Device } from './users.ts'

const period = 30

/** What the device shows at that time (in ms). */
export function computeTokenCode(totpSecret: string, at: number): string {
  return totp(totpSecret).generate({ timestamp: at })
}

/** The steps that were used, by serial number. */
export class UsedTokenCodes {
  readonly #lastStep = new Map<string, number>()

  /** Whether the code is right at that time (in ms); if so it is spent, and so is every older one. */
  spend(device: Device, tokenCode: string, at: number): boolean {
    const drift = totp(device.totpSecret).validate({ token: tokenCode, timestamp: at, window: 1 })
    if (drift === null) return false
    const step = TOTP.counter({ period, timestamp: at }) + drift
    if (step <= this.#lastUsed(device)) return false
    this.#lastStep.set(device.serialNumber, step)
    return true
  }

  /** A code that `spend` would take at that time, without waiting: the device's own, or that of the next step. */
  findUnused(device: Device, at: number): string {
    const now = TOTP.counter({ period, timestamp: at })
    const step = [now, now + 1].find((candidate) => candidate > this.#lastUsed(device))
    if (step === undefined) {
      throw new Error(
        `the codes of ${device.serialNumber} are used up for now: take a user of your own, addUser()`,
      )
    }
    return computeTokenCode(device.totpSecret, step * period * 1000)
  }

  clear(): void {
    this.#lastStep.clear()
  }

  #lastUsed(device: Device): number {
    return this.#lastStep.get(device.serialNumber) ?? 0
  }
}

function totp(totpSecret: string): TOTP {
  return new TOTP({ secret: Secret.fromBase32(totpSecret), algorithm: 'SHA1', digits: 6, period })
}
