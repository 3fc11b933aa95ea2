/** What jobs that a full pool blocks cost others: ten thousand at the head of a partition against none. */
import { Flow, SECOND_MS } from '../flow.ts'
import { type Case, type Goal, judged, shown } from '../rows.ts'
import { quantile } from '../statistics.ts'

const BLOCKED = 10_000
/** In a lane of each of these partitions, before all that is measured of it. */
const PARTITIONS = 10
const SLOTS = 10
/** Of one partition, in units of which its backlog uses a part. */
const A_SECOND = 4
const TAKES_MS = 500
/** So little that whoever comes before the holder has soon let it have its turn. */
const BLOCKED_TAKE_MS = 10
/** Longer than is measured, so that nothing of the pool becomes free. It is of a queue that lets its jobs run for so long. */
const HOLDER_TAKES_MS = 50 * SECOND_MS
const WITHIN = { from: 5 * SECOND_MS, until: 35 * SECOND_MS }
const DRAIN_MS = 5 * SECOND_MS
const FLAT: Goal = { atMost: 1.05 }
/** Two draws of as many waits differ by more than that at their far end. */
const FLAT_AT_P99: Goal = { atMost: 1.2 }

const NAME = 'blocked by a full pool'

export const BLOCKED_CASES: readonly Case[] = [{ name: NAME, measure: (seed) => beside(seed) }]

async function beside(seed: number) {
  const without = await neighbours(seed, 0)
  const amid = await neighbours(seed, BLOCKED)
  const ratio = (what: keyof typeof amid) => Math.round((100 * amid[what]) / without[what]) / 100
  return [
    shown(`${NAME}: p50 of others beside none, ms`, without.p50_ms),
    judged(`${NAME}: p50 of others beside 10,000, by that`, ratio('p50_ms'), FLAT),
    judged(`${NAME}: the same of p99`, ratio('p99_ms'), FLAT_AT_P99),
  ]
}

/** @param blocked how many wait for the pool besides the one that has it */
async function neighbours(seed: number, blocked: number) {
  const flow = new Flow({
    seed,
    limits: { concurrency: SLOTS },
    pools: { api: { concurrency: 1 } },
    beside: { concurrency: SLOTS, pools: { api: 1 } },
  })
  if (blocked > 0) flow.standBeside('holder', 1, HOLDER_TAKES_MS)
  for (let n = 0; n < PARTITIONS; n++) {
    const tenant = `tenant-${n}`
    flow.standInLane('api', tenant, blocked / PARTITIONS, BLOCKED_TAKE_MS)
    flow.arrive(tenant, A_SECOND, WITHIN, TAKES_MS)
  }
  await flow.run(WITHIN.until + DRAIN_MS)
  const waits_ms = flow.waits_ms('tenant-', WITHIN)
  const started = [...flow.served(WITHIN).values()].reduce((sum, count) => sum + count, 0)
  // Of those that were put before, all are blocked.
  if (started > waits_ms.length) throw new Error('jobs that the pool blocks have started')
  return { p50_ms: quantile(waits_ms, 0.5), p99_ms: quantile(waits_ms, 0.99) }
}
