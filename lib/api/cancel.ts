/** Jobs that somebody cancels, by name. */
import * as z from 'zod'
import { InvalidJobError } from '../core/errors.ts'
import { cancellationSchema } from '../core/job/doom.ts'
import { partitionProblem, placeOf } from '../core/job/job.ts'
import { type Labels, readLabels } from '../core/job/labels.ts'
import {
  parseJobId,
  parseShard,
  parseSortKey,
  type Shard,
  type ShardKey,
  type SortKey,
} from '../core/keys.ts'
import { laneOfParts } from '../core/limits/lane.ts'
import { homeShard } from '../core/limits/shards.ts'
import type { Config, QueueConfig } from '../core/queue/config.ts'
import { laneOf, shardsOfLane } from '../core/queue/covering.ts'
import { type OwnRule, partOfValue } from '../core/queue/own-rule.ts'
import { givenPartition } from '../core/queue/partition.ts'
import { clip } from '../core/text/clip.ts'
import { toConfigurationError } from '../core/text/issues.ts'
import type { Parsed } from '../core/text/parsed.ts'
import type { Events } from '../ports/events.ts'
import { cancelById, type JobById } from '../use-cases/operate/cancel-by-id.ts'
import { type CancelResult, cancelJob, type JobNamed } from '../use-cases/operate/cancel-job.ts'
import { queueOf } from './known-queue.ts'
import type { Wiring } from './wiring.ts'

/**
 * What `enqueue` returned; or the job's id with its queue and partition, for which the
 * shards of that partition are searched: those of the configuration, and those that have been at work. If limits go by its
 * tags or pools, or its rate or batches by another rule than the partition, these say in which shard it is.
 */
export type JobToCancel<QueueName extends string = string> =
  | { readonly pk: string; readonly sk: string }
  | ({ readonly queue: QueueName; readonly partition?: string; readonly id: string } & Labels & {
        /** If the queue's rate goes by a rule of its own: which value that has for the job. */
        readonly rate?: string
        /** The same, if its batches go by one. */
        readonly batch?: string
      })

/** Who cancels a job, and why: both are in its dead letter. */
export interface CancelNote {
  readonly by: string
  readonly reason?: string
}

export interface Cancelling<QueueName extends string = string> {
  /**
   * Cancels one job. One that waits is in the dead letters when this returns (`cancelled`), and does not start. One that is
   * claimed or runs is told (`cancelling`): within some seconds its handler's `signal` is aborted with a
   * `JobCancelledError`; and however its attempt ends, by a crash too, no other follows. If the handler succeeds all the
   * same, the job is done. `gone`: it has ended, or was moved.
   * @example
   * const job = await client.enqueue(syncContact, { customerId: 'acme', contactId: '42' }, { delay: '1h' })
   * await client.cancel(job, { by: 'ann@example.com', reason: 'the customer has left' })
   * @throws InvalidJobError if no job can have that name, or if it is not found and its `rate` or `batch` has to be said,
   *   ConfigurationError if `note` makes no sense: all without anything written
   */
  cancel(job: JobToCancel<QueueName>, note: CancelNote): Promise<CancelResult>
}

const noteSchema = cancellationSchema.pick({ by: true, reason: true })

export const cancelling = <QueueName extends string>(wiring: Wiring): Cancelling<QueueName> => ({
  cancel: async (job, given) => {
    const note = noteSchema.safeParse(given)
    if (!note.success) throw toConfigurationError(note.error, 'note')
    const { by, reason } = note.data
    const mark = { by, at: wiring.clock.now(), ...(reason === undefined ? {} : { reason }) }
    const context = { ...wiring, events: onlyOfHistory(wiring.events) }
    const key = keySchema.safeParse(job)
    if (key.success) return cancelJob(context, named(wiring, key.data), mark)
    const id = idSchema.safeParse(job)
    if (!id.success)
      throw new InvalidJobError('a job is named by its pk and sk, or by its queue, partition and id')
    const asked = byId(wiring, { ...job, ...id.data })
    const result = await cancelById(context, asked, mark)
    if (result.kind === 'gone') refuseUnsaid(asked, id.data)
    return result
  },
})

/** What becomes of the job the caller is told; that it is not remembered would be told by nobody. */
const onlyOfHistory = (events: Events): Events => ({
  emit: (event) => {
    if (event.kind === 'history not written') events.emit(event)
  },
})

const keySchema = z.object({ pk: z.string(), sk: z.string() })
const idSchema = z.object({
  queue: z.string(),
  partition: z.string().optional(),
  rate: z.string().optional(),
  batch: z.string().optional(),
  id: z.union([z.string(), z.number()]),
})

function named({ config }: Pick<Wiring, 'config'>, { pk, sk }: z.infer<typeof keySchema>): JobNamed {
  orThrow(placeOf(config, orThrow(parseShard(pk))))
  return { shard: pk as ShardKey, id: orThrow(parseSortKey(sk)).id, sk: sk as SortKey }
}

function byId(
  { config }: Pick<Wiring, 'config'>,
  { queue: name, partition, id, tags, pools, ...values }: z.output<typeof idSchema> & Labels,
): JobById {
  const queue = queueOf(config, name)
  const place = {
    queue: queue.name,
    ...(partition === undefined ? {} : { partition: givenPartition(partition) }),
  }
  const problem = partitionProblem(queue, place)
  if (problem) throw new InvalidJobError(problem)
  const jobId = orThrow(parseJobId(String(id)))
  const lane = laneByName(config, queue, orThrow(readLabels({ tags, pools })), values)
  const home: Shard = { ...place, ...(lane === undefined ? {} : { lane }) }
  return { queue, partition: place, home: homeShard(home, jobId, shardsOfLane(config, home)), id: jobId }
}

/** Where a rule of its own says whose rate or batches a job shares, and nobody has said what that says of this one, it is searched for. */
function laneByName(
  config: Config,
  { name, rateRule, batchKey }: QueueConfig,
  labels: Labels,
  { rate, batch }: { readonly rate?: string | undefined; readonly batch?: string | undefined },
) {
  const values: [OwnRule | undefined, string | undefined][] = [
    [rateRule, rate],
    [batchKey, batch],
  ]
  if (values.some(([own, value]) => own && value === undefined)) return undefined
  const parts = values.flatMap(([own, value]) =>
    own && value !== undefined ? [partOfValue(own, givenPartition(value))] : [],
  )
  const lane = orThrow(laneOfParts(parts))
  return orThrow(laneOf(config, { queue: name, ...(lane ? { lane } : {}) }, labels))
}

/**
 * A lane of one value that waits for its first batch, or for a start, stands in no books, so nobody finds it without its value: that its
 * job is gone would be a guess.
 */
function refuseUnsaid(
  { queue: { name, rateRule, batchKey }, id }: JobById,
  { rate, batch }: { readonly rate?: string | undefined; readonly batch?: string | undefined },
): void {
  const unsaid = [
    ...(rateRule && rate === undefined ? ['rate'] : []),
    ...(batchKey && batch === undefined ? ['batch'] : []),
  ]
  if (unsaid.length === 0) return
  const members = unsaid.map((member) => `\`${member}\``).join(' and ')
  throw new InvalidJobError(
    `no shard that has been at work has the job "${clip(id)}", but in the queue "${name}" one that has not may have it: ` +
      `say ${members} for the value that the job has there, or name it by its pk and sk`,
  )
}

function orThrow<T>(result: Parsed<T>): T {
  if (result.ok) return result.value
  throw new InvalidJobError(result.reason)
}
