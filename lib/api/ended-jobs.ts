/** The history of a queue: jobs that have ended, what became of them, and for what they waited. */
import { InvalidJobError } from '../core/errors.ts'
import type { EndedJob } from '../core/job/ended-job.ts'
import { endedJobs } from '../use-cases/operate/ended-jobs.ts'
import { placeNamed } from './admin.ts'
import type { Wiring } from './wiring.ts'

export interface EndedJobs<QueueName extends string = string> {
  /**
   * The jobs of a partition that have ended, read page by page as they are asked for: those of queues with a `history`, for as long as
   * that says, by the configuration with which they ended. The last id first: those that the client makes grow with time, so these are the jobs that
   * were put last; ids of yours, and of events, are in the order of their text. The partition is named as its jobs name it, or left out for a queue without a partition rule.
   *
   * Each page is up to 32 jobs of one of sixteen keys, half a read unit for each 4 KB; what ended within a second may be missing.
   * @example
   * for await (const job of client.endedJobs({ queue: 'crm', partition: 'acme' })) console.log(job.id, job.ending, waitText(job))
   * @throws InvalidJobError if there is no such queue or partition
   */
  endedJobs(place: { readonly queue: QueueName; readonly partition?: string }): AsyncGenerator<EndedJob>
}

export const endedJobsOf = <QueueName extends string>(
  wiring: Pick<Wiring, 'config' | 'store'>,
): EndedJobs<QueueName> => ({
  endedJobs: ({ queue: name, partition: named, ...others }) => {
    const [unknown] = Object.keys(others)
    if (unknown !== undefined)
      throw new InvalidJobError(`ended jobs are asked for by { queue, partition }: ${unknown} is unknown`)
    const { queue, partition } = placeNamed(wiring, name, named)
    return endedJobs(wiring.store, { queue: queue.name, ...(partition === undefined ? {} : { partition }) })
  },
})
