/** Limits changed at run time: up, down, to nothing, and back to what is configured. */

import type { ShardKey } from '../../../lib/core/keys.ts'
import type { LimitOverride } from '../../../lib/core/limits/limits.ts'
import { ownerOf } from '../../../lib/core/limits/shards.ts'
import { emptyState } from '../../../lib/core/shard/state.ts'
import { overrideLimits } from '../../../lib/use-cases/operate/set-limits.ts'
import { contextOf } from '../world/context.ts'
import type { SimRandom } from '../world/random.ts'
import type { World } from '../world/world.ts'
import type { JobPlan, OverridePlan } from './plan.ts'
import type { QueuePlan } from './queues.ts'
import { placesOfDeclared } from './scheduled-names.ts'

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
    const limits = drawLimits(random, job.queue)
    return [{ at, queue: job.queue, tenant: job.tenant, limits, byHand: random.chance(0.3) }]
  }).flat()
}

function drawLimits(random: SimRandom, { config }: QueuePlan): LimitOverride | undefined {
  if (random.chance(0.2)) return undefined
  // Below the number of shards they have to take turns.
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

export const encoded = (tenant: string): string => tenant.replaceAll('%', '%25').replaceAll('|', '%7C')

export function applyOverride(world: World, { queue, tenant, limits, byHand }: OverridePlan): void {
  if (byHand) {
    writeByHand(world, { queue, tenant }, limits)
    return
  }
  world.invoke(
    'admin',
    async (by) => {
      const partition = queue.partitioned ? encoded(tenant) : undefined
      await overrideLimits(contextOf(world, by), queue.config, partition, limits)
      return by
    },
    (outcome) => {
      if (outcome.ok) world.emit({ kind: 'limitsSet', shard: ownerIn(queue, tenant), by: outcome.value })
      // The last word, so that all can finish, has to be heard.
      if (!outcome.ok && !world.faults.on)
        world.scheduler.after(1000, () => applyOverride(world, { at: 0, queue, tenant, limits }))
    },
  )
}

/** Without a version and without a word about when the item may go; and nobody is woken. */
function writeByHand(
  world: World,
  { queue, tenant }: Pick<OverridePlan, 'queue' | 'tenant'>,
  limits: LimitOverride | undefined,
): void {
  const shard = ownerIn(queue, tenant)
  world.invoke('admin', (by) =>
    world.network.call(by, 'override', async () => {
      const { override: _, ...state } = world.tables.states.get(shard) ?? emptyState(shard)
      world.previous.set(shard, world.tables.states.get(shard))
      world.tables.states.set(shard, limits ? { ...state, override: structuredClone(limits) } : state)
      world.writtenByHand.set(shard, world.scheduler.now)
      world.emit({ kind: 'effect', by, effect: { op: 'override', shard, limits, byHand: true } })
    }),
  )
}

export const ownerIn = (queue: QueuePlan, tenant: string): ShardKey =>
  ownerOf({ queue: queue.name, ...(queue.partitioned ? { partition: encoded(tenant) } : {}) })

const isOpen = (limits: LimitOverride | undefined): boolean =>
  limits?.concurrency !== undefined && limits.concurrency > 0 && limits.rateLimit?.allowed !== 0

/** Nothing stays paused for ever. */
export function unpause(world: World): void {
  const nameOf = ({ queue, tenant }: { queue: QueuePlan; tenant: string }) =>
    `${queue.name}|${queue.partitioned}|${tenant}`
  const partitions = new Map(
    [...world.plan.jobs, ...(world.plan.schedules?.names ?? []), ...placesOfDeclared(world.plan)].flatMap(
      ({ queue: { name }, tenant }) =>
        world.plan.versions.flatMap(({ queues }) =>
          queues
            // There is no partition without a name: it would be taken for the queue without partitions.
            .filter((queue) => queue.name === name && !(queue.partitioned && tenant === ''))
            .map((queue) => [nameOf({ queue, tenant }), { queue, tenant }]),
        ),
    ) as [string, { queue: QueuePlan; tenant: string }][],
  )
  for (const [name, { queue, tenant }] of partitions) {
    const last = world.plan.overrides
      .filter((plan) => nameOf(plan) === name)
      .sort((a, b) => a.at - b.at)
      .at(-1)
    // What was written by hand and stops nothing has to last.
    const touched =
      last !== undefined &&
      !(last.byHand && isOpen(world.tables.states.get(ownerIn(queue, tenant))?.override))
    const paused = world.plan.versions.some(({ input }) => input.queues[queue.name]?.concurrency === 0)
    const limits = paused ? { concurrency: 2 } : undefined
    if (touched || paused) applyOverride(world, { at: 0, queue, tenant, limits })
  }
}
