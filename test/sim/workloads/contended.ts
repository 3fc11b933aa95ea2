/** Rates that are shared and too small for what comes: a pool's beside totals', so that each start has to wait for both. */
import type { QueueInput } from '../../../lib/core/queue/config.ts'
import type { SimRandom } from '../world/random.ts'
import type { JobPlan, Plan } from './plan.ts'
import { POOL } from './queues.ts'
import { versionOf } from './versions.ts'

type Versions = Plan['versions']

const drawRate = (random: SimRandom) => ({
  rateLimit: { allowed: random.pick([2, 3, 5]), period: random.pick([1000, 2000, 5000]) },
})

export function withContendedRates(random: SimRandom, versions: Versions): Versions {
  const [pool, total, hasTotals] = [drawRate(random), drawRate(random), random.chance(0.6)]
  const [first, ...others] = versions.map(({ input }) => {
    const queues = Object.entries(input.queues).map(([name, queue]) => {
      const pools = { [POOL]: { weight: 1, ...withoutWeight(queue), cost: random.int(1, 2) } }
      const limited = {
        ...queue,
        pools,
        ...(hasTotals ? { total: { ...concurrencyOf(queue), ...total } } : {}),
      }
      return [name, limited] as const
    })
    const pools = { [POOL]: { ...input.pools?.[POOL], ...pool } }
    return versionOf(Object.fromEntries(queues), pools, input.tags, input.apps)
  })
  return first ? [first, ...others] : versions
}

const withoutWeight = ({ pools }: QueueInput): { readonly weight?: number } => {
  const use = pools?.[POOL]
  return typeof use === 'object' && use.weight !== undefined ? { weight: use.weight } : {}
}

const concurrencyOf = ({ total }: QueueInput): { readonly concurrency?: number } => {
  const concurrency = typeof total === 'object' ? total.concurrency : total
  return concurrency === undefined ? {} : { concurrency }
}

/** More of them than the rates let start in a while, or about as many: then what is forgotten too early is not made up for by those who wait. */
export function withCrowd(random: SimRandom, jobs: readonly JobPlan[]): readonly JobPlan[] {
  const [model] = jobs
  if (!model) return jobs
  const spread_ms = random.pick([3000, 30_000, 120_000])
  const crowd = Array.from({ length: random.int(15, 50) }, (_, n): JobPlan => {
    const like = jobs[random.int(0, jobs.length - 1)] ?? model
    const { ttl_ms: _ttl, keyed: _key, padding_kb: _padding, ...job } = like
    const at = model.at + random.int(0, spread_ms)
    const handler = { bad: 0, how: 'throw', takes_ms: random.skewed(1, 400) } as const
    return { ...job, way: 'client', id: `crowd-${n}`, at, runAt: at, priority: 5, handler }
  })
  return [...jobs, ...crowd]
}
