/**
 * `npm run bench:flow -- [--json] [--seed 1] [--only text] [--part 1/4]`: how fast jobs flow, in virtual time with published
 * latencies. Fails if a goal is missed that has been reached before.
 */
import { parseArgs } from 'node:util'
import Table from 'cli-table3'
import colors from 'picocolors'
import { partOf } from '../test/support/part.ts'
import { BLOCKED_CASES } from './flow/cases/blocked.ts'
import { BUSY_CASES } from './flow/cases/busy.ts'
import { LATENCY_CASES } from './flow/cases/latency.ts'
import { NEIGHBOUR_CASES } from './flow/cases/neighbour.ts'
import { RATE_CASES } from './flow/cases/rates.ts'
import { SHARED_CASES } from './flow/cases/shared.ts'
import { SHARED_TOTAL_CASES } from './flow/cases/shared-total.ts'
import { LATENCIES } from './flow/latencies.ts'
import type { Row } from './flow/rows.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    part: { type: 'string', default: '1/1' },
  },
})

const seed = Number(values.seed)
if (!Number.isInteger(seed) || seed < 0) throw new Error(`--seed ${values.seed}: a whole number is needed`)
const all = [
  ...LATENCY_CASES,
  ...RATE_CASES,
  ...BUSY_CASES,
  ...NEIGHBOUR_CASES,
  ...SHARED_CASES,
  ...SHARED_TOTAL_CASES,
  ...BLOCKED_CASES,
]
const cases = partOf(
  all.filter(({ name }) => name.includes(values.only)),
  values.part,
)
if (cases.length === 0)
  throw new Error(`--only ${values.only}: there are only ${all.map(({ name }) => name).join('; ')}`)

const rows: Row[] = []
for (const [n, one] of cases.entries()) {
  if (!values.json) console.error(`${n + 1} of ${cases.length}: ${one.name}`)
  rows.push(...(await one.measure(seed)))
}
const ok = rows.every(({ holds }) => holds)
if (values.json) console.log(JSON.stringify({ ok, rows }))
else print()
process.exitCode = ok ? 0 : 1

function print(): void {
  const table = new Table({ head: ['', 'value', 'goal', ''], style: { head: [], border: [] } })
  for (const row of rows) table.push([row.name, row.value, row.goal ?? '', verdict(row)])
  console.log(table.toString())
  for (const [name, { p50_ms, p99_ms, source }] of Object.entries(LATENCIES))
    console.log(`${name}: p50 ${p50_ms} ms, p99 ${p99_ms} ms. ${source}`)
  if (!ok) console.log(colors.red('a goal is missed that has been reached before'))
}

function verdict({ goal, ok, bound, holds }: Row): string {
  if (goal === undefined) return ''
  if (ok) return colors.green('ok')
  return holds ? colors.yellow(`missed; ${bound} holds`) : colors.red('missed')
}
