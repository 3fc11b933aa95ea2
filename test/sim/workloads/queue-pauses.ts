/** Operators who pause whole queues while their jobs wait and run, and resume them; some pause one anew while somebody resumes it. */
import { pauseQueue, resumeQueue } from '../../../lib/use-cases/operate/pause-queue.ts'
import { contextOf } from '../world/context.ts'
import type { SimRandom } from '../world/random.ts'
import type { World } from '../world/world.ts'
import { amidJobs } from './amid-jobs.ts'
import { ON_ITS_WAY_MS } from './pauses.ts'
import type { JobPlan } from './plan.ts'

export interface QueuePausePlan {
  readonly at: number
  readonly for_ms: number
  readonly queue: string
}

/** Either call takes a little more than two seconds: what comes then comes amid the resumption. */
const NOTICED_MS = 2000

export function drawQueuePauses(
  random: SimRandom,
  jobs: readonly JobPlan[],
  end: number,
): readonly QueuePausePlan[] {
  return amidJobs(random, { jobs, end, most: 4 }, (job, at): QueuePausePlan[] => {
    const for_ms = random.skewed(2500, 90_000)
    const again = Math.min(end, at + Math.max(for_ms, NOTICED_MS) + random.int(-500, NOTICED_MS + 500))
    const plan = { at, for_ms, queue: job.queue.name }
    return random.chance(0.4) ? [plan, { ...plan, at: again }] : [plan]
  })
}

/** Whoever resumes has heard what came of the pause: a call of somebody who has died may still arrive. */
export function applyQueuePause(world: World, plan: QueuePausePlan): void {
  const { scheduler } = world
  const { queue } = plan
  const resumesAt = scheduler.now + plan.for_ms
  world.invoke(
    'admin',
    (by) => pauseQueue(contextOf(world, by), queue, { by: `operator ${by.id}` }),
    ({ ok }) => {
      if (ok) world.emit({ kind: 'queuePaused', queue })
      const overAt = scheduler.now + (ok ? 0 : ON_ITS_WAY_MS)
      scheduler.at(Math.max(resumesAt, overAt), () => resumeSurely(world, queue))
    },
  )
}

/** All have to finish in the end: it is said until it has been heard. */
function resumeSurely(world: World, queue: string): void {
  world.invoke(
    'admin',
    (by) => resumeQueue(contextOf(world, by), queue),
    ({ ok }) => {
      if (!ok) world.scheduler.after(1000, () => resumeSurely(world, queue))
    },
  )
}
