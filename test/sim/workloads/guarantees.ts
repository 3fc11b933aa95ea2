/** Operators who guarantee parts of totals to partitions at run time, in place of those that are configured, and take that back. */
import { totalOf } from '../../../lib/core/limits/queue-limiter.ts'
import type { SimRandom } from '../world/random.ts'
import { LONGER_MS, SHORTEST_MS } from './limiter-acts.ts'
import { encoded } from './overrides.ts'
import type { JobPlan, LimiterActPlan, Plan } from './plan.ts'
import { versionOf } from './versions.ts'

type Known = Pick<Plan, 'versions' | 'limiterActs' | 'jobs'>

/** The same total in all versions, for queues that have none: in one item, for only so it may guarantee something. */
export function withTotals(random: SimRandom, versions: Plan['versions']): Plan['versions'] {
  const concurrency = random.int(2, 5)
  const [first, ...others] = versions.map(({ input }) => {
    const queues = Object.entries(input.queues).map(([name, { total, ...queue }]) => {
      const shared = typeof total === 'object' ? total : { concurrency: total }
      const own = { ...shared, concurrency: Math.max(2, shared.concurrency ?? concurrency) }
      return [
        name,
        queue.partition ? { ...queue, total: own } : { ...queue, ...(total === undefined ? {} : { total }) },
      ] as const
    })
    return versionOf(Object.fromEntries(queues), input.pools, input.tags, input.apps)
  })
  return first ? [first, ...others] : versions
}

/** Of totals that nobody sets otherwise, so that what is set is known until it is lifted. */
export function withGuarantees(
  random: SimRandom,
  { versions, limiterActs, jobs }: Known,
  end: number,
): LimiterActPlan[] {
  const names = [...new Set(jobs.map(({ queue }) => queue.name))]
  const drawn = names.flatMap((queue): LimiterActPlan[] => {
    const name = totalOf(queue)
    const least = leastTotal(versions, queue)
    const own = jobs.filter((job) => job.queue.name === queue && job.tenant.length < LONGEST)
    const [first, ...others] = own
    if (least < 2 || !first || limiterActs.some((act) => act.name === name && act.what === 'set')) return []
    const at = Math.min(end, random.pick([first, ...others]).at + random.skewed(1, 5000))
    const limits = drawGuaranteed(random, [first, ...others], least, leastConcurrency(versions, queue))
    const pause = { at: at + PAUSED_AFTER_MS, name, what: 'pause', for_ms: SHORTEST_MS } as const
    return [{ at, name, what: 'set', for_ms: LONGER_MS, limits }, ...(random.chance(0.3) ? [pause] : [])]
  })
  return [...limiterActs, ...drawn]
}

const LONGEST = 100
const PAUSED_AFTER_MS = 30_000

/** How many units the total has in every version that has the queue, if nobody else has a say. 0: it may guarantee nothing. */
function leastTotal(versions: Plan['versions'], queue: string): number {
  const totals = versions.map(({ config, queues }) => {
    const plan = queues.find(({ name }) => name === queue)
    const total = config.queues[queue]?.limiters.find(({ name }) => name === totalOf(queue))
    return !plan?.partitioned || !total || total.isDivided ? 0 : total.concurrency
  })
  return Math.min(...totals)
}

const leastConcurrency = (versions: Plan['versions'], queue: string): number =>
  Math.max(1, Math.min(...versions.map(({ config }) => config.queues[queue]?.concurrency ?? Infinity)))

/** Something is always left to the others, or they would never run. */
function drawGuaranteed(
  random: SimRandom,
  jobs: readonly [JobPlan, ...JobPlan[]],
  total: number,
  concurrency: number,
): NonNullable<LimiterActPlan['limits']> {
  const guaranteed = new Map<string, number>()
  let left = total - 1
  for (let more = random.int(1, 2); more > 0 && left > 0; more--) {
    const partition = encoded(random.pick(jobs).tenant)
    if (guaranteed.has(partition)) continue
    const units = random.int(1, Math.min(left, concurrency))
    guaranteed.set(partition, units)
    left -= units
  }
  const lowered = random.chance(0.3) ? { concurrency: random.int(total - left, total) } : {}
  return { ...lowered, guaranteed: Object.fromEntries(guaranteed) }
}
