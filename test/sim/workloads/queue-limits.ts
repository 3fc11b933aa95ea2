/** Operators who set limits of all partitions of a queue while its jobs wait and run, others after these, and take them back. */
import type { LimitOverride } from '../../../lib/core/limits/limits.ts'
import { setQueueLimits } from '../../../lib/use-cases/operate/set-queue-limits.ts'
import { contextOf } from '../world/context.ts'
import type { SimRandom } from '../world/random.ts'
import type { World } from '../world/world.ts'
import { amidJobs } from './amid-jobs.ts'
import { MOST_COST } from './costs.ts'
import { ON_ITS_WAY_MS } from './pauses.ts'
import type { JobPlan } from './plan.ts'
import { applyQueuePause } from './queue-pauses.ts'

export interface QueueLimitsPlan {
  readonly at: number
  readonly queue: string
  /** One after the other, each for so long. */
  readonly steps: readonly { readonly limits: LimitOverride; readonly for_ms: number }[]
}

export function drawQueueLimits(
  random: SimRandom,
  jobs: readonly JobPlan[],
  end: number,
): readonly QueueLimitsPlan[] {
  return amidJobs(random, { jobs, end, most: 3 }, (job, at): QueueLimitsPlan[] => {
    const steps = Array.from({ length: random.int(1, 3) }, () => ({
      limits: drawLimits(random),
      for_ms: random.skewed(2500, 120_000),
    }))
    return [{ at, queue: job.queue.name, steps }]
  })
}

const drawLimits = (random: SimRandom): LimitOverride => ({
  ...(random.chance(0.85) ? { concurrency: random.pick([0, 1, 1, 2, 3, 5, 12]) } : {}),
  ...(random.chance(0.3)
    ? {
        rateLimit: {
          allowed: random.pick([0, MOST_COST, 10, 40]),
          period_ms: random.pick([1000, 10_000, 60_000]),
        },
      }
    : {}),
})

/** All that people do to whole queues. */
export function applyToQueues(world: World): void {
  const { queueLimits = [], queuePauses = [] } = world.plan
  for (const one of queueLimits) world.scheduler.at(one.at, () => applyQueueLimits(world, one))
  for (const one of queuePauses) world.scheduler.at(one.at, () => applyQueuePause(world, one))
}

/** Whoever sets the next ones has heard what came of the last: a call of somebody who has died may still arrive. */
function applyQueueLimits(world: World, { queue, steps: [step, ...steps] }: QueueLimitsPlan): void {
  const { scheduler } = world
  if (!step) {
    takeBackSurely(world, queue)
    return
  }
  const { limits, for_ms } = step
  const overAt = scheduler.now + for_ms
  set(world, queue, limits, (ok) => {
    const next = () => applyQueueLimits(world, { at: 0, queue, steps })
    scheduler.at(Math.max(overAt, scheduler.now + (ok ? 0 : ON_ITS_WAY_MS)), next)
  })
}

/** All have to finish in the end: it is said until it has been heard. */
const takeBackSurely = (world: World, queue: string): void =>
  set(world, queue, undefined, (ok) => {
    if (!ok) world.scheduler.after(1000, () => takeBackSurely(world, queue))
  })

function set(
  world: World,
  queue: string,
  limits: LimitOverride | undefined,
  over: (ok: boolean) => void,
): void {
  const config = world.plan.versions.map((version) => version.config.queues[queue]).find(Boolean)
  if (!config) return
  world.invoke(
    'admin',
    (by) => setQueueLimits(contextOf(world, by), config, limits && { ...limits, by: `operator ${by.id}` }),
    ({ ok }) => {
      if (ok) world.emit({ kind: 'queueLimitsSet', queue })
      over(ok)
    },
  )
}
