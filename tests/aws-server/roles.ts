// The roles there are, and whom their trust policies let in.

import { createRoleId, freshBytes } from './keys.ts'
import type { Partition, User } from './users.ts'

interface Trust {
  /** These users alone; undefined: every user of the role's account. */
  users?: readonly User[]
  /** `aws:MultiFactorAuthPresent`. */
  requireMfa?: boolean
  /** `aws:MultiFactorAuthAge`; says `requireMfa` too. */
  maxMfaAgeSeconds?: number
  /** `sts:ExternalId`. */
  externalId?: string
  /** Roles whose sessions are let in; undefined: none's. */
  roleNames?: readonly string[]
}

export interface RoleSpec {
  name?: string
  /** Between slashes, as IAM writes it: `/team/`. */
  path?: string
  partition?: Partition
  account?: string
  trust?: Trust
  /** In seconds; AWS's default is one hour. */
  maxSessionDuration?: number
}

export interface Role {
  readonly name: string
  readonly arn: string
  readonly roleId: string
  readonly account: string
  readonly partition: Partition
  readonly trust: Trust
  readonly maxSessionDuration: number
}

export function createRole(spec: RoleSpec): Role {
  const { partition = 'aws', account = '123456789012', path = '/', trust = {} } = spec
  const name = spec.name ?? `role-${freshBytes('name', 6).toString('hex')}`
  return {
    name,
    arn: `arn:${partition}:iam::${account}:role${path}${name}`,
    roleId: createRoleId(freshBytes),
    account,
    partition,
    trust,
    maxSessionDuration: spec.maxSessionDuration ?? 3600,
  }
}
