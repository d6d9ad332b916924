// What a run loads is most of the time that it takes.

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { startAwsServer } from '../aws-server/server.ts'
import { type Home, withHome } from '../commands/home.ts'
import { isBundle, toolPath } from '../commands/tool.ts'
import { runProgram } from '../real-shells/run.ts'
import { findOnPath } from '../real-shells/shells.ts'
import { type Node, nodes } from './nodes.ts'

const server = await startAwsServer()
afterAll(() => server.close())

interface Row {
  readonly what: string
  readonly words: readonly string[]
  readonly status?: number
  /** With a session of our own in the environment, in the cache. */
  readonly session?: boolean
  readonly opens?: readonly string[]
  /** Looks into the home folder, which Node.js 20 needs for nothing else. */
  readonly home?: boolean
}

/** Node.js's modules, beyond what it loads to run an empty file; `os` says where compiled code is kept, or the cache is. */
const loadsOf = ({ home = false }: Row, { version }: Node) =>
  version.startsWith('20.') && !home ? ['module'] : ['module', 'os']

const profiles = ['.aws/config', '.aws/credentials']
const rows: readonly Row[] = [
  { what: '--unset', words: ['--unset', '-s', 'sh'] },
  { what: 'init', words: ['init', 'bash'], opens: ['shells/awsmfa.bash'] },
  { what: '--help', words: ['--help'] },
  { what: '--version', words: ['--version'] },
  { what: 'a usage error', words: ['-s', 'sh', '--nope'], status: 2 },
  { what: 'status without a session', words: ['status'], status: 3 },
  { what: 'status', words: ['status'], session: true },
  {
    what: 'a cached session',
    words: ['-s', 'sh'],
    session: true,
    opens: [...profiles, '.cache/aws-mfa-env/session.json'],
    home: true,
  },
]

const strace = findOnPath('strace')
const problem = isBundle ? (strace === undefined ? 'strace is not on PATH' : '') : 'an executable is one file'

for (const node of nodes) {
  const missing = node.missing ?? problem
  describe.skipIf(missing !== '')(
    `with Node.js ${node.version}${missing === '' ? '' : ` (${missing})`}`,
    () => {
      const title = (row: Row) => `${row.what} loads main.cjs and of Node.js ${loadsOf(row, node).join(', ')}`
      for (const row of rows) {
        it(title(row), () => withHome(server, (home) => check(row, node, home)))
      }
    },
  )
}

async function check(row: Row, node: Node, home: Home): Promise<void> {
  const { words, status = 0, session = false, opens = [] } = row
  const environment = session ? await startSession(home) : {}
  const base = await trace(node, home, ['empty.cjs'], {})
  const { ended, opened, loaded } = await trace(node, home, [toolPath, ...words], environment)
  expect(ended).toBe(status)
  const own = ['dist/aws-mfa-env.cjs', 'dist/main.cjs']
  expect(opened).toEqual([...own, ...opens].sort())
  const more = loaded.filter((name) => !base.loaded.includes(name))
  const names = more.flatMap((name) => /^NativeModule (?!internal\/)(.*)/.exec(name)?.[1] ?? [])
  expect(names.sort()).toEqual(loadsOf(row, node))
  // Parts of them too.
  const dear = /\b(crypto|net|https?|http2|tls|child_process|zlib|undici|webcrypto|tty|stream)\b/
  expect(more.filter((name) => dear.test(name))).toEqual([])
}

async function startSession(home: Home): Promise<Record<string, string>> {
  const { status, stdout } = await home.run(['--shell', 'json', home.code()])
  expect(status).toBe(0)
  const set = Object.entries<string | null>(JSON.parse(stdout))
  return Object.fromEntries(set.flatMap(([name, value]) => (value === null ? [] : [[name, value]])))
}

/** What Node.js itself opens: to know a file's format, and for the code that it has kept. */
const ofNode = /^((dist\/)?package\.json|\.cache\/aws-mfa-env\/code(\/.*)?)$/

async function trace(
  node: Node,
  { sandbox, environment: reach }: Home,
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
) {
  const { folder, home } = sandbox
  const hook = `process.on('exit', () => require('fs').writeFileSync('loaded', process.moduleLoadList.join('\\n')))`
  await mkdir(home, { recursive: true })
  await writeFile(join(folder, 'hook.cjs'), hook)
  await writeFile(join(folder, 'empty.cjs'), '')
  const flags = ['-f', '-qq', '-e', 'trace=open,openat', '-o', 'trace', node.path, '-r', './hook.cjs']
  const ran = await runProgram(strace ?? '', [...flags, ...words], {
    sandbox,
    environment: { ...reach, ...environment },
  })
  const paths = [
    ...(await readFile(join(folder, 'trace'), 'latin1')).matchAll(/\bopen(?:at)?\(.*?"([^"]*)"/g),
  ]
  const roots = [`${home}/`, join(toolPath, '..', '..', '/')]
  const opened = paths.flatMap(([, path = '']) =>
    roots.flatMap((root) => (path.startsWith(root) ? [path.slice(root.length)] : [])),
  )
  return {
    ended: ran.status,
    opened: [...new Set(opened.filter((path) => !ofNode.test(path)))]
      .map((path) => path.replace(/session-[\w-]+/, 'session'))
      .sort(),
    loaded: (await readFile(join(folder, 'loaded'), 'utf8')).split('\n'),
  }
}
