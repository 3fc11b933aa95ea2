/** A job, and the item in the Jobs table that stands for it. Anybody may have written that item. */
import * as z from 'zod'
import type { Config, QueueConfig } from './config.ts'
import { queueNamed } from './config.ts'
import { sizeProblem } from './item-size.ts'
import {
  clip,
  formatSortKey,
  type JobKey,
  oneLine,
  type Parsed,
  type Position,
  parsed,
  parseShard,
  parseSortKey,
  refused,
  type Shard,
  type ShardKey,
  type SortKey,
} from './keys.ts'
import { jsonProblem } from './payload.ts'

/** An item of the Jobs table as it stands there. Only its keys are known to be text. */
export type RawItem = Readonly<Record<string, unknown>> & { readonly pk: string; readonly sk: string }

export interface Job extends Position {
  readonly key: JobKey
  readonly shard: Shard
  readonly queue: QueueConfig
  readonly task: string
  readonly payload: unknown
  readonly meta?: Readonly<Record<string, unknown>>
  /** From 1. */
  readonly attempt: number
  readonly item: RawItem
}

/** What a client, an event or a retry puts into the Jobs table. */
export interface JobItem extends RawItem {
  readonly pk: ShardKey
  readonly sk: SortKey
  readonly task: string
  readonly payload: unknown
  readonly meta?: Readonly<Record<string, unknown>>
  readonly attempt?: number
}

const itemSchema = z.object({
  task: z.string().min(1).max(128),
  payload: z.unknown().refine((value) => value !== undefined, 'is missing'),
  meta: z.record(z.string(), z.unknown()).optional(),
  attempt: z.int().min(1).optional(),
})

/** Reads an item by the configuration; the reason of a refusal goes into the dead letters. */
export function parseJob(config: Config, item: RawItem): Parsed<Job> {
  const shard = parseShard(item.pk)
  if (!shard.ok) return shard
  const queue = queueNamed(config, shard.value.queue)
  if (!queue)
    return refused(
      `there is no queue "${clip(shard.value.queue)}"; there are: ${Object.keys(config.queues).join(', ')}`,
    )
  const misplaced = partitionProblem(queue, shard.value)
  if (misplaced) return refused(misplaced)
  const position = parseSortKey(item.sk)
  if (!position.ok) return position
  const body = itemSchema.safeParse(item)
  if (!body.success) return refused(body.error.issues.map(describeIssue).join('; '))
  const { task, payload, meta, attempt = 1 } = body.data
  const problem = jsonProblem(payload, 'payload') ?? jsonProblem(meta ?? null, 'meta') ?? sizeProblem(item)
  if (problem) return refused(problem)
  return parsed({
    ...position.value,
    key: { pk: item.pk as ShardKey, sk: item.sk as SortKey },
    shard: shard.value,
    queue,
    task,
    payload,
    ...(meta ? { meta } : {}),
    attempt,
    item,
  })
}

export function partitionProblem(queue: QueueConfig, shard: Shard): string | undefined {
  if (queue.partition && shard.partition === undefined)
    return `queue "${queue.name}" is partitioned: pk must be ${queue.name}|<partition>`
  if (!queue.partition && shard.partition !== undefined)
    return `queue "${queue.name}" is not partitioned: pk must be ${queue.name}`
  return undefined
}

export const describeIssue = ({ path, message }: z.core.$ZodIssue): string =>
  oneLine(
    [...(path.length > 0 ? [path.map(String).join('.')] : []), message.replace(/^Invalid input: /, '')].join(
      ': ',
    ),
  )

/** The key of the job that holds a slot. */
export const keyOf = (pk: ShardKey, position: Position): JobKey => ({ pk, sk: formatSortKey(position) })

/** The same job, to be tried again at `runAt`. A later time gives a new key, so that a retry cannot happen twice. */
export function nextAttempt(job: Job, runAt: number): JobItem {
  const later = Math.max(runAt, job.runAt + 1)
  return {
    ...job.item,
    ...keyOf(job.key.pk, { ...job, runAt: later }),
    task: job.task,
    payload: job.payload,
    attempt: job.attempt + 1,
  }
}
