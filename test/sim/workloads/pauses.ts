/** Operators who pause partitions while their jobs wait and run, and resume them; limits may be set meanwhile. */
import { paused, resumed } from '../../../lib/core/limits/pause.ts'
import { amendLimits } from '../../../lib/use-cases/operate/set-limits.ts'
import { contextOf } from '../world/context.ts'
import type { SimRandom } from '../world/random.ts'
import type { World } from '../world/world.ts'
import { amidJobs } from './amid-jobs.ts'
import { encoded, ownerIn } from './overrides.ts'
import type { JobPlan } from './plan.ts'
import type { QueuePlan } from './queues.ts'

export interface PausePlan {
  readonly at: number
  readonly for_ms: number
  readonly queue: QueuePlan
  readonly tenant: string
}

export function drawPauses(random: SimRandom, jobs: readonly JobPlan[], end: number): PausePlan[] {
  return amidJobs(random, { jobs, end, most: 5 }, ({ queue, tenant }, at) => [
    { at, for_ms: random.skewed(500, 90_000), queue, tenant },
  ])
}

/** A call of somebody who has died meanwhile may still arrive. */
export const ON_ITS_WAY_MS = 30_000

/** Of two calls at a time the later may be written first: whoever resumes has heard what came of the pause. */
export function applyPause(world: World, plan: PausePlan): void {
  const { scheduler } = world
  const resumesAt = scheduler.now + plan.for_ms
  amended(world, plan, paused({ by: 'operator' }), (ok) => {
    const overAt = scheduler.now + (ok ? 0 : ON_ITS_WAY_MS)
    scheduler.at(Math.max(resumesAt, overAt), () => resumeSurely(world, plan))
  })
}

/** All have to finish in the end: it is said until it has been heard. */
const resumeSurely = (world: World, plan: PausePlan): void =>
  amended(world, plan, resumed, (ok) => {
    if (!ok) world.scheduler.after(1000, () => resumeSurely(world, plan))
  })

function amended(
  world: World,
  { queue, tenant }: PausePlan,
  change: Parameters<typeof amendLimits>[3],
  over: (ok: boolean) => void,
): void {
  const partition = queue.partitioned ? encoded(tenant) : undefined
  world.invoke(
    'admin',
    async (by) => {
      await amendLimits(contextOf(world, by), queue.config, partition, change)
      return by
    },
    (outcome) => {
      if (outcome.ok) world.emit({ kind: 'limitsSet', shard: ownerIn(queue, tenant), by: outcome.value })
      over(outcome.ok)
    },
  )
}
