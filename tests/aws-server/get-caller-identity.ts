// STS GetCallerIdentity: needs no permission, and takes sessions too.

import type { Operation } from './operation.ts'

export const getCallerIdentity: Operation = {
  service: 'sts',
  version: '2011-06-15',
  run: ({ caller: { arn, userId, account } }) => ({ Arn: arn, UserId: userId, Account: account }),
}
