import { existsSync } from 'node:fs'
import { peakMemory } from './measure.ts'
import type { Node } from './programs.ts'
import { renderTable } from './render-table.ts'
import { bare, bundle, executable, keys } from './variants.ts'

/** The most memory that a call holds at once, beside bare's. */
export function measureMemory(
  nodes: readonly Node[],
  environment: Readonly<Record<string, string>>,
  url: string,
): string[] {
  if (!existsSync('/usr/bin/time')) return ['Peak memory was not measured: GNU time is not here.']
  const peak = (command: readonly string[]) => peakMemory(command, { ...environment, ...keys })
  const call = ['-s', 'sh', '123456']
  const cells = (what: string, peakOfCall: number, by: string, yardstick: number, goal: string) => [
    what,
    by,
    (peakOfCall / yardstick).toFixed(2),
    goal,
    (peakOfCall / 1024).toFixed(0),
  ]
  const rows = nodes.map(({ line, path }) =>
    cells(`call ${line}`, peak([path, bundle, ...call]), `bare ${line}`, peak(bare(path, url)), '≤ 1.3'),
  )
  const newest = nodes.find(({ line }) => line === '24')?.path ?? ''
  const ofExecutable = peak([executable, ...call])
  rows.push(cells('call executable', ofExecutable, 'call 24', peak([newest, bundle, ...call]), '≤ 1'))
  return renderTable(['peak memory', 'to what', 'ratio', 'goal', 'MiB'], rows)
}
