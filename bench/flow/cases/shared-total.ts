/** What a tenant with little to do loses under a shared total if another brings ten thousand jobs, and if it is guaranteed a part. */
import { Flow, SECOND_MS } from '../flow.ts'
import { type Case, type Goal, judged, shown } from '../rows.ts'
import { quantile } from '../statistics.ts'

const RATIO: Goal = { atMost: 1.2 }
const BACKLOG = 10_000
/** As many as a client puts in one call. */
const CALL = 1000
const TOTAL = 20
const GUARANTEED = 5
const VICTIM_TAKES_MS = 100
const A_SECOND = 5
const DURING = { from: 5 * SECOND_MS, until: 45 * SECOND_MS }
/** What comes last has to start, too. */
const DRAIN_MS = 40_000

const NAME = 'neighbour, a total with a guarantee'

export const SHARED_TOTAL_CASES: readonly Case[] = [{ name: NAME, measure }]

async function measure(seed: number) {
  const alone = await victim(seed, 0, 0)
  const guaranteed = await victim(seed, BACKLOG, GUARANTEED)
  const by = (one: number) => Math.round((100 * one) / alone) / 100
  return [
    shown(`${NAME}: victim's p99 alone, ms`, alone),
    shown(`${NAME}: victim's p99 with ${GUARANTEED} of ${TOTAL} guaranteed, ms`, guaranteed),
    judged(`${NAME}: that by what it is alone`, by(guaranteed), RATIO),
  ]
}

/** @param backlog what the neighbour puts as it begins */
async function victim(seed: number, backlog: number, guaranteed: number): Promise<number> {
  const limits = {
    concurrency: TOTAL,
    shards: 1,
    total: TOTAL,
    ...(guaranteed > 0 ? { guaranteed: { victim: guaranteed } } : {}),
  }
  const flow = new Flow({ seed, limits })
  flow.arrive('victim', A_SECOND, DURING, VICTIM_TAKES_MS)
  for (let put = 0; put < backlog; put += CALL) flow.put(DURING.from, 'neighbour', CALL)
  await flow.run(DURING.until + DRAIN_MS)
  return quantile(flow.waits_ms('victim', DURING), 0.99)
}
