/** Further pools beside the one that other runs have: a queue takes units of several, and so do single jobs, each with a weight. */
import type { QueueInput } from '../../../lib/core/queue/config.ts'
import type { SimRandom } from '../world/random.ts'
import type { JobPlan, Plan } from './plan.ts'
import type { PoolsPlan } from './queues.ts'
import { type Version, versionOf } from './versions.ts'

type Versions = Plan['versions']
type Pool = PoolsPlan[string]

const NAMES = ['g', 'h'] as const

/** Few enough that jobs wait for each of them. */
const drawPool = (random: SimRandom): Pool => {
  const concurrency = random.int(1, 4)
  const rateLimit = { allowed: random.pick([3, 5, 8]), period: random.pick([1000, 2000]) }
  return random.chance(0.2) ? { rateLimit } : { concurrency, ...(random.chance(0.2) ? { rateLimit } : {}) }
}

/** The same pools in all versions, each with limits and weights of its own. */
export function withPools(random: SimRandom, versions: Versions): Versions {
  const names = random.chance(0.4) ? NAMES : NAMES.slice(0, 1)
  const [first, ...others] = versions.map(({ input }) => {
    const own = Object.fromEntries(names.map((name) => [name, drawPool(random)]))
    const queues = Object.entries(input.queues).map(([name, queue]) => {
      const uses = names.filter(() => random.chance(0.7)).map((pool) => [pool, drawUse(random, own[pool])])
      return [name, { ...queue, pools: { ...queue.pools, ...Object.fromEntries(uses) } }] as const
    })
    return versionOf(
      Object.fromEntries(queues) as Record<string, QueueInput>,
      { ...input.pools, ...own },
      input.tags,
      input.apps,
    )
  })
  return first ? [first, ...others] : versions
}

const drawUse = (random: SimRandom, { concurrency = 1, rateLimit }: Pool = {}) => ({
  weight: random.int(1, Math.min(3, concurrency)),
  cost: random.int(1, Math.min(2, rateLimit?.allowed ?? 1)),
})

/** Some jobs ask for units themselves, of a pool that their queue takes, too, or of one more. */
export const withOwnPools = (
  random: SimRandom,
  jobs: readonly JobPlan[],
  versions: Versions,
): readonly JobPlan[] =>
  jobs.map((job) => {
    if (!random.chance(0.2)) return job
    const pool = random.pick(NAMES)
    const most = mostOf(versions, pool)
    if (most === 0) return job
    const pools = { ...job.labels?.pools, [pool]: random.int(1, Math.min(2, most)) }
    return { ...job, labels: { ...job.labels, pools } }
  })

/** So many units every version has. 0: some version has none, or no such pool. */
const mostOf = (versions: readonly Version[], pool: string): number =>
  Math.min(...versions.map(({ input: { pools = {} } }) => pools[pool]?.concurrency ?? 0))
