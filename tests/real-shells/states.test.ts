// @module-tag slow
import { delimiter, join } from 'node:path'
import { afterAll } from 'vitest'
import { startAwsServer } from '../aws-server/server.ts'
import { installTool } from '../commands/tool.ts'
import { describeEachShell } from './each-shell.ts'
import { readEnvironment, runScript, type Sandbox, withSandbox } from './run.ts'
import type { FoundShell } from './shells.ts'
import {
  askClients,
  awsVariables,
  describeRow,
  judge,
  type Plan,
  planRow,
  type Result,
  rows,
  type Step,
  tokenCodeFor,
  type Variables,
} from './states.ts'

const server = await startAwsServer()
afterAll(() => server.close())

// bash sees every row; these share them out, since each takes three starts of the program.
const sharing = [
  'zsh',
  'dash',
  'ksh93',
  'mksh',
  'busybox',
  'fish',
  'tcsh',
  'elvish',
  'xonsh',
  'nu',
  'powershell',
]

describeEachShell(
  'the states table',
  (shell) => {
    for (const [index, { state, profile }] of rows.entries()) {
      if (shell.name !== 'bash' && sharing[index % sharing.length] !== shell.name) continue
      describeRow(state, profile, () =>
        withSandbox(async (sandbox) => {
          const plan = await planRow(server, sandbox, state, profile)
          return askClients(judge(plan, await walkThrough(shell, sandbox, plan)), sandbox)
        }),
      )
    }
  },
  ({ name }) => name === 'bash' || sharing.includes(name),
)

async function walkThrough(shell: FoundShell, sandbox: Sandbox, plan: Plan): Promise<Result[]> {
  await installTool(sandbox)
  let { variables } = plan
  const results: Result[] = []
  for (const step of plan.steps) {
    const result = await takeStep(shell, sandbox, plan, step, { ...variables, ...step.set })
    results.push(result)
    variables = result.after
  }
  return results
}

async function takeStep(
  shell: FoundShell,
  sandbox: Sandbox,
  { world }: Plan,
  step: Step,
  variables: Variables,
): Promise<Result> {
  const file = join(sandbox.folder, `environment-${step.name}`)
  const { syntax } = shell
  const words = ['-s', shell.dialect, ...step.words, ...tokenCodeFor(world, step)]
  const evaluation = syntax.evaluate(syntax.command('aws-mfa-env', ...words))
  const script = `${syntax.otherwise(evaluation, syntax.print('failed'))}\n${syntax.dumpEnvironment(file)}\n`
  const environment = {
    ...variables,
    PATH: `${join(sandbox.folder, 'bin')}${delimiter}${process.env['PATH']}`,
    AWS_MFA_SERIAL: step.serialNumber,
    AWS_ENDPOINT_URL: server.url,
  }
  const { stdout, stderr } = await runScript(shell, script, { sandbox, environment })
  const entries = [...(await readEnvironment(file))].map(([name, value]) => [name, `${value}`] as const)
  return {
    failed: stdout.toString().includes('failed'),
    stderr: stderr.toString(),
    after: awsVariables(entries),
  }
}
