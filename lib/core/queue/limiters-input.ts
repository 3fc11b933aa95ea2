/** Pools and totals as people write them in the configuration, and the limiters that they make of a queue. */
import * as z from 'zod'
import { ConfigurationError } from '../errors.ts'
import { POOL_NAME } from '../limits/lane.ts'
import { PLAIN } from '../limits/lending.ts'
import { divided, inOrder, poolNamed, type QueueLimiter, totalOf } from '../limits/queue-limiter.ts'
import {
  poolLimitsSchema,
  type SharedLimits,
  type SharedLimitsInput,
  sharedLimitsSchema,
} from './shared-limits-input.ts'

export const poolName = z
  .string()
  .regex(POOL_NAME, 'the name of a pool has letters, digits, _ and -, at most 64')

/** What each pool allows. */
export const poolsSchema = z.record(poolName, poolLimitsSchema).default({})

/** A number alone is the one that is meant mostly. A union would not say what is wrong. */
const orNumber = <Schema extends z.ZodType>(name: string, schema: Schema) =>
  z.preprocess((written) => (typeof written === 'number' ? { [name]: written } : written), schema)

const useSchema = z.strictObject({
  weight: z.int().min(1, 'a job takes at least one unit of a pool').default(1),
  cost: z.int().min(1, 'a job counts as at least one start').default(1),
})

/** The weight alone, or what the job takes of both. */
export type PoolUseInput = number | z.input<typeof useSchema>
export type TotalInput = number | SharedLimitsInput

/** How many units a job takes of which pools. */
export const weightsSchema = z.record(poolName, z.int().min(1, 'a job takes at least one unit of a pool'))

export const limiterFields = {
  /** What the queue may do, whatever the partitions of its jobs: how many run simultaneously, or more. Default: unlimited. */
  total: orNumber('concurrency', sharedLimitsSchema).optional(),
  /** From which pools a job of the queue takes how many units while it runs, and as how many starts it counts. */
  pools: z.record(poolName, orNumber('weight', useSchema)).default({}),
}

/** In the books of a limiter these would be taken for something else. */
const NOT_IN_BOOKS = new Set<string>([PLAIN, ...Object.getOwnPropertyNames(Object.prototype)])

export type Pools = z.output<typeof poolsSchema>
type PoolUse = z.output<typeof useSchema>
export interface Queue {
  readonly total?: SharedLimits | undefined
  readonly costs?: boolean | undefined
  readonly pools: Readonly<Record<string, PoolUse>>
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
  const ofPools = Object.entries(used).flatMap(([pool, { weight }]) => {
    const limiter = poolLimiter(pool, poolOf(name, pools, pool, weight), queues)
    return limiter ? [limiter] : []
  })
  const ofTotal =
    total?.concurrency === undefined
      ? []
      : [divided({ name: totalOf(name), concurrency: total.concurrency, weights: {} })]
  return [...ofTotal, ...ofPools].toSorted(inOrder)
}

/** The units of a pool, if it has any. */
export const poolLimiter = (
  pool: string,
  { concurrency }: SharedLimits,
  queues: Readonly<Record<string, Queue>>,
): QueueLimiter | undefined =>
  concurrency === undefined
    ? undefined
    : { name: poolNamed(pool), concurrency, weights: usesOf(queues, pool, ({ weight }) => weight) }

export function poolNamedIn(queue: string, pools: Pools, pool: string): Pools[string] {
  const known = Object.keys(pools)
  const found = Object.hasOwn(pools, pool) ? pools[pool] : undefined
  if (!found)
    throw new ConfigurationError(
      `queues.${queue}.pools.${pool}`,
      `there is no such pool; ${known.length > 0 ? `pools has ${known.join(', ')}` : 'pools has none'}`,
    )
  return found
}

/** A number that would change nothing; 1 is what everybody writes that means no number. */
export const weightProblem = (pool: string, hasUnits: boolean, weight: number): string | undefined =>
  hasUnits || !(weight > 1)
    ? undefined
    : `the pool "${pool}" counts starts alone, and has no units of which a job could take ${weight}: say cost: ${weight}, or 1`

function poolOf(queue: string, pools: Pools, pool: string, weight: number): Pools[string] {
  const found = poolNamedIn(queue, pools, pool)
  const { concurrency } = found
  const problem =
    concurrency !== undefined && concurrency > 0 && weight > concurrency
      ? `a job that takes ${weight} units of a pool of ${concurrency} could never run`
      : weightProblem(pool, concurrency !== undefined, weight)
  if (problem !== undefined) throw new ConfigurationError(`queues.${queue}.pools.${pool}`, problem)
  return found
}

/** What a job of each queue that uses a pool takes of it. */
export const usesOf = (
  queues: Readonly<Record<string, Queue>>,
  pool: string,
  take: (use: PoolUse) => number,
): Record<string, number> =>
  Object.fromEntries(
    Object.entries(queues).flatMap(([name, { pools }]) => {
      const use = Object.hasOwn(pools, pool) ? pools[pool] : undefined
      return use ? [[name, take(use)]] : []
    }),
  )
