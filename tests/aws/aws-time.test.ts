import { describe, expect, it } from 'vitest'
import { AwsTime } from '../../src/aws/aws-time.ts'
import { startAwsServer } from '../aws-server/server.ts'
import { environmentOf, errorText } from '../commands/tool.ts'
import { runHere } from '../faults/run-here.ts'

describe("AWS's time", () => {
  let now = 0
  const uptime = () => now

  it('is what all its answers have in common', async () => {
    const time = new AwsTime(uptime)
    const limits: number[] = []
    for (const milliseconds of [4000, 10_000, 2000, 0]) {
      await time.spend(async (limit) => {
        limits.push(limit)
        now += milliseconds
      })
      // A user's own time.
      now += 60_000
    }
    expect(limits).toEqual([15_000, 11_000, 1000, 1])
  })

  it('is known to suffice, or not', async () => {
    const time = new AwsTime(uptime)
    await time.spend(async () => {
      now += 12_500
    })
    expect([time.has(2500), time.has(2501)]).toEqual([true, false])
  })

  it('costs no code where the list of devices has taken it', async () => {
    const server = await startAwsServer()
    const user = server.addUser()
    let asked = 0
    // By this clock each look takes 13 seconds.
    const uptime = () => asked++ * 13_000
    const { AWS_MFA_SERIAL: _, ...environment } = environmentOf(server, user)
    const ran = await runHere(['-s', 'sh', server.nextTokenCode(user)], environment, { uptime })
    expect(ran).toMatchObject({ status: 5, stdout: expect.stringContaining('exit 5') })
    expect(ran.stderr).toContain(
      errorText(
        'AWS has taken nearly all of its 15 seconds for what it was asked before',
        'the code has not been sent, and can still be used',
      ),
    )
    expect(server.requests.map(({ action }) => action)).toEqual(['ListMFADevices'])
    await server.close()
  })
})
