// What every operation gets and gives.

import type { Caller } from './caller.ts'
import type { Role } from './roles.ts'
import type { Session } from './sessions.ts'
import type { UsedTokenCodes } from './token-codes.ts'
import type { Content, Service } from './xml.ts'

export interface Call {
  readonly caller: Caller
  readonly parameters: Readonly<Record<string, string>>
  /** In ms, by the server's clock. */
  readonly at: number
  readonly tokenCodes: UsedTokenCodes
  keepSession(session: Session): void
  findRole(arn: string): Role | undefined
}

export interface Operation {
  readonly service: Service
  readonly version: string
  /** @throws AwsError */
  run(call: Call): Content
}
