/** People who pause, slow down and set what a job needs, as it comes: limits of tags, pools, totals, rates by a rule of their own. */
import {
  eachNamed,
  type LimiterName,
  poolNamed,
  tagNamed,
  tagValueNamed,
  totalOf,
} from '../../../lib/core/limits/limiter-name.ts'
import { limiterNameOf } from '../../../lib/core/queue/rate-rule.ts'
import type { SimRandom } from '../world/random.ts'
import { SHORTEST_MS } from './limiter-acts.ts'
import type { JobPlan, LimiterActPlan, Plan } from './plan.ts'
import { regionOf } from './ways-in.ts'

type Known = Pick<Plan, 'versions' | 'limiterActs' | 'jobs'>

interface Named {
  readonly name: LimiterName
  /** One with a rate alone has no units that somebody could set. */
  readonly hasUnits: boolean
}

/** While jobs wait for it, or a little before they come. */
export function withTagActs(random: SimRandom, plan: Known, end: number): LimiterActPlan[] {
  const drawn = Array.from({ length: random.int(2, 5) }, (): LimiterActPlan[] => {
    const job = plan.jobs[random.int(0, plan.jobs.length - 1)]
    const [first, ...others] = job ? limitersOf(plan, job) : []
    if (!job || !first) return []
    const { name, hasUnits } = random.pick([first, ...others])
    return [
      {
        at: Math.min(end, job.at + random.skewed(1, 5000)),
        name,
        what: random.pick(hasUnits ? (['pause', 'slow', 'set'] as const) : (['pause', 'slow'] as const)),
        for_ms: random.int(SHORTEST_MS, 2 * SHORTEST_MS),
      },
    ]
  })
  return [...plan.limiterActs, ...drawn.flat()]
}

/** By the configuration of the job's producer. */
function limitersOf({ versions, limiterActs: acts }: Known, job: JobPlan): Named[] {
  const { input, config } = versions[job.version] ?? versions[0]
  const tags = (input.tags ?? []).flatMap((limit): Named[] => {
    const value = job.labels?.tags?.[limit.key]
    if (value === undefined || (limit.value ?? value) !== value) return []
    return [{ name: nameOfTag(limit, value), hasUnits: limit.concurrency !== undefined }]
  })
  const uses = { ...input.queues[job.queue.name]?.pools, ...job.labels?.pools }
  const pools = Object.keys(uses).map((pool) => ({
    name: poolNamed(pool),
    hasUnits: input.pools?.[pool]?.concurrency !== undefined,
  }))
  const { total } = input.queues[job.queue.name] ?? {}
  const ofTotal = { name: totalOf(job.queue.name), hasUnits: isFree(acts, totalOf(job.queue.name)) }
  const value = input.queues[job.queue.name]?.rateLimit?.partition === 'task' ? job.task : regionOf(job.id)
  const rule = limiterNameOf(config.queues, { rate: job.queue.name, of: value })
  return [
    ...tags,
    ...pools,
    ...(total === undefined ? [] : [ofTotal]),
    ...(rule ? [{ name: rule, hasUnits: false }] : []),
  ]
}

/** Of what somebody else has set it is known until it is lifted what holds. */
const isFree = (acts: Known['limiterActs'], name: LimiterName): boolean =>
  !acts.some((act) => act.name === name && act.what === 'set')

function nameOfTag(
  limit: { readonly key: string; readonly value?: string | undefined; readonly each?: true | undefined },
  value: string,
): LimiterName {
  if (limit.each) return eachNamed(limit.key, value)
  return limit.value === undefined ? tagNamed(limit.key) : tagValueNamed(limit.key, value)
}
