/** What is printed at the end. */
import colors from 'picocolors'
import type { Comparison } from './comparison.ts'
import { type Report, seconds, thousands } from './report.ts'
import { problems, type Result } from './result.ts'
import { customerTable } from './table.ts'
import type { UnitsPerJob } from './units.ts'
import { isFlaky, WAYS, type Workload } from './workload.ts'

export function describeWorkload(report: Report, { customers, jobs, malformed }: Workload): void {
  const ways = WAYS.map((way) => thousands(jobs.filter((job) => job.way === way).length))
  const [first] = customers
  report.line(
    `${thousands(jobs.length)} jobs of ${customers.length} customers, from ${thousands(first?.jobs ?? 0)} jobs of ${first?.id} down to ${customers.at(-1)?.jobs} of ${customers.at(-1)?.id}.`,
  )
  report.line(`${ways[0]} come by the client, ${ways[1]} by a plain PutItem, ${ways[2]} by events.`)
  report.line(
    `${jobs.filter(({ delay_ms }) => delay_ms > 0).length} are delayed by 1 to 20 s, ${jobs.filter(isFlaky).length} fail at first; ${malformed.length} more are malformed.`,
  )
}

export function printResult(report: Report, { customers }: Workload, result: Result): void {
  report.line(customerTable(customers, result))
  report.line(
    colors.dim(
      '  parallel, in any 2 s, 429s: as the service saw it. wait: from when a job was due to its first call.',
    ),
  )
  report.line()
  report.line(`  ${result.refusals.length} malformed jobs are in the dead letters, with their reasons:`)
  for (const reason of result.refusals) report.line(colors.dim(`    ${reason}`))
}

export function printUnits(report: Report, { write_per_job, read_per_job, by_case }: UnitsPerJob): void {
  const cases = by_case.map(({ case: name, writes, reads }) => `${name} ${writes} w ${reads} r`)
  report.line(
    `\n  ${colors.bold('Units per job')}  this run ${write_per_job} w ${read_per_job} r ${colors.dim(`· ${cases.join(' · ')}`)}`,
  )
}

export function printComparison(report: Report, comparison: Comparison): void {
  const { refused, succeeded, givenUp, left, parallelism, took_ms } = comparison
  const rest = left > 0 ? `, ${thousands(left)} not done when we stopped` : ''
  report.line(
    `  ${colors.red(`${thousands(refused)} calls refused`)} in ${seconds(took_ms)} with ${parallelism} jobs simultaneously: ` +
      `${thousands(succeeded)} jobs done, ${thousands(givenUp)} given up after five tries${rest}.`,
  )
}

export function printVerdict(report: Report, result: Result, took_ms: number): void {
  const wrong = problems(result)
  for (const problem of wrong) report.line(colors.red(`✖ ${problem}`))
  if (wrong.length > 0) return
  const repeated =
    result.repeated > 0 ? `; ${result.repeated} ran twice, as at-least-once allows` : ', once each'
  report.line(
    `${colors.green('✔')} ${colors.bold(`${thousands(result.completed)} of ${thousands(result.jobs)} jobs done${repeated}, no limit broken, not one call refused`)} ${colors.dim(`in ${seconds(took_ms)}`)}`,
  )
}
