import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Keys } from './sdk-client.ts'
import { type AwsServer, startAwsServer } from './server.ts'
import { findText, sendSigned } from './signed-request.ts'

let aws: AwsServer
beforeAll(async () => {
  aws = await startAwsServer()
})
beforeEach(() => aws.reset())
afterAll(() => aws.close())

async function list(keys: Keys, input: Record<string, string> = {}) {
  const parameters = { Action: 'ListMFADevices', ...input }
  const { status, text } = await sendSigned(aws, { service: 'iam', parameters, keys })
  const serials = [...text.matchAll(/<SerialNumber>(.*)<\/SerialNumber>/g)].map(([, serial]) => serial)
  return { status, text, serials, truncated: findText(text, 'IsTruncated'), marker: findText(text, 'Marker') }
}

async function findRefusal(keys: Keys, input?: Record<string, string>) {
  const { status, text } = await list(keys, input)
  return [status, findText(text, 'Code'), findText(text, 'Message')]
}

const serialsOf = (who: 'alice' | 'carol' | 'root') =>
  aws.users[who].devices.map((device) => device.serialNumber)

describe('the list', () => {
  it('is AWS’s XML', async () => {
    const { text } = await list(aws.users.alice)
    expect(text.replace(/[0-9a-f-]{36}/, 'UUID')).toMatchInlineSnapshot(`
      "<ListMFADevicesResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">
        <ListMFADevicesResult>
          <MFADevices>
            <member>
              <UserName>alice</UserName>
              <SerialNumber>arn:aws:iam::123456789012:mfa/alice</SerialNumber>
              <EnableDate>2024-02-29T12:00:00Z</EnableDate>
            </member>
          </MFADevices>
          <IsTruncated>false</IsTruncated>
        </ListMFADevicesResult>
        <ResponseMetadata>
          <RequestId>UUID</RequestId>
        </ResponseMetadata>
      </ListMFADevicesResponse>
      "
    `)
  })

  it.each(['alice', 'root'] as const)('of %s is whole', async (who) => {
    expect(await list(aws.users[who])).toMatchObject({ serials: serialsOf(who), truncated: 'false' })
  })

  it('of a user without devices is empty', async () => {
    expect(await list(aws.addUser({ devices: [] }))).toMatchObject({ status: 200, serials: [] })
  })

  it('comes in the pages that were asked for', async () => {
    const user = aws.addUser({ devices: ['virtual', 'virtual', 'virtual'] })
    const first = await list(user, { MaxItems: '2' })
    const second = await list(user, { MaxItems: '2', Marker: first.marker ?? '' })
    expect([first.serials.length, first.truncated]).toEqual([2, 'true'])
    expect([second.truncated, second.marker]).toEqual(['false', undefined])
    expect([...first.serials, ...second.serials]).toEqual(user.devices.map((device) => device.serialNumber))
  })

  it('comes in pages that nobody asked for', async () => {
    const serials: (string | undefined)[] = []
    for (let marker: string | undefined = ''; marker !== undefined; ) {
      const page = await list(aws.users.carol, marker ? { Marker: marker } : {})
      expect(page.serials).toHaveLength(1)
      serials.push(...page.serials)
      marker = page.marker
    }
    expect(serials).toEqual(serialsOf('carol'))
    expect(serials[0]).toContain(':u2f/')
  })
})

describe('a caller', () => {
  const invalid = [403, 'InvalidClientTokenId', 'The security token included in the request is invalid']
  const denied = (who: string, resource: string) => [
    403,
    'AccessDenied',
    `User: arn:aws:iam::123456789012:user/${who} is not authorized to perform: iam:ListMFADevices ` +
      `on resource: user ${resource} with an explicit deny in an identity-based policy`,
  ]

  it('with a session that MFA was given for gets the list', async () => {
    expect(await list(aws.issueSession(aws.users.alice))).toMatchObject({ serials: serialsOf('alice') })
  })

  it('with a session without MFA is refused', async () => {
    expect(await findRefusal(aws.issueSession(aws.users.alice, { mfa: false }))).toEqual(invalid)
  })

  it('who must name herself is refused until she does', async () => {
    const user = aws.addUser({ listDevices: 'with-user-name' })
    expect(await findRefusal(user)).toEqual(denied(user.name, 'null'))
    expect(await list(user, { UserName: user.name })).toMatchObject({ serials: [user.serialNumber] })
  })

  it('who is denied is refused with a name, too', async () => {
    expect(await findRefusal(aws.users.denied)).toEqual(denied('denied', 'null'))
    expect(await findRefusal(aws.users.denied, { UserName: 'denied' })).toEqual(denied('denied', 'denied'))
  })

  it('who names another is refused', async () => {
    expect(await findRefusal(aws.users.alice, { UserName: 'bob' })).toEqual(denied('alice', 'bob'))
  })

  it('who is the root user has no name', async () => {
    const message = 'The user with name root cannot be found.'
    expect(await findRefusal(aws.users.root, { UserName: 'root' })).toEqual([404, 'NoSuchEntity', message])
  })
})
