/** All pools of the configuration, whoever uses them: a job may name one that its queue does not. */
import { type LimiterName, poolNamed, type QueueLimiter } from '../limits/queue-limiter.ts'
import type { SharedRate } from '../limits/shared-rate.ts'
import { type Pools, poolLimiter, type Queue } from './limiters-input.ts'
import { poolRate } from './shared-rates.ts'

/** What the configuration has under a limiter's name. */
export interface KnownLimiter {
  readonly name: LimiterName
  readonly units?: QueueLimiter
  readonly rate?: SharedRate
}

type Queues = Readonly<Record<string, Queue>>

export function poolsOf(pools: Pools, queues: Queues): Readonly<Record<string, KnownLimiter>> {
  const isMixed = areMixed(unitsTaken(pools, queues))
  const known = Object.entries(pools).map(([pool, limits]) => {
    const rate = poolRate(pool, limits, queues)
    const units = poolLimiter(pool, limits, queues)
    const isOfQueues = isMixed && units !== undefined && Object.keys(units.weights).length > 0
    const mixed = isOfQueues ? { isMixed: true as const } : {}
    return [
      pool,
      {
        name: poolNamed(pool),
        ...(units ? { units: { ...units, ...mixed } } : {}),
        ...(rate ? { rate } : {}),
      },
    ]
  })
  return Object.fromEntries(known)
}

/** Of which pools each queue takes units. A rate is granted, so nobody keeps anything of it. */
const unitsTaken = (pools: Pools, queues: Queues): string[][] =>
  Object.values(queues).map((queue) =>
    Object.keys(queue.pools).filter((pool) => pools[pool]?.concurrency !== undefined),
  )

/** Whether there are two queues of which each takes a pool that the other does not. */
const areMixed = (taken: readonly (readonly string[])[]): boolean =>
  taken.some((one) =>
    taken.some(
      (other) => one.some((pool) => !other.includes(pool)) && other.some((pool) => !one.includes(pool)),
    ),
  )
