/** What is printed at the end. */
import colors from 'picocolors'
import type { Comparison } from './comparison.ts'
import { type Report, seconds, thousands } from './report.ts'
import { problems, type Result } from './result.ts'
import { GUARANTEED, MAIL, MODEL, type SharedApi } from './shared.ts'
import { customerTable } from './table.ts'
import type { UnitsPerJob } from './units.ts'
import { isFlaky, WAYS, type Workload } from './workload.ts'

export function describeWorkload(report: Report, { customers, jobs, malformed }: Workload): void {
  const ways = WAYS.map((way) => thousands(jobs.filter((job) => job.way === way).length))
  const [first] = customers
  const last = customers.at(-1)
  const calling = ({ name }: SharedApi) => thousands(jobs.filter(({ kind }) => kind.api === name).length)
  report.line(
    `${thousands(jobs.length)} jobs of ${customers.length} customers. Most call the customer's own CRM, from ${thousands(first?.jobs ?? 0)} for ${first?.id} down to ${last?.jobs} for ${last?.id};`,
  )
  report.line(
    `${calling(MAIL)} an email provider and ${calling(MODEL)} a language model that all customers share.`,
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
      '  parallel, in any 2 s, 429s: as the service saw it. wait: from when a job was due to its first call.\n' +
        '  mail and model: over all customers. A job takes one of their places, or three of the model as a summary.\n' +
        `  ${GUARANTEED.api.name}, ${GUARANTEED.customerId}: parallel is what all others had of the places that are not kept for it.`,
    ),
  )
  report.line()
  report.line(`  ${result.refusals.length} malformed jobs are in the dead letters, with their reasons:`)
  for (const reason of result.refusals) report.line(colors.dim(`    ${reason}`))
}

export function printUnits(report: Report, { write_per_job, read_per_job, by_case }: UnitsPerJob): void {
  const row = (name: string, writes: number, reads: number) =>
    `    ${name.padEnd(44)}${writes.toFixed(1).padStart(4)}${reads.toFixed(1).padStart(7)}`
  report.line(`\n  ${'Units of DynamoDB per job'.padEnd(40)}${'written'.padStart(10)}   read`)
  report.line(row('this run, all included', write_per_job, read_per_job))
  for (const { case: name, writes, reads } of by_case) report.line(colors.dim(row(name, writes, reads)))
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
