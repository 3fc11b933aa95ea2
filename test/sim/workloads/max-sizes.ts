/** Operators who set how many jobs of a queue that may be full there may be, while jobs are put and end. */
import { sizeLimitsOf } from '../../../lib/core/job/counted.ts'
import { formatShard } from '../../../lib/core/keys.ts'
import { setMaxSize } from '../../../lib/use-cases/operate/set-max-size.ts'
import { contextOf } from '../world/context.ts'
import type { SimRandom } from '../world/random.ts'
import type { World } from '../world/world.ts'
import { amidJobs } from './amid-jobs.ts'
import { encoded } from './overrides.ts'
import type { Plan } from './plan.ts'

export interface MaxSizePlan {
  readonly at: number
  /** Of the number. */
  readonly pk: string
  /** `undefined` goes back to what is configured. */
  readonly max: number | undefined
}

type Known = Pick<Plan, 'versions' | 'jobs'>

export function drawMaxSizes(random: SimRandom, { versions, jobs }: Known, end: number): MaxSizePlan[] {
  if (random.chance(0.4)) return []
  return amidJobs(random, { jobs, end, most: 6 }, (job, at): MaxSizePlan[] => {
    const { name, partitioned } = job.queue
    const config = versions[job.version]?.config.queues[name]
    const shard = formatShard({ queue: name, ...(partitioned ? { partition: encoded(job.tenant) } : {}) })
    const limits = config ? sizeLimitsOf(config, shard) : []
    const limit = limits[random.int(0, Math.max(0, limits.length - 1))]
    const max = random.pick([undefined, 0, 0, 1, 1, 2, 4, 25, 200])
    // Half of them just as the job is put, which has found room and is on its way.
    const just = random.chance(0.5) ? Math.min(end, job.at + random.skewed(1, 150)) : at
    return limit ? [{ at: just, pk: limit.pk, max }] : []
  })
}

export function applyMaxSize(world: World, { pk, max }: MaxSizePlan): void {
  world.invoke('admin', (by) =>
    setMaxSize(contextOf(world, by), pk, {
      mark: `operator ${by.id}`,
      ...(max === undefined ? {} : { max }),
      by: `operator ${by.id}`,
    }),
  )
}
