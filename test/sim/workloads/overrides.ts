/** Limits changed at run time: up, down, to nothing, and back to what is configured. */
import type { LimitOverride } from '../../../lib/core/limits.ts'
import { overrideLimits } from '../../../lib/use-cases/override.ts'
import { contextOf } from '../world/context.ts'
import type { SimRandom } from '../world/random.ts'
import type { World } from '../world/world.ts'
import type { JobPlan, OverridePlan } from './plan.ts'
import type { QueuePlan } from './queues.ts'

export function drawOverrides(
  random: SimRandom,
  jobs: readonly JobPlan[],
  begin: number,
  end: number,
): OverridePlan[] {
  if (random.chance(0.5)) return []
  return Array.from({ length: random.int(1, 6) }, (): OverridePlan[] => {
    const job = jobs[random.int(0, jobs.length - 1)]
    if (!job) return []
    // While jobs arrive and run: a change in an empty partition breaks nothing.
    const at = random.chance(0.8) ? Math.min(end, job.at + random.skewed(1, 5000)) : random.int(begin, end)
    return [{ at, queue: job.queue, tenant: job.tenant, limits: drawLimits(random, job.queue) }]
  }).flat()
}

function drawLimits(random: SimRandom, { config }: QueuePlan): LimitOverride | undefined {
  if (random.chance(0.2)) return undefined
  // Below the number of shards some of them have to give away their jobs.
  if (config.shards > 1 && random.chance(0.5)) return { concurrency: random.int(1, config.shards - 1) }
  return {
    ...(random.chance(0.8) ? { concurrency: random.pick([0, 1, 1, 2, 4, 9, 20]) } : {}),
    ...(random.chance(0.3)
      ? {
          rateLimit: {
            allowed: random.pick([0, 1, 2, 10, 40]),
            period_ms: random.pick([1000, 10_000, 60_000]),
          },
        }
      : {}),
  }
}

const encoded = (tenant: string): string => tenant.replaceAll('%', '%25').replaceAll('|', '%7C')

export function applyOverride(world: World, { queue, tenant, limits }: OverridePlan): void {
  world.invoke(
    'admin',
    (by) =>
      overrideLimits(
        contextOf(world, by),
        queue.config,
        queue.partitioned ? encoded(tenant) : undefined,
        limits,
      ),
    ({ ok }) => {
      // The last word, so that all can finish, has to be heard.
      if (!ok && !world.faults.on)
        world.scheduler.after(1000, () => applyOverride(world, { at: 0, queue, tenant, limits }))
    },
  )
}

/** Nothing stays paused for ever. */
export function unpause(world: World): void {
  const partitions = new Map(world.plan.jobs.map((job) => [`${job.queue.name}|${job.tenant}`, job]))
  for (const { queue, tenant } of partitions.values()) {
    const touched = world.plan.overrides.some((plan) => plan.queue === queue && plan.tenant === tenant)
    const paused = queue.input.concurrency === 0
    const limits = paused ? { concurrency: 2 } : undefined
    if (touched || paused) applyOverride(world, { at: 0, queue, tenant, limits })
  }
}
