/** Pools and totals as people write them in the configuration, and the limiters that they make of a queue. */
import * as z from 'zod'
import { ConfigurationError } from '../errors.ts'
import { POOL_NAME } from '../limits/lane.ts'
import { PLAIN } from '../limits/lending.ts'
import { inOrder, poolNamed, type QueueLimiter, totalOf } from '../limits/queue-limiter.ts'

/** A limiter's item has a line for each shard that borrows: with more of them each write of it would be slow and dear. */
export const MOST_UNITS = 1000

export const unitsSchema = z
  .int()
  .min(0, 'a limit is 0 (paused) or more; leave it out for no limit')
  .max(
    MOST_UNITS,
    `a limit that several partitions share is at most ${MOST_UNITS}; leave it out for no limit`,
  )

export const poolName = z
  .string()
  .regex(POOL_NAME, 'the name of a pool has letters, digits, _ and -, at most 64')

/** How many units each pool has. */
export const poolsSchema = z.record(poolName, z.strictObject({ concurrency: unitsSchema })).default({})

/** How many units a job takes of which pools. */
export const weightsSchema = z.record(poolName, z.int().min(1, 'a job takes at least one unit of a pool'))

export const limiterFields = {
  /** How many jobs of the queue run simultaneously, whatever their partitions. Default: unlimited. */
  total: unitsSchema.optional(),
  /** From which pools a job of the queue takes how many units while it runs. */
  pools: weightsSchema.default({}),
}

/** In the books of a limiter these would be taken for something else. */
const NOT_IN_BOOKS = new Set<string>([PLAIN, ...Object.getOwnPropertyNames(Object.prototype)])

export type Pools = z.output<typeof poolsSchema>
interface Queue {
  readonly total?: number | undefined
  readonly pools: Readonly<Record<string, number>>
}

/** What covers a queue beside the limits of its partitions. */
export function limitersOf(
  name: string,
  queues: Readonly<Record<string, Queue>>,
  pools: Pools,
): QueueLimiter[] {
  const { total, pools: used } = queues[name] ?? { pools: {} }
  if (NOT_IN_BOOKS.has(name) && (total !== undefined || Object.keys(used).length > 0))
    throw new ConfigurationError(`queues.${name}`, 'a queue with a total or pools needs another name')
  const ofPools = Object.entries(used).map(([pool, weight]) =>
    poolLimiter(pool, poolOf(name, pools, pool, weight), queues),
  )
  const ofTotal = total === undefined ? [] : [{ name: totalOf(name), concurrency: total, weights: {} }]
  return [...ofTotal, ...ofPools].toSorted(inOrder)
}

/** Every pool, whoever uses it: a job may name one that its queue does not. */
export const poolLimiters = (
  pools: Pools,
  queues: Readonly<Record<string, Queue>>,
): Readonly<Record<string, QueueLimiter>> => {
  const isMixed = areMixed(Object.values(queues).map((queue) => Object.keys(queue.pools)))
  const limiters = Object.entries(pools).map(([pool, units]) => {
    const limiter = poolLimiter(pool, units, queues)
    const isOfQueues = isMixed && Object.keys(limiter.weights).length > 0
    return [pool, { ...limiter, ...(isOfQueues ? { isMixed: true as const } : {}) }]
  })
  return Object.fromEntries(limiters)
}

/** Whether there are two queues of which each takes a pool that the other does not. */
const areMixed = (taken: readonly (readonly string[])[]): boolean =>
  taken.some((one) =>
    taken.some(
      (other) => one.some((pool) => !other.includes(pool)) && other.some((pool) => !one.includes(pool)),
    ),
  )

const poolLimiter = (
  pool: string,
  { concurrency }: Pools[string],
  queues: Readonly<Record<string, Queue>>,
): QueueLimiter => ({ name: poolNamed(pool), concurrency, weights: weightsIn(queues, pool) })

function poolOf(queue: string, pools: Pools, pool: string, weight: number): Pools[string] {
  const path = `queues.${queue}.pools.${pool}`
  const known = Object.keys(pools)
  const found = Object.hasOwn(pools, pool) ? pools[pool] : undefined
  if (!found)
    throw new ConfigurationError(
      path,
      `there is no such pool; ${known.length > 0 ? `pools has ${known.join(', ')}` : 'pools has none'}`,
    )
  if (found.concurrency > 0 && weight > found.concurrency)
    throw new ConfigurationError(
      path,
      `a job that takes ${weight} units of a pool of ${found.concurrency} could never run`,
    )
  return found
}

const weightsIn = (queues: Readonly<Record<string, Queue>>, pool: string): Record<string, number> =>
  Object.fromEntries(
    Object.entries(queues).flatMap(([name, { pools }]) =>
      Object.hasOwn(pools, pool) ? [[name, pools[pool] ?? 1]] : [],
    ),
  )
