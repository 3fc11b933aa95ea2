/** `npm run bench:cost`: what a job costs in DynamoDB units, against the budget. Fails if it costs more. */
import Table from 'cli-table3'
import { Command, Option } from 'commander'
import colors from 'picocolors'
import { type Cost, GROUPS } from './cases.ts'
import { type Flatness, MAX_RATIO, measureFlatness } from './flatness.ts'
import { startBench } from './harness.ts'

const options = new Command('bench:cost')
  .description('Counts the write and read units that DynamoDB consumes for a job')
  .option('--json', 'print one line of JSON')
  .option('--no-flatness', 'leave out the backlogs of up to 10,000 jobs')
  .addOption(new Option('--only <group>', 'one group of rows, and no backlogs').choices(Object.keys(GROUPS)))
  .parse()
  .opts<{ json?: boolean; flatness: boolean; only?: string }>()

await using bench = await startBench()
const costs: Cost[] = []
for (const [name, measure] of Object.entries(GROUPS))
  if (options.only === undefined || name === options.only) costs.push(...(await measure(bench)))
const flat = options.flatness && options.only === undefined ? await measureFlatness(bench) : []
const isMet = ({ writes, budget }: Cost): boolean => writes <= budget
const isWithin = (cost: Cost): boolean =>
  (isMet(cost) || (cost.bound !== undefined && cost.writes <= cost.bound)) &&
  cost.reads <= (cost.readBudget ?? Number.POSITIVE_INFINITY)
const isFlat = ({ ratio }: Flatness): boolean => ratio <= MAX_RATIO
const ok = costs.every(isWithin) && flat.every(isFlat)

if (options.json) console.log(JSON.stringify({ ok, costs, flatness: flat }))
else print()
process.exitCode = ok ? 0 : 1

function print(): void {
  const table = new Table({
    head: ['units a job', 'writes', 'budget', 'reads', 'budget', '$ a million', ''],
    style: { head: [], border: [] },
  })
  for (const cost of costs)
    table.push([
      cost.case,
      cost.writes.toFixed(2),
      cost.budget.toFixed(1),
      cost.reads.toFixed(2),
      cost.readBudget?.toFixed(1) ?? '',
      cost.dollars.toFixed(2),
      verdict(cost),
    ])
  for (const part of flat) {
    table.push([
      {
        colSpan: 7,
        content: `flatness: ${part.what}, largest / smallest ${part.ratio.toFixed(3)} ${mark(isFlat(part))}`,
      },
    ])
    for (const cost of part.costs)
      table.push([
        cost.case,
        cost.writes.toFixed(2),
        '',
        cost.reads.toFixed(2),
        '',
        cost.dollars.toFixed(2),
        '',
      ])
  }
  console.log(table.toString())
  if (!ok) console.log(colors.red('over budget'))
}

function verdict(cost: Cost): string {
  if (!isWithin(cost) || isMet(cost)) return mark(isWithin(cost))
  return colors.yellow(`missed; ≤ ${cost.bound} holds`)
}

function mark(good: boolean): string {
  return good ? colors.green('ok') : colors.red('over')
}
