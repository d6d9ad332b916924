// The local AWS by itself, for a person or the demo: `npx tsx tests/aws-server/main.ts [--port N]`.
// One line of JSON says where it is and whom it knows.

import { parseArgs } from 'node:util'
import { endWithParent } from './lifetime.ts'
import { startAwsServer } from './server.ts'

await endWithParent()
const { values } = parseArgs({ options: { port: { type: 'string', default: '0' } } })
const server = await startAwsServer({ port: Number(values.port) })
process.stdout.write(`${JSON.stringify({ url: server.url, users: server.users })}\n`)
