/** `maxQueueSize` as people write it: of the whole queue, of each of its partitions, or of both. */
import * as z from 'zod'
import { ConfigurationError } from '../errors.ts'
import { MOST_JOBS } from '../limits/max-size.ts'

/** How many jobs may be there, put and not yet ended. What is absent is not limited. */
export interface MaxQueueSize {
  readonly queue?: number
  readonly partition?: number
}

const size = z
  .int()
  .min(1, 'is 1 or more; leave it out for no limit')
  .max(MOST_JOBS, `is at most ${MOST_JOBS}; leave it out for no limit`)

export const sizeFields = {
  /**
   * How many jobs may be there, put and not yet ended: `1000` of the queue, or `{ queue: 1000, partition: 50 }`. Then
   * `enqueue` throws a `QueueFullError`. Default: unlimited.
   */
  maxQueueSize: z
    .union(
      [
        size.transform((queue) => ({ queue, partition: undefined })),
        z.strictObject({ queue: size.optional(), partition: size.optional() }),
      ],
      'is a whole number of jobs, 1 or more, or { queue: 1000, partition: 50 }',
    )
    .refine(
      ({ queue, partition }) => queue !== undefined || partition !== undefined,
      'names queue, partition, or both',
    )
    .optional(),
}

interface Queue {
  readonly partition?: unknown
  readonly maxQueueSize?:
    | { readonly queue?: number | undefined; readonly partition?: number | undefined }
    | undefined
}

export function maxQueueSizeOf(
  name: string,
  { partition: rule, maxQueueSize }: Queue,
): { readonly maxQueueSize?: MaxQueueSize } {
  if (!maxQueueSize) return {}
  const { queue, partition } = maxQueueSize
  const path = `queues.${name}.maxQueueSize.partition`
  if (partition !== undefined && rule === undefined)
    throw new ConfigurationError(
      path,
      'the queue has no partitions: say with `partition` which jobs make one',
    )
  if (partition !== undefined && queue !== undefined && partition > queue)
    throw new ConfigurationError(path, `no partition ever has ${partition} jobs in a queue of ${queue}`)
  return {
    maxQueueSize: {
      ...(queue === undefined ? {} : { queue }),
      ...(partition === undefined ? {} : { partition }),
    },
  }
}
