/** A service that is down: all queues adapt, and most attempts of a crowd fail, so that all their shards are throttled, and wait for units of the same limiters. */
import type { ConfigInput, QueueInput } from '../../../lib/core/queue/config.ts'
import type { SimRandom } from '../world/random.ts'
import type { JobPlan, Plan } from './plan.ts'
import { ADAPTIVE } from './queues.ts'
import { type Version, versionOf } from './versions.ts'

/** Of the runs. */
const SHARE = 0.08

export interface Down {
  versions(versions: Plan['versions']): Plan['versions']
  jobs(jobs: readonly JobPlan[]): readonly JobPlan[]
}

const NOTHING: Down = { versions: (versions) => versions, jobs: (jobs) => jobs }

export const drawDown = (random: SimRandom): Down =>
  random.chance(SHARE)
    ? {
        versions: ([first, ...others]) => [adapting(first), ...others.map(adapting)],
        jobs: (jobs) => withFailures(random, jobs),
      }
    : NOTHING

/** So that its shards wait for each other. */
const spread = ({
  minInterval,
  concurrency = 0,
  batch,
}: QueueInput): Pick<QueueInput, 'concurrency' | 'shards'> =>
  minInterval === undefined && concurrency > 2 && !batch ? { concurrency: 20, shards: 3 } : {}

function adapting({ input, changed }: Version): Version {
  const queues = Object.entries<QueueInput>(input.queues).map(
    ([name, queue]) => [name, { ...queue, ...spread(queue), adaptive: ADAPTIVE }] as const,
  )
  const { pools, tags, apps }: ConfigInput = input
  return versionOf(Object.fromEntries(queues), pools, tags, apps, changed)
}

/** So many that their shards wait for each other, and so few that all of them have ended within minutes. */
function withFailures(random: SimRandom, jobs: readonly JobPlan[]): readonly JobPlan[] {
  const [model] = jobs
  if (!model) return jobs
  const spread_ms = random.pick([20_000, 60_000])
  const crowd = Array.from({ length: random.int(60, 100) }, (_, n): JobPlan => {
    const { ttl_ms: _ttl, keyed: _key, padding_kb: _padding, ...job } = model
    const at = model.at + random.int(0, spread_ms)
    const bad = random.chance(0.9) ? job.queue.config.retry.attempts : 0
    const handler = { bad, how: 'throw', takes_ms: random.skewed(1, 400) } as const
    return { ...job, way: 'client', id: `down-${n}`, at, runAt: at, priority: 5, handler }
  })
  return [...jobs, ...crowd]
}
