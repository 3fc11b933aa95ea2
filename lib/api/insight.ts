/** What people ask of a running stack: why a job, or a partition, does not run. Reads only; nothing changes by asking. */
import { queueNamed } from '../core/queue/config.ts'
import { noQueue } from '../core/queue/unknown.ts'
import type { JobWhy, PartitionWhy } from '../core/why/why.ts'
import { whyJob, whyPartition } from '../use-cases/operate/why.ts'
import { type AnyQueue, placeNamed } from './admin.ts'
import type { Wiring } from './wiring.ts'

export interface Insight<QueueName extends string = string> {
  /**
   * Why a job does not run, or that it does, by what `enqueue` has returned: its place, and what holds the jobs of its shard
   * back, by the very rules that would let it start. Plain data; `whyText` says it in a line. A job that was tried before
   * stands under a later key, and is looked for there, among the hundred items behind it.
   *
   * It reads what a pass reads, and counts up to a hundred due jobs of each better priority: a few read units. What other
   * shards of its partition have and do not use a pass would fetch; that is not foreseen.
   * @example console.log(whyText(await client.why(await client.enqueue(syncContact, payload))))
   */
  why(job: { readonly pk: string; readonly sk: string }): Promise<JobWhy>
  /**
   * What holds the due jobs of a partition back, shard by shard; shards in which nothing is left out. The partition is named
   * as its jobs name it, or left out for a queue without a partition rule. It reads what a pass over each shard does.
   * @example console.log(whyText(await client.why('crm', 'acme')))
   * @throws InvalidJobError if there can be no such partition
   */
  why(queue: AnyQueue<QueueName>, partition?: string): Promise<PartitionWhy>
}

export const insightOf = <QueueName extends string>(wiring: Wiring): Insight<QueueName> => {
  function why(job: { readonly pk: string; readonly sk: string }): Promise<JobWhy>
  function why(queue: string, partition?: string): Promise<PartitionWhy>
  function why(what: string | { readonly pk: string; readonly sk: string }, partition?: string) {
    return typeof what === 'string' ? whyNamed(wiring, what, partition) : whyJob(wiring, what)
  }
  return { why }
}

async function whyNamed(wiring: Wiring, name: string, named: string | undefined): Promise<PartitionWhy> {
  const { config, clock } = wiring
  if (!queueNamed(config, name)) return { kind: 'stranded', at: clock.now(), problem: noQueue(config, name) }
  const { queue, partition } = placeNamed(wiring, name, named)
  return whyPartition(wiring, queue, partition)
}
