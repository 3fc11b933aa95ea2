/** Write units of firing a schedule, jobs included, in each delivery, on a real engine. */
import { defineConfig } from '../../lib/core/queue/config.ts'
import type { ScheduleKey } from '../../lib/core/schedule/schedule.ts'
import { firePartition } from '../../lib/use-cases/schedules/fire-partition.ts'
import { raisePartitions } from '../../lib/use-cases/schedules/partitions.ts'
import { difference, type Units } from '../counting.ts'
import { judged, type Row, shown } from '../flow/rows.ts'
import type { Bench, Scenario } from '../harness.ts'
import { HOUR_MS, hourlySchedules, QUEUE, type Wish } from './stand.ts'

const SCHEDULES = 40
/** A full hour, and half a minute before it: one tick is due, and only one. */
const TICK = Date.UTC(2026, 5, 15, 12)
const AHEAD_MS = 30_000

const config = defineConfig({
  queues: { [QUEUE]: { partition: { payload: 'customer' }, concurrency: 10, timeout: '10s' } },
  schedules: { partitions: 1 },
})

interface FiringCase {
  readonly name: string
  readonly options: NonNullable<Wish['options']>
  /** Write units a firing. */
  readonly budget: number
}

const CASES: readonly FiringCase[] = [
  { name: 'exactly once', options: { delivery: 'exactlyOnce' }, budget: 6 },
  { name: 'at least once', options: { delivery: 'atLeastOnce' }, budget: 4 },
  { name: 'at most once', options: { delivery: 'atMostOnce' }, budget: 4 },
  // The lock that its job holds is one more write of the transaction.
  { name: 'exactly once, overlap `skip`', options: { overlap: 'skip' }, budget: 8 },
]

export async function measureFiring(bench: Bench): Promise<Row[]> {
  const rows: Row[] = []
  for (const one of CASES) {
    const { writes, reads } = await fired(bench, one.options)
    rows.push(
      judged(`firing, ${one.name}: write units, its job's put included`, writes / SCHEDULES, {
        atMost: one.budget,
      }),
      shown(`firing, ${one.name}: read units`, reads / SCHEDULES),
    )
  }
  return rows
}

/** All that one visit to the partition consumes. */
async function fired(bench: Bench, options: FiringCase['options']): Promise<Units> {
  const scenario = await bench.scenario(config)
  const { store } = scenario.context
  const items = hourlySchedules(config, { count: SCHEDULES, now: TICK - HOUR_MS / 2, options })
  // As every client does before its first put.
  await raisePartitions(scenario.context, 0)
  for (const item of items) await store.schedules.put(item, 'absent')
  // Whether a job is in the way of another is decided on the tick.
  const now = options.overlap === undefined ? TICK - AHEAD_MS : TICK
  const clock = { now: () => now, sleep: async () => {} }
  const before = { ...bench.units }
  await firePartition({ ...scenario.context, clock }, { fire: 0, until: now })
  const consumed = difference(bench.units, before)
  await refuseUnfired(
    scenario,
    items.map(({ pk }) => pk),
  )
  return consumed
}

/** What was not fired costs nothing, and would be counted as cheap. */
async function refuseUnfired({ context }: Scenario, keys: readonly ScheduleKey[]): Promise<void> {
  const items = await context.store.schedules.getMany(keys)
  const fired = items.filter(({ lastAt }) => lastAt === TICK)
  if (fired.length < keys.length)
    throw new Error(`only ${fired.length} of ${keys.length} schedules were fired`)
}
