/** `npm run bench:sweep`: what a sweep reads and sends, on a real engine. Counts only; fails if one is not as it should be. */
import Table from 'cli-table3'
import { Command } from 'commander'
import { measureSweeps, type SweepCase } from './sweep-cases.ts'

const options = new Command('bench:sweep')
  .description(
    'Counts read units, pages and messages of sweeps over 20,000 state items and 2,000 shards with jobs',
  )
  .option('--json', 'print one line of JSON')
  .parse()
  .opts<{ json?: boolean }>()

const cases = await measureSweeps()
const problems = cases.flatMap((one) => one.problems.map((problem) => `${one.case}: ${problem}`))

if (options.json) console.log(JSON.stringify({ ok: problems.length === 0, cases }))
else print(cases)
process.exitCode = problems.length === 0 ? 0 : 1

function print(cases: readonly SweepCase[]): void {
  const head = ['', 'reads', 'writes', 'pages', 'state items', 'shards with jobs', 'messages', 'whole round']
  const table = new Table({ head, style: { head: [], border: [] } })
  for (const { case: name, sweeps } of cases)
    for (const [n, one] of sweeps.entries())
      table.push([
        `${name}, sweep ${n + 1}`,
        one.reads,
        one.writes,
        one.pages,
        one.items,
        one.jobShards,
        one.messages,
        one.isWholeRound ? 'yes' : '',
      ])
  console.log(table.toString())
  for (const problem of problems) console.log(problem)
}
