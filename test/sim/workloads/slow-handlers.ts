/** Handlers whose service asks for time, in any weather: their partitions are slowed down, or the pool that they name. */
import type { SimRandom } from '../world/random.ts'
import type { JobPlan } from './plan.ts'

/** Of the runs, and of the jobs of such a run. */
const SHARE = 0.15

export const withSlowHandlers = (random: SimRandom, jobs: readonly JobPlan[]): readonly JobPlan[] =>
  random.chance(SHARE) ? jobs.map((job) => (random.chance(SHARE) ? slowed(random, job) : job)) : jobs

const slowed = (random: SimRandom, job: JobPlan): JobPlan => ({
  ...job,
  handler: {
    ...job.handler,
    bad: random.int(1, 2),
    how: 'slow',
    slow_ms: random.skewed(2000, 60_000),
  },
})
