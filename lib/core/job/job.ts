/** A job, and the item in the Jobs table that stands for it. Anybody may have written that item. */
import * as z from 'zod'
import { isDeepEqual } from '../deep-equal.ts'
import {
  formatSortKey,
  type JobKey,
  type Position,
  parseShard,
  parseSortKey,
  type Shard,
  type ShardKey,
  type SortKey,
} from '../keys.ts'
import { type Config, type QueueConfig, queueNamed } from '../queue/configured.ts'
import { laneOf } from '../queue/covering.ts'
import { laneProblem } from '../queue/lane-problem.ts'
import { MAX_TASK_LENGTH } from '../queue/task-name.ts'
import { noQueue, type ParsedHere } from '../queue/unknown.ts'
import { type FromTick, tickOfJobSchema } from '../schedule/tick-schema.ts'
import { describeIssues } from '../text/issues.ts'
import { type Parsed, parsed, refused } from '../text/parsed.ts'
import { PAYLOAD_LIFETIMES_DAYS } from '../times.ts'
import { type Content, contentOf, contentProblem } from './content.ts'
import { type Costly, costProblem } from './cost.ts'
import { costSchema } from './cost-input.ts'
import type { CountedIn } from './counted-in.ts'
import { type Cancellation, cancellationSchema, startBeforeSchema } from './doom.ts'
import { sizeProblem } from './item-size.ts'
import { jobPoolsSchema, type Labels, labelsOf, tagsOfJobSchema } from './labels.ts'
import { jsonProblem } from './payload.ts'
import { isPayloadKey, isSamePayload, type PayloadKey } from './payload-key.ts'
import type { Waits } from './wait.ts'

/** Why an item's attributes could not be read. Such an item has its two keys only, and goes to the dead letters. */
export const UNREADABLE: unique symbol = Symbol('unreadable')

/** An item of the Jobs table as it stands there. Only its keys are known to be text. */
export type RawItem = Readonly<Record<string, unknown>> & {
  readonly pk: string
  readonly sk: string
  readonly [UNREADABLE]?: string
}

export interface Job extends Position, Content, Labels, Costly, FromTick {
  readonly key: JobKey
  readonly shard: Shard
  readonly queue: QueueConfig
  /** Absent until a worker has fetched it, if it is kept outside of the item. */
  readonly payload?: unknown
  readonly meta?: Readonly<Record<string, unknown>>
  /** From 1. */
  readonly attempt: number
  /** Epoch ms since which no worker could run it: none has known its task, or its payload could not be read. */
  readonly unknownSince?: number
  /** It shares no process with other jobs: one that it shared has died, and it may have been the one that killed it. */
  readonly alone?: true
  /** Its first attempt starts before this, or never. Epoch ms. */
  readonly startBefore?: number
  /** Somebody has cancelled it. */
  readonly cancellation?: Cancellation
  /** When its handler was called, epoch ms. It stands in no item: only the worker that runs the job knows it. */
  readonly startedAt?: number
  /** For what it waited until it was claimed, as far as that is known. It stands in no item either. */
  readonly waits_ms?: Waits
  readonly item: RawItem
}

/** The job that an item stands for, or why it stands for none. */
export type ParsedJob = ParsedHere<Job>

/** What a client, an event or a retry puts into the Jobs table. */
export interface JobItem extends RawItem, Content, Labels, Costly, FromTick {
  readonly pk: ShardKey
  readonly sk: SortKey
  readonly meta?: Readonly<Record<string, unknown>>
  readonly attempt?: number
  readonly unknownSince?: number
  readonly alone?: true
  /** As long as it is there, its queue accepts no other job with this key: `lock.ts`. */
  readonly uniqueKey?: string
  readonly startBefore?: number
  /** It counts for the size of its queue: `counted.ts`. */
  readonly countedIn?: CountedIn
}

const KEY_FORMAT = `is not ${PAYLOAD_LIFETIMES_DAYS.map((days) => `${days}d/`).join(' or ')} and the SHA-256 of a payload in hexadecimal digits`

const itemSchema = z.object({
  task: z.string().min(1).max(MAX_TASK_LENGTH),
  payload: z.unknown().optional(),
  payloadKey: z.custom<PayloadKey>(isPayloadKey, KEY_FORMAT).optional(),
  meta: z.record(z.string(), z.unknown()).optional(),
  attempt: z.int().min(1).optional(),
  unknownSince: z.int().min(0).optional(),
  alone: z.literal(true).optional(),
  startBefore: startBeforeSchema.optional(),
  tags: tagsOfJobSchema.optional(),
  pools: jobPoolsSchema.optional(),
  cost: costSchema.optional(),
  cancellation: cancellationSchema.optional(),
  schedule: tickOfJobSchema.optional(),
  /** Whatever it is, for what makes no sense counts nowhere: `counted.ts`. */
  countedIn: z.unknown().optional(),
})

/** What the reading of an item looks at: without one of these it is another item than with it. */
export const JUDGED_ATTRIBUTES: readonly string[] = Object.keys(itemSchema.shape)

/**
 * Reads an item by the configuration; the reason of a refusal goes into the dead letters. What is wrong whatever the
 * configuration says comes first, so that only a good item is left to a newer one.
 */
export function parseJob(config: Config, item: RawItem): ParsedJob {
  const parts = parseParts(item)
  if (!parts.ok) return malformed(parts.reason)
  const { shard, position, body } = parts.value
  const place = placeOf(config, shard)
  if (!place.ok) return { ok: false, reason: place.reason, isUnknown: true }
  const lane = laneOf(config, shard, body)
  if (!lane.ok) return unfit(lane.reason)
  const dear = costProblem(config, shard, body.cost)
  if (dear !== undefined) return unfit(dear)
  const { meta, attempt = 1, unknownSince, alone, startBefore, cancellation, schedule, cost } = body
  const job: Job = {
    ...position,
    key: { pk: item.pk as ShardKey, sk: item.sk as SortKey },
    shard,
    queue: place.value,
    ...contentOf(body),
    ...(meta ? { meta } : {}),
    ...labelsOf(body),
    ...(cost === undefined || place.value.batch ? {} : { cost }),
    attempt,
    ...(unknownSince === undefined ? {} : { unknownSince }),
    ...(alone ? { alone } : {}),
    ...(startBefore === undefined ? {} : { startBefore }),
    ...(cancellation ? { cancellation } : {}),
    ...(schedule ? { schedule } : {}),
    item,
  }
  return { ok: true, value: job }
}

const malformed = (reason: string): ParsedJob => ({ ok: false, reason, isUnknown: false })
const unfit = (reason: string): ParsedJob => ({ ok: false, reason, isUnknown: false, byConfiguration: true })

/** What an item says by itself, without a configuration. */
function parseParts(item: RawItem): Parsed<{
  readonly shard: Shard
  readonly position: Position
  readonly body: z.output<typeof itemSchema>
}> {
  if (item[UNREADABLE] !== undefined) return refused(`the item cannot be read: ${item[UNREADABLE]}`)
  const shard = parseShard(item.pk)
  if (!shard.ok) return shard
  const position = parseSortKey(item.sk)
  if (!position.ok) return position
  const body = itemSchema.safeParse(item)
  if (!body.success) return refused(describeIssues(body.error))
  const { payload, meta } = body.data
  const problem =
    contentProblem(body.data) ??
    jsonProblem(payload, 'payload') ??
    jsonProblem(meta ?? null, 'meta') ??
    sizeProblem(item)
  return problem
    ? refused(problem)
    : parsed({ shard: shard.value, position: position.value, body: body.data })
}

/** The queue of a shard, or why this configuration has no place for it. */
export function placeOf(config: Config, shard: Shard): Parsed<QueueConfig> {
  const queue = queueNamed(config, shard.queue)
  if (!queue) return refused(noQueue(config, shard.queue))
  const misplaced = partitionProblem(queue, shard) ?? laneProblem(config, shard)
  return misplaced ? refused(misplaced) : parsed(queue)
}

/** Both keys of an item as one text, to tell items apart by. */
export const keyText = ({ pk, sk }: Pick<RawItem, 'pk' | 'sk'>): string => `${pk}\n${sk}`

/** What makes the work of a job: all that a reading looks at, but for where it counts and for the mark of somebody who has cancelled it. */
export const isOfWork = (name: string): boolean => name !== 'cancellation' && name !== 'countedIn'

/** Whether two items under one key are one job: what a reading looks at is the same in both. */
export const isSameItem = (one: RawItem, other: RawItem): boolean =>
  JUDGED_ATTRIBUTES.filter(isOfWork).every((name) =>
    name === 'payloadKey' ? isSamePayload(one[name], other[name]) : isDeepEqual(one[name], other[name]),
  )

export function partitionProblem(queue: QueueConfig, shard: Shard): string | undefined {
  if (queue.partition && shard.partition === undefined)
    return `queue "${queue.name}" is partitioned: pk must be ${queue.name}|<partition>`
  if (!queue.partition && shard.partition !== undefined)
    return `queue "${queue.name}" is not partitioned: pk must be ${queue.name}`
  return undefined
}

/** The key of the job that holds a slot. */
export const keyOf = (pk: ShardKey, position: Position): JobKey => ({ pk, sk: formatSortKey(position) })
