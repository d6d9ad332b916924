// What a device shows now, in place of a phone: `npx tsx tests/aws-server/code.ts alice`, or a serial number
// of the fixed cast, or a TOTP secret.

import { computeTokenCode } from './token-codes.ts'
import { cast } from './users.ts'

const [wanted = ''] = process.argv.slice(2)
process.stdout.write(`${computeTokenCode(findSecret(wanted), Date.now())}\n`)

function findSecret(text: string): string {
  const users = Object.entries(cast)
  const named = users.find(([name]) => name === text)?.[1]
  const device = users.flatMap(([, user]) => user.devices).find(({ serialNumber }) => serialNumber === text)
  const secret = named?.totpSecret ?? device?.totpSecret ?? text
  if (/^[A-Z2-7]{16,}$/.test(secret)) return secret
  process.stderr.write(`code.ts: name one of ${Object.keys(cast).join(', ')}, a serial number, or a secret\n`)
  process.exit(2)
}
