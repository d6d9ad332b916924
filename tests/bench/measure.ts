import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** One thing whose time is taken: a program and its words, and a command that is run before each time. */
export interface Variant {
  readonly name: string
  readonly command: readonly string[]
  /** What it finds in its environment beyond what all find. */
  readonly variables?: Readonly<Record<string, string>>
  readonly prepare?: readonly string[] | undefined
}

/** How the variants are run. */
export interface Measuring {
  /** Everything that they find in their environment. */
  readonly environment: Readonly<Record<string, string>>
  /** For hyperfine's results. */
  readonly folder: string
  /** Each round runs every variant `runs` times, so that a slow minute is shared by all. */
  readonly rounds: number
  readonly runs: number
}

/**
 * The median time of each variant by name, in seconds, from interleaved runs by hyperfine, without a shell, stdout a
 * pipe as in `$(...)`.
 */
export function measure(variants: readonly Variant[], options: Measuring): Map<string, number> {
  const { environment, folder, rounds, runs } = options
  const times = new Map<string, number[]>(variants.map(({ name }) => [name, []]))
  const results = join(folder, 'results.json')
  // hyperfine has one environment for all that it runs.
  const environments = [...new Set(variants.map(({ variables }) => variables))]
  const how = ['--shell=none', '--output=pipe', '--style=none', '--warmup=1', `--runs=${runs}`]
  for (const variables of Array.from({ length: rounds }, () => environments).flat()) {
    const group = variants.filter((variant) => variant.variables === variables)
    const words = group.flatMap(({ name, command, prepare = ['true'] }) => [
      `--command-name=${name}`,
      `--prepare=${line(prepare)}`,
      line(command),
    ])
    execFileSync('hyperfine', [...how, '--export-json', results, ...words], {
      env: { ...environment, ...variables },
      stdio: 'ignore',
    })
    const read = JSON.parse(readFileSync(results, 'utf8')) as {
      results: { command: string; times: number[] }[]
    }
    for (const { command, times: more } of read.results) times.get(command)?.push(...more)
  }
  return new Map([...times].map(([name, taken]) => [name, median(taken)]))
}

/** hyperfine splits it as a shell would. */
function line(words: readonly string[]): string {
  return words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ')
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return ((sorted[(sorted.length - 1) >> 1] ?? 0) + (sorted[sorted.length >> 1] ?? 0)) / 2
}

/** The most memory that a command holds at once, in KiB: the median of five runs, by GNU time. */
export function peakMemory(command: readonly string[], environment: Measuring['environment']): number {
  const peaks = Array.from({ length: 5 }, () => {
    const script = '/usr/bin/time -f %M "$@" 2>&1 >/dev/null | tail -n 1'
    return Number(
      execFileSync('/bin/sh', ['-c', script, 'sh', ...command], { env: environment, encoding: 'utf8' }),
    )
  })
  return median(peaks)
}
