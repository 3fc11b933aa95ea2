/** The verb that sets the numbers of queues that may be full right again. */
import { type Recount, recount } from '../use-cases/operate/recount.ts'
import { placeNamed } from './admin.ts'
import { queueOf } from './known-queue.ts'
import type { Wiring } from './wiring.ts'

export interface Recounting<QueueName extends string = string> {
  /**
   * Counts the jobs of a queue with `maxQueueSize`, and sets its number right, or its partition's too. Needed only after
   * somebody has deleted or copied items of the Jobs table by hand, or after a deploy with a version of Sluice that did not
   * know these numbers. Jobs may be put and ended meanwhile: none is lost, and what could not be told then is mended by
   * another call at a quieter time. It scans the Jobs table: a read unit for each 4 KB of it.
   * @example await client.recount('crm', 'acme') // { queue: { before: 1000, after: 12 }, partition: { before: 50, after: 3 } }
   * @throws InvalidJobError if there is no such queue or partition
   */
  recount(
    queue: QueueName,
    partition?: string,
  ): Promise<{ readonly queue: Recount; readonly partition?: Recount }>
}

export const recounting = <QueueName extends string>(wiring: Wiring): Recounting<QueueName> => ({
  recount: async (name, named) => {
    if (named === undefined) return recount(wiring, queueOf(wiring.config, name).name)
    const { queue, partition } = placeNamed(wiring, name, named)
    return recount(wiring, queue.name, partition)
  },
})
