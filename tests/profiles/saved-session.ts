import type { SavedProfile } from '../../src/profiles/saved-profile.ts'

/** A session, as save is given it. */
export const session: SavedProfile = {
  name: 'mfa',
  accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'a/b+c=',
  sessionToken: 'IQoJ//8=',
  expiration: '2030-01-01T00:00:00Z',
  region: 'eu-west-1',
  source: { profile: 'base' },
  serialNumber: 'arn:aws:iam::123456789012:mfa/me',
  issuedAt: '2029-12-31T12:00:00Z',
}
