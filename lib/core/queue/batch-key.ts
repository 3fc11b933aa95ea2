/**
 * A queue's batches that go by a rule of their own: a queue's partitions are one customer's each, say, and a call takes things of
 * one list. The value stands in the lane of each job, `crm|acme|+batch.crm:payload.list=7`, as if a limiter covered them there,
 * but none does. So whatever is of one lane already holds of one key: size, wait, order, and that none hides another.
 */
import { isDeepEqual } from '../deep-equal.ts'
import type { Lane } from '../limits/lane.ts'
import type { LimiterName } from '../limits/limiter-name.ts'
import { isOfRule, type OwnRule, ownRule, partByRule, type Ruled } from './own-rule.ts'
import type { PartitionRule } from './partition.ts'

interface Queue {
  readonly partition?: PartitionRule | undefined
  readonly batch?: { readonly by?: PartitionRule | undefined } | undefined
}

/** All jobs of a partition have the same value of the queue's own rule. */
export function batchKeyOf(name: string, { partition, batch }: Queue): { readonly batchKey?: OwnRule } {
  const rule = batch?.by
  return rule && !isDeepEqual(rule, partition) ? { batchKey: ownRule('batch', name, rule) } : {}
}

type Queues = Readonly<Record<string, { readonly batchKey?: OwnRule }>>

/** Whether what a lane names is the value of a queue's batches by this configuration. It limits nothing. */
export function isBatchValue(queues: Queues, name: LimiterName): boolean {
  const [, queue = ''] = /^batch\|([^:]+):/.exec(name) ?? []
  const own = Object.hasOwn(queues, queue) ? queues[queue]?.batchKey : undefined
  return own !== undefined && isOfRule(own, name)
}

interface Placed extends Ruled {
  readonly queue: { readonly batchKey?: OwnRule }
  readonly shard: { readonly lane?: Lane }
}

/** Whether two jobs may be in one batch, wherever they lie. */
export function areOfOneKey(one: Placed, other: Placed): boolean {
  const { batchKey } = one.queue
  if (!batchKey) return true
  const [first, second] = [one, other].map((job) => partByRule(batchKey, job, job.shard.lane))
  return first?.ok === true && second?.ok === true && first.value.limiter === second.value.limiter
}
