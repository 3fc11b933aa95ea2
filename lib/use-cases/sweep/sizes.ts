/** The numbers by which queues may be full, set against what the sweep has counted of them. */
import { sizePk } from '../../core/job/counted.ts'
import { type Part, sumOfParts } from '../../core/limits/queue-size.ts'
import type { Config, QueueConfig } from '../../core/queue/config.ts'
import type { SweepContext } from './tally.ts'

export type Sizes = Readonly<Record<string, Part>>

export const sizedQueues = ({ queues }: Config): readonly QueueConfig[] =>
  Object.values(queues).filter(({ maxQueueSize }) => maxQueueSize?.queue !== undefined)

/** One query for each queue that may be full, and nothing for others. */
export async function sizesOfQueues({ config, store }: SweepContext): Promise<Sizes> {
  const sizes = await Promise.all(
    sizedQueues(config).map(
      async ({ name }) => [name, sumOfParts(await store.history.size(sizePk(name)))] as const,
    ),
  )
  return Object.fromEntries(sizes)
}
