import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'rolldown'
import packageLock from '../package-lock.json' with { type: 'json' }
import { main } from '../rolldown.config.ts'

/**
 * Makes executables/PLATFORM/aws-mfa-env, a program that needs no Node.js: the bundle, compiled ahead, and Bun to run it.
 *
 *     tsx build/executable.ts [platform]
 *
 * @param platform one of `platforms`, by default this machine's; any of them can be made on any
 */
const platforms = [
  'linux-x64',
  'linux-aarch64',
  'darwin-x64',
  'darwin-aarch64',
  'windows-x64',
  'windows-aarch64',
] as const
type Platform = (typeof platforms)[number]

const here = `${{ win32: 'windows' }[process.platform as string] ?? process.platform}-${process.arch === 'arm64' ? 'aarch64' : process.arch}`
const platform = process.argv[2] ?? here
const folder = mkdtempSync(join(tmpdir(), 'aws-mfa-env-executable-'))
try {
  if (!isPlatform(platform)) throw new Error(`${platform} is none of: ${platforms.join(', ')}`)
  await makeExecutable(platform)
} finally {
  rmSync(folder, { recursive: true })
}

function isPlatform(name: string): name is Platform {
  return platforms.some((known) => known === name)
}

async function makeExecutable(target: Platform): Promise<void> {
  // Its path goes into the bytecode: from another place, or by another name, another file would come of the same code.
  const bundle = join('executables', target, 'bundle')
  // Within the executable the files of shells/ are beside what it calls its program.
  const define = { ...main.transform?.define, 'import.meta.dirname': 'process.argv[1]' }
  await build({ ...main, transform: { define }, output: { ...main.output, dir: bundle, cleanDir: false } })
  const name = target.startsWith('windows') ? 'aws-mfa-env.exe' : 'aws-mfa-env'
  const flags = [
    '--compile',
    '--bytecode',
    `--target=bun-${target}`,
    `--compile-executable-path=${await findBun(target)}`,
    // Files of the folder that one happens to be in would set variables, and load code.
    '--no-compile-autoload-dotenv',
    '--no-compile-autoload-bunfig',
    '--asset=shells',
    `--outfile=${join('executables', target, name)}`,
  ]
  execFileSync(await findBun(here as Platform), ['build', ...flags, join(bundle, 'main.cjs')], {
    stdio: 'inherit',
  })
  rmSync(bundle, { recursive: true })
}

/** Bun for a platform: as npm has installed it, else brought and checked against package-lock.json. */
async function findBun(target: Platform): Promise<string> {
  const name = `@oven/bun-${target}` as const
  const program = target.startsWith('windows') ? 'bun.exe' : 'bun'
  // Where npm runs scripts, the package has moved it to a place of the same name on every platform.
  const moved = target === here ? [join('node_modules', 'bun', 'bin', 'bun.exe')] : []
  const installed = [join('node_modules', name, 'bin', program), ...moved].find(existsSync)
  if (installed !== undefined) return installed
  const brought = join(folder, `bun-${target}`)
  const { version, integrity } = packageLock.packages[`node_modules/${name}`]
  const archive = execFileSync('npm', ['pack', '--silent', `${name}@${version}`], {
    cwd: folder,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  }).trim()
  const digest = createHash('sha512')
    .update(readFileSync(join(folder, archive)))
    .digest('base64')
  if (integrity !== `sha512-${digest}`) throw new Error(`${archive} is not what package-lock.json has`)
  execFileSync('tar', ['-xzf', archive, `package/bin/${program}`], { cwd: folder })
  renameSync(join(folder, 'package', 'bin', program), brought)
  chmodSync(brought, 0o755)
  return brought
}
