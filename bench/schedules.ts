/**
 * `npm run bench:schedules -- [--json] [--schedules 100000] [--seed 1] [--no-peer]`: what schedules cost and how fast they are fired.
 * Fails if a budget is missed.
 */
import Table from 'cli-table3'
import { Command, InvalidArgumentError } from 'commander'
import colors from 'picocolors'
import type { Row } from './flow/rows.ts'
import { startBench } from './harness.ts'
import { measureFiring } from './schedules/firing.ts'
import { measureIdle } from './schedules/idle.ts'
import { type Compared, measurePyncette } from './schedules/pyncette.ts'
import { measureRush } from './schedules/rush.ts'

const options = new Command('bench:schedules')
  .description('Counts what firing schedules and an idle minute consume, and times a rush in virtual time')
  .option('--json', 'print one line of JSON')
  .option(
    '--schedules <count>',
    'how many there are in the idle minute and in the rush',
    wholeNumber,
    100_000,
  )
  .option('--seed <number>', 'of the rush', wholeNumber, 1)
  .option('--no-peer', 'leave Pyncette out')
  .parse()
  .opts<{ json?: boolean; schedules: number; seed: number; peer: boolean }>()

await using bench = await startBench()
const rows: readonly Row[] = [
  ...(await measureFiring(bench)),
  ...(await measureIdle(bench, options.schedules)),
  ...(await measureRush(options.schedules, options.seed)),
]
const peer: Compared = options.peer
  ? await measurePyncette(bench)
  : { ok: false, missing: '--no-peer was given' }
const ok = rows.every(({ holds }) => holds)

if (options.json) console.log(JSON.stringify({ ok, rows, peer }))
else print()
process.exitCode = ok ? 0 : 1

function print(): void {
  const table = new Table({ head: ['', 'value', 'goal', ''], style: { head: [], border: [] } })
  for (const row of [...rows, ...(peer.ok ? peer.rows : [])])
    table.push([row.name, rounded(row.value), row.goal ?? '', verdict(row)])
  console.log(table.toString())
  if (!peer.ok) console.log(`Pyncette was left out: ${peer.missing}`)
  if (!ok) console.log(colors.red('a budget is missed'))
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100
}

function verdict({ goal, holds }: Row): string {
  if (goal === undefined) return ''
  return holds ? colors.green('ok') : colors.red('missed')
}

function wholeNumber(text: string): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 1)
    throw new InvalidArgumentError('a whole number from 1 is needed')
  return number
}
