/** The rates that a queue shares: its total's, and those of its pools. */
import { ConfigurationError } from '../errors.ts'
import { toRate } from '../limits/input.ts'
import { withMargin } from '../limits/limits.ts'
import { type LimiterName, poolNamed, totalOf } from '../limits/queue-limiter.ts'
import { counting, type SharedRate } from '../limits/shared-rate.ts'
import { type Pools, poolNamedIn, type Queue, usesOf } from './limiters-input.ts'
import { COSTS_BY_DEFAULT, type CountedLimits } from './shared-limits-input.ts'

/** @throws ConfigurationError if a job of the queue could never start */
export function sharedRatesOf(
  name: string,
  queues: Readonly<Record<string, Queue>>,
  pools: Pools,
): SharedRate[] {
  const { total, costs, pools: used } = queues[name] ?? { pools: {} }
  const ofPools = Object.entries(used).flatMap(([pool, { cost }]) => {
    const limits = poolNamedIn(name, pools, pool)
    const problem = costProblem(limits.rateLimit?.allowed, cost)
    if (problem !== undefined) throw new ConfigurationError(`queues.${name}.pools.${pool}`, problem)
    const rate = poolRate(pool, limits, queues)
    return rate ? [rate] : []
  })
  const ofTotal = rateOf(totalOf(name), { ...total, costs: costs === true }, {})
  return [...(ofTotal ? [ofTotal] : []), ...ofPools].toSorted(byName)
}

function costProblem(allowed: number | undefined, cost: number): string | undefined {
  if (allowed === undefined)
    return cost > 1
      ? 'the pool has no rate, so no starts are counted: leave cost out, or give the pool rateLimit'
      : undefined
  return allowed > 0 && cost > allowed
    ? `a job that counts as ${cost} starts of ${allowed} could never run`
    : undefined
}

export const byName = (one: SharedRate, other: SharedRate): number => (one.name < other.name ? -1 : 1)

/** The rate of a pool, if it has one. A job that does not say what it costs counts as its queue says, or as one start. */
export const poolRate = (
  pool: string,
  limits: CountedLimits,
  queues: Readonly<Record<string, Queue>>,
): SharedRate | undefined =>
  rateOf(
    poolNamed(pool),
    limits,
    usesOf(queues, pool, ({ cost }) => cost),
  )

const rateOf = (
  name: LimiterName,
  { rateLimit, costs = COSTS_BY_DEFAULT }: CountedLimits,
  ofQueues: Readonly<Record<string, number>>,
): SharedRate | undefined =>
  rateLimit
    ? { name, rateLimit: withMargin(toRate(rateLimit)), costs: ofQueues, ...counting(costs) }
    : undefined
