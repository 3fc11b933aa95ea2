/** What partitions are guaranteed of their queue's total, as people write it. */
import * as z from 'zod'
import { ConfigurationError, InvalidJobError } from '../errors.ts'
import { type QueueLimiter, totalOf } from '../limits/queue-limiter.ts'
import { givenPartition, type PartitionRule } from './partition.ts'
import { MOST_UNITS } from './shared-limits-input.ts'

const units = z.int().min(1, 'guarantee at least one unit, or leave the partition out')

/** How many jobs of a partition always find a place within the total: `{ acme: 10 }`. */
export const guaranteedSchema = z.record(z.string(), units)

export const guaranteedFields = { guaranteed: guaranteedSchema.optional() }

interface Guaranteeing {
  readonly partition?: PartitionRule | undefined
  readonly total?: number | undefined
  readonly guaranteed?: Readonly<Record<string, number>> | undefined
  /** Of each partition. */
  readonly concurrency?: number | undefined
}

/**
 * The limiters of a queue, of which the total guarantees something.
 * @throws ConfigurationError that names the path of a mistake
 */
export function withGuaranteed(
  limiters: readonly QueueLimiter[],
  name: string,
  queue: Guaranteeing,
): readonly QueueLimiter[] {
  if (!queue.guaranteed) return limiters
  const guaranteed = toGuaranteed(`queues.${name}.guaranteed`, queue, queue.guaranteed)
  const total = totalOf(name)
  // What each partition has is counted in one item.
  return limiters.map(({ isDivided, ...limiter }) => {
    if (limiter.name === total) return { ...limiter, guaranteed }
    return isDivided ? { ...limiter, isDivided } : limiter
  })
}

/**
 * By the partitions as they stand in keys.
 * @param path of what is guaranteed
 * @throws ConfigurationError that names the path of a mistake
 */
export function toGuaranteed(
  path: string,
  queue: Omit<Guaranteeing, 'guaranteed'>,
  guaranteed: NonNullable<Guaranteeing['guaranteed']>,
): Readonly<Record<string, number>> {
  const problem = problemOf(queue, guaranteed)
  if (problem !== undefined) throw new ConfigurationError(path, problem)
  const entries = Object.entries(guaranteed).map(([partition, units]) => {
    const own = `${path}.${partition}`
    checkUnits(own, units, queue.concurrency)
    return [keyOf(own, queue.partition, partition), units] as const
  })
  return Object.fromEntries(entries)
}

function problemOf(
  { partition, total }: Guaranteeing,
  guaranteed: Readonly<Record<string, number>>,
): string | undefined {
  if (total === undefined) return 'it is a part of the total: give the queue one'
  if (!partition) return 'it is for partitions: give the queue a partition rule'
  const sum = Object.values(guaranteed).reduce((sum, units) => sum + units, 0)
  if (total > MOST_UNITS) return `a total that guarantees something is at most ${MOST_UNITS}`
  return sum > total ? `${sum} units are guaranteed in all, and the total is ${total}` : undefined
}

function checkUnits(path: string, units: number, concurrency: number | undefined): void {
  if (concurrency !== undefined && units > concurrency)
    throw new ConfigurationError(
      path,
      `a partition has a concurrency of ${concurrency}, so it could never use ${units}`,
    )
}

/** The partition as it stands in keys. */
function keyOf(path: string, rule: PartitionRule | undefined, partition: string): string {
  const values = rule ? rule.keys.length + (rule.task ? 1 : 0) : 1
  if (values > 1 && partition.split(',').length !== values)
    throw new ConfigurationError(path, `the partition rule makes partitions of ${values} values: "a,b"`)
  try {
    return givenPartition(partition)
  } catch (error) {
    if (!(error instanceof InvalidJobError)) throw error
    throw new ConfigurationError(path, error.message)
  }
}
