/**
 * What jobs cost, in some runs: as much as every version of the configuration, and whatever somebody sets, lets start sooner or
 * later. Drawn last, so that a run without costs is the same as it would be without this.
 */
import type { ConfigInput } from '../../../lib/core/queue/config.ts'
import type { SimRandom } from '../world/random.ts'
import type { JobPlan, OverridePlan, Plan } from './plan.ts'
import type { QueuePlan } from './queues.ts'
import { type Version, versionOf } from './versions.ts'

/** No limit that counts costs is lower than that, unless it pauses; or jobs cost less. */
export const MOST_COST = 3

export function withCosts(random: SimRandom, plan: Plan): Plan {
  if (!random.chance(0.4)) return plan
  const counting = new Set(plan.versions[0].queues.map(({ name }) => name).filter(() => random.chance(0.7)))
  const [first, ...others] = plan.versions
  const versions = [versionWith(first, counting), ...others.map((one) => versionWith(one, counting))] as const
  const most = mostIn(versions)
  const jobs = plan.jobs.map((job): JobPlan => {
    const { input, queues } = versions[job.version] ?? versions[0]
    const queue = queueIn(queues, job)
    const isSilent = !isCounted(input, queue.name) || random.chance(0.3)
    return { ...job, queue, ...(isSilent ? {} : { cost: random.int(1, most) }) }
  })
  const overrides = plan.overrides.map((one) => {
    const version = plan.versions.findIndex(({ queues }) => queues.includes(one.queue))
    const queue = queueIn(versions[version]?.queues ?? [], one)
    return counting.has(queue.name) ? withRoom({ ...one, queue }) : one
  })
  return { ...plan, versions: [...versions], jobs, overrides }
}

const queueIn = (queues: readonly QueuePlan[], { queue }: { readonly queue: QueuePlan }): QueuePlan =>
  queues.find(({ name }) => name === queue.name) ?? queue

const mayCount = (allowed: number | undefined): boolean =>
  allowed !== undefined && (allowed === 0 || allowed >= MOST_COST)

function versionWith({ input, changed }: Version, counting: ReadonlySet<string>): Version {
  const queues = Object.entries(input.queues).map(([name, queue]) => {
    const counts = counting.has(name) && mayCount(queue.rateLimit?.allowed) && !queue.batch
    return [name, counts ? { ...queue, costs: true } : queue] as const
  })
  return versionOf(Object.fromEntries(queues), input.pools, input.tags, input.apps, changed)
}

/** What somebody sets lets the dearest start, too, or nothing. */
function withRoom(plan: OverridePlan): OverridePlan {
  const { limits } = plan
  if (!limits?.rateLimit || mayCount(limits.rateLimit.allowed)) return plan
  return { ...plan, limits: { ...limits, rateLimit: { ...limits.rateLimit, allowed: MOST_COST } } }
}

/** Whether some rate counts what the jobs of a queue cost. Where none does, nothing is said: it would be refused. */
function isCounted({ queues, pools = {} }: ConfigInput, name: string): boolean {
  const queue = queues[name]
  if (queue?.batch) return false
  const isInPool = Object.keys(queue?.pools ?? {}).some((pool) => pools[pool]?.rateLimit !== undefined)
  return queue?.costs === true || isInPool
}

/** A job may be met by another version, name any pool and bear any tag. */
function mostIn(versions: readonly Version[]): number {
  const shared = versions.flatMap(({ input: { queues, pools = {}, tags = [] } }) => [
    ...Object.values(pools),
    ...tags,
    ...Object.values(queues).map(({ total }) => total),
  ])
  const allowed = shared.flatMap((limits) =>
    typeof limits === 'object' && limits.rateLimit ? [limits.rateLimit.allowed] : [],
  )
  return Math.min(MOST_COST, ...allowed)
}
