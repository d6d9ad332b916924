// @module-tag slow
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startAwsServer } from '../aws-server/server.ts'
import { type Ending, type Sandbox, withSandbox } from './run.ts'
import {
  awsVariables,
  describeRow,
  judge,
  type Plan,
  type ProfileState,
  planRow,
  type Result,
  rows,
  type State,
  type Step,
  tokenCodeFor,
  type Walk,
} from './states.ts'
import { type CmdScript, type NodeVersion, runCmdScripts, sandboxInCmd } from './wine/cmd.ts'
import { describeEachNode } from './wine/each-node.ts'
import { installPackage } from './wine/installation.ts'

// Every state, with one of the four profiles in turn: three starts of the program for each row are slow in Wine.
const shared = rows.filter(
  (_, index) => process.env['TEST_EVERY_NODE'] || (index + Math.floor(index / 4)) % 4 === 0,
)

describeEachNode(
  'the states table',
  (root, node) => {
    const walks = new Map<State, Promise<Map<ProfileState, Walk>>>()
    for (const { state, profile } of shared) {
      describeRow(state, profile, async () => {
        const walked = walks.get(state) ?? withSandbox((sandbox) => walkThrough(sandbox, root, node, state))
        walks.set(state, walked)
        return (await walked).get(profile) as Walk
      })
    }
  },
  ['24'],
)

/** All rows of a state by one start of Wine: few enough for their codes to last. */
async function walkThrough(sandbox: Sandbox, root: string, node: NodeVersion, state: State) {
  const server = await startAwsServer()
  try {
    await installPackage(sandbox)
    const plans: Plan[] = []
    const walked = shared.filter((row) => row.state === state)
    for (const [index, { profile }] of walked.entries()) {
      const home = join(sandbox.folder, `home${index}`)
      await mkdir(home)
      plans.push(await planRow(server, { ...sandbox, home }, state, profile))
    }
    // AWS takes the next code already now, and it lasts longer.
    server.clockOffsetMs = 30_000
    const scripts = Object.fromEntries(plans.map((plan, index) => [`row${index}`, scriptFor(plan, index)]))
    server.clockOffsetMs = 0
    const endings = await runCmdScripts(root, scripts, { sandbox, node, path: [`${sandboxInCmd}\\npm`] })
    const walks = new Map<ProfileState, Walk>()
    for (const [index, { profile }] of walked.entries()) {
      const plan = plans[index] as Plan
      walks.set(profile, judge(plan, await readResults(sandbox, index, plan, endings[`row${index}`])))
    }
    return walks
  } finally {
    await server.close()
  }
}

/** The whole row in one cmd, as a user would go through it; codes are made here and have to last. */
function scriptFor({ world, variables, steps }: Plan, index: number): CmdScript {
  const set = (entries: Readonly<Record<string, string>>) =>
    Object.entries(entries).map(([name, value]) => `set "${name}=${value}"`)
  const file = (step: Step, kind: string) => `${sandboxInCmd}\\row${index}-${step.name}.${kind}`
  return {
    as: 'cmd',
    lines: [
      '@echo off',
      ...set({ USERPROFILE: `${sandboxInCmd}\\home${index}`, AWS_ENDPOINT_URL: world.server.url }),
      ...set(variables),
      ...steps.flatMap((step) => [
        ...set({ ...step.set, AWS_MFA_SERIAL: step.serialNumber }),
        ['call awsmfa.cmd', ...step.words, ...tokenCodeFor(world, step)].join(' '),
        `>${file(step, 'status')} echo %ERRORLEVEL%`,
        `>&2 echo ${mark}`,
        // What a child is given.
        `cmd /d /c set >${file(step, 'set')}`,
      ]),
    ],
  }
}

// Between the steps; Wine does not redirect what runs inside of a `call`.
const mark = '----'

async function readResults({ folder }: Sandbox, index: number, { steps }: Plan, ending: Ending | undefined) {
  const stderr = `${ending?.stderr}`.split(`${mark}\r\n`)
  const results = steps.map(async ({ name }, at): Promise<Result> => {
    const read = (kind: string) => readFile(join(folder, `row${index}-${name}.${kind}`), 'utf8')
    const variables = (await read('set')).split('\r\n').map((line) => line.split(/=(.*)/) as [string, string])
    const status = Number(await read('status'))
    if (status !== 0 && status !== 6) throw new Error(`"${name}" ended with ${status}: ${stderr[at]}`)
    return { failed: status !== 0, stderr: stderr[at] ?? '', after: awsVariables(variables) }
  })
  return Promise.all(results)
}
