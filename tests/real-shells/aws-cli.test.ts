// @module-tag slow
import { afterAll, expect, it } from 'vitest'
import { startAwsServer } from '../aws-server/server.ts'
import { environmentOf, installTool } from '../commands/tool.ts'
import { describeEachShell } from './each-shell.ts'
import { runScript, withSandbox } from './run.ts'
import { findOnPath, isOwn } from './shells.ts'

const server = await startAwsServer()
afterAll(() => server.close())

const awsCli = findOnPath('aws')

describeEachShell(
  'the AWS CLI',
  (shell) => {
    it.skipIf(awsCli === undefined)(
      `works with the session in that very shell${awsCli === undefined ? ' (aws is not on PATH)' : ''}`,
      async () => {
        const user = server.addUser()
        const { syntax } = shell
        const call = syntax.command('aws-mfa-env', '-s', shell.dialect, server.nextTokenCode(user))
        const ask = syntax.command('aws', 'sts', 'get-caller-identity', '--output', 'text', '--query', 'Arn')
        const { stdout, stderr, status } = await withSandbox(async (sandbox) => {
          const PATH = await installTool(sandbox)
          // The AWS CLI 1 does not read AWS_REGION: the other variable must come from us.
          const environment = {
            ...environmentOf(server, user),
            PATH,
            AWS_EC2_METADATA_DISABLED: 'true',
            AWS_REGION: 'eu-west-1',
          }
          return runScript(shell, `${syntax.evaluate(call)}\n${ask}\n`, { sandbox, environment })
        })
        expect({ status, stdout: stdout.toString().trim() }, stderr.toString()).toEqual({
          status: 0,
          stdout: user.arn,
        })
        const [issued, used] = server.requests
          .filter(({ parameters, action }) => parameters['TokenCode'] || action === 'GetCallerIdentity')
          .slice(-2)
        expect(issued?.accessKeyId).toBe(user.accessKeyId)
        expect(used?.accessKeyId).toMatch(/^ASIA/)
      },
    )
  },
  isOwn,
)
