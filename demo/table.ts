/** The table at the end: what the service saw of each customer and of what all share, beside what it allows. */
import Table from 'cli-table3'
import colors from 'picocolors'
import type { Customer } from './customers.ts'
import { seconds, thousands } from './report.ts'
import type { CustomerResult, GuaranteedResult, Result, SharedResult } from './result.ts'
import { SHARED } from './shared.ts'

const LIGHT = {
  top: '─',
  'top-mid': '─',
  'top-left': ' ',
  'top-right': ' ',
  bottom: '─',
  'bottom-mid': '─',
  'bottom-left': ' ',
  'bottom-right': ' ',
  left: ' ',
  right: ' ',
  mid: '',
  'mid-mid': '',
  'left-mid': ' ',
  'right-mid': ' ',
  middle: ' ',
}

export function customerTable(customers: readonly Customer[], result: Result): string {
  const table = new Table({
    chars: LIGHT,
    style: { head: [], border: ['dim'], compact: true },
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right', 'right', 'right'],
    head: [
      '\ncustomer',
      '\nplan',
      '\njobs',
      'parallel\nseen of limit',
      'in any 2 s\nbusiest of allowed',
      '\n429s',
      'wait\np50',
      '\np99',
    ].map(colors.bold),
  })
  for (const [index, customer] of customers.entries()) {
    const seen = result.customers[index]
    if (seen) table.push(row(customer, seen))
  }
  table.push([], ...result.shared.map(sharedRow), guaranteedRow(result.guaranteed))
  return table.toString()
}

const row = ({ id, plan, jobs }: Customer, seen: CustomerResult): string[] => [
  id,
  colors.dim(plan),
  thousands(jobs),
  ratio(seen.maxConcurrent, seen.limit),
  ratio(seen.maxInWindow, seen.allowed),
  refusals(seen.refused),
  seconds(seen.wait_ms.p50),
  seconds(seen.wait_ms.p99),
]

const sharedRow = (seen: SharedResult, index: number): string[] => [
  seen.name,
  colors.dim(SHARED[index]?.kind ?? ''),
  thousands(seen.jobs),
  ratio(seen.maxConcurrent, seen.limit),
  seen.allowed === undefined ? '' : ratio(seen.maxInWindow, seen.allowed),
  refusals(seen.refused),
  seconds(seen.wait_ms.p50),
  seconds(seen.wait_ms.p99),
]

/** Of its jobs there, which the row of what is shared counts, too; but parallel is what all others had beside it. */
const guaranteedRow = ({ customerId, api, places, jobs, wait_ms, ...others }: GuaranteedResult): string[] => [
  `${api}, ${customerId}`,
  colors.dim(`guaranteed ${places}`),
  thousands(jobs),
  ratio(others.maxConcurrent, others.limit),
  '',
  '',
  seconds(wait_ms.p50),
  seconds(wait_ms.p99),
]

const refusals = (count: number): string => (count === 0 ? colors.green('0') : colors.red(thousands(count)))

/** Green where the limit was used to the full, red where it was broken. */
function ratio(seen: number, limit: number): string {
  const text = `${String(seen).padStart(3)} of ${String(limit).padStart(3)}`
  if (seen > limit) return colors.red(text)
  return seen === limit ? colors.green(text) : text
}
