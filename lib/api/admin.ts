/** What operators do with a running stack. Every client offers it; `grantManage` of the construct gives the rights. */
import { queueNamed } from '../core/config.ts'
import type { DeadLetter } from '../core/dead-letter.ts'
import { InvalidJobError } from '../core/errors.ts'
import { partitionProblem } from '../core/job.ts'
import { said } from '../core/new-job.ts'
import { givenPartition } from '../core/partition.ts'
import { deadLetters } from '../use-cases/dead-letters.ts'
import { overrideLimits } from '../use-cases/override.ts'
import { type LimitsInput, toOverride } from './limits-input.ts'
import type { Wiring } from './wiring.ts'

/** The name of a configured queue, or any other: jobs and letters may be left of one that is configured no more. */
export type AnyQueue<QueueName extends string> = QueueName | (string & Record<never, never>)

export interface Admin<QueueName extends string = string> {
  /**
   * Replaces the limits of one partition without a deploy, from its next pass on. The partition is named as its jobs
   * name it (`acme`), or is `undefined` for a queue without a partition rule. What `limits` leaves out stays as
   * configured, 0 pauses, and `null` goes back to what is configured.
   * @example await client.setLimits('crm', 'acme', { rateLimit: { allowed: 5, period: '1s' } })
   * @throws InvalidJobError if there is no such queue or partition, ConfigurationError for limits that make no sense:
   *   both before anything is written
   */
  setLimits(queue: QueueName, partition: string | undefined, limits: LimitsInput | null): Promise<void>
  /**
   * The dead letters of a queue, oldest first, read page by page as they are asked for. `unknown` has those whose key
   * does not name a queue. They are kept for 30 days.
   * @example for await (const { sk, error, job } of client.deadLetters('crm')) console.log(sk, error, JSON.parse(job))
   */
  deadLetters(queue: AnyQueue<QueueName>): AsyncGenerator<DeadLetter>
}

export const adminOf = <QueueName extends string>(wiring: Wiring): Admin<QueueName> => ({
  setLimits: (queue, partition, limits) => setLimits(wiring, queue, partition, limits),
  deadLetters: (queue) => deadLetters(wiring.store, queue),
})

async function setLimits(
  { config, store, wake }: Wiring,
  queueName: string,
  partition: string | undefined,
  limits: LimitsInput | null,
): Promise<void> {
  const queue = queueNamed(config, queueName)
  if (!queue) throw new InvalidJobError(`there is no queue "${said(queueName)}"`)
  const encoded = partition === undefined ? {} : { partition: givenPartition(partition) }
  const problem = partitionProblem(queue, { queue: queue.name, ...encoded })
  if (problem) throw new InvalidJobError(problem)
  await overrideLimits({ store, wake: wake() }, queue, encoded.partition, toOverride(queue, limits))
}
