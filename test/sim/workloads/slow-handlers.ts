/** Handlers whose service asks for time, in any weather: their partitions are slowed down, or the pool that they name. */
import type { SimRandom } from '../world/random.ts'
import type { JobPlan } from './plan.ts'

const SHARE = 0.15

export const withSlowHandlers = (random: SimRandom, jobs: readonly JobPlan[]): readonly JobPlan[] =>
  jobs.map((job) => {
    if (!random.chance(SHARE)) return job
    const slow = { bad: random.int(1, 2), how: 'slow', slow_ms: random.skewed(2000, 60_000) } as const
    return { ...job, handler: { ...job.handler, ...slow } }
  })
