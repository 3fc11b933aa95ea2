/** Makes the item of a new job by its queue's rules. The client and the ingest function share it. */
import * as z from 'zod'
import { InvalidJobError, UnknownPlaceError } from '../errors.ts'
import {
  DEFAULT_PRIORITY,
  formatSortKey,
  isPriority,
  type JobId,
  parseJobId,
  QUEUE_NAME,
  type Shard,
  type ShardKey,
} from '../keys.ts'
import { homeShard } from '../limits/shards.ts'
import { type Config, type QueueConfig, queueNamed } from '../queue/configured.ts'
import { type ForLane, laneOf, shardsOfLane } from '../queue/covering.ts'
import { newLaneProblem } from '../queue/lane-problem.ts'
import { givenPartition, partitionOf } from '../queue/partition.ts'
import { isTaskName, TASK_NAME_RULE } from '../queue/task-name.ts'
import { noQueue, type ParsedHere } from '../queue/unknown.ts'
import { clipValue } from '../text/clip.ts'
import { type Duration, parseDuration } from '../text/duration.ts'
import { isValidInstant } from '../text/instant.ts'
import { describeIssues } from '../text/issues.ts'
import type { Parsed } from '../text/parsed.ts'
import { costOfNew } from './cost.ts'
import { costSchema } from './cost-input.ts'
import type { JobItem } from './job.ts'
import { jobPoolsSchema, type Labels, labelsOf, tagsOfJobSchema } from './labels.ts'
import { storable } from './payload.ts'

export interface NewJob extends Labels {
  /** As how many starts it counts. Default: one, or as its queue says. */
  readonly cost?: number | undefined
  readonly queue: string
  readonly task: string
  readonly payload: unknown
  readonly meta?: Readonly<Record<string, unknown>> | undefined
  /** Instead of what the queue's rule computes. Not yet encoded for a key. */
  readonly partition?: string | undefined
  /** 0 (first) to 9. Default 5. */
  readonly priority?: number | undefined
  /** Not before this time: epoch ms, a Date, or text as ISO 8601. */
  readonly runAt?: number | Date | string | undefined
  /** Not before so much time has passed. Excludes `runAt`. */
  readonly delay?: Duration | string | undefined
  /** If it has not started so long after it became due, it never does. */
  readonly ttl?: Duration | string | undefined
  /** Up to 64 letters, digits and _.:@=+~- */
  readonly id: string
}

export type NewItem = ParsedHere<JobItem>

/**
 * The item of the job with its payload inside, or why there can be none. `now` counts if no time is given. How large it
 * may be depends on where its payload is kept: `place-payload.ts`.
 */
export function newJob(config: Config, job: NewJob, now: number): NewItem {
  try {
    return { ok: true, value: toItem(config, job, now) }
  } catch (error) {
    if (!(error instanceof InvalidJobError)) throw error
    return { ok: false, reason: error.message, isUnknown: error instanceof UnknownPlaceError }
  }
}

/** Callers without TypeScript are told, too. Times, priorities and payloads are checked where they are used. */
const textsSchema = z.object({
  queue: z.string(),
  task: z.string(),
  id: z.string(),
  partition: z.string().optional(),
  meta: z.record(z.string(), z.unknown()).optional(),
  tags: tagsOfJobSchema.optional(),
  pools: jobPoolsSchema.optional(),
  cost: costSchema.optional(),
})

function toItem(config: Config, job: NewJob, now: number): JobItem {
  const texts = textsSchema.safeParse(job)
  if (!texts.success) throw new InvalidJobError(describeIssues(texts.error))
  const queue = queueNamed(config, job.queue)
  if (!queue) throw unknownQueue(config, job.queue)
  if (!isTaskName(job.task)) throw new InvalidJobError(`a task's name ${TASK_NAME_RULE}`)
  const id = orThrow(parseJobId(job.id))
  const payload = orThrow(storable(job.payload, 'payload'))
  const meta =
    job.meta === undefined ? {} : { meta: orThrow(storable(job.meta, 'meta')) as Record<string, unknown> }
  const partition = partitionFor(queue, { ...job, payload, ...meta })
  const labels = labelsOf(texts.data)
  const shard = { queue: queue.name, ...(partition === undefined ? {} : { partition }) }
  const pk = homeOf(config, shard, { ...labels, ...meta, task: job.task, payload }, id)
  const runAt = timeOf(job, now)
  const sk = formatSortKey({ priority: priorityOf(job.priority), runAt, id })
  const cost = costOfNew(config, pk, texts.data.cost)
  if (!cost.ok) throw new UnknownPlaceError(cost.reason)
  return { pk, sk, task: job.task, payload, ...meta, ...labels, ...cost.value, ...lastStart(job.ttl, runAt) }
}

function homeOf(config: Config, shard: Shard, job: ForLane, id: JobId): ShardKey {
  const lane = orThrow(laneOf(config, shard, job))
  const home: Shard = { ...shard, ...(lane === undefined ? {} : { lane }) }
  const problem = newLaneProblem(config, home)
  if (problem !== undefined) throw new UnknownPlaceError(problem)
  return homeShard(home, id, shardsOfLane(config, home))
}

function unknownQueue(config: Config, name: string): InvalidJobError {
  const message = noQueue(config, name)
  return QUEUE_NAME.test(name) ? new UnknownPlaceError(message) : new InvalidJobError(message)
}

function orThrow<T>(result: Parsed<T>): T {
  if (result.ok) return result.value
  throw new InvalidJobError(result.reason)
}

function partitionFor(queue: QueueConfig, job: NewJob): string | undefined {
  if (!queue.partition) {
    if (job.partition === undefined) return undefined
    throw new UnknownPlaceError(`queue "${queue.name}" is not partitioned: leave partition out`)
  }
  if (job.partition === undefined) return partitionOf(queue.partition, job)
  return givenPartition(job.partition)
}

function priorityOf(priority: number = DEFAULT_PRIORITY) {
  if (isPriority(priority)) return priority
  throw new InvalidJobError(`priority ${clipValue(priority)} is not a whole number from 0 (first) to 9`)
}

function timeOf({ runAt, delay }: NewJob, now: number): number {
  if (runAt !== undefined && delay !== undefined) throw new InvalidJobError('give runAt or delay, not both')
  const delay_ms = delay === undefined ? 0 : parseDuration(delay)
  if (delay_ms === undefined || delay_ms < 0)
    throw new InvalidJobError(`delay "${clipValue(delay)}" is not a duration like "30s" or "5m"`)
  const time = runAt === undefined ? now + delay_ms : instantOf(runAt)
  if (isValidInstant(time)) return time
  const given =
    runAt === undefined ? `delay "${clipValue(delay)}" ends at what` : `runAt "${clipValue(runAt)}"`
  throw new InvalidJobError(`${given} is not a time between 1970 and 9999`)
}

function lastStart(ttl: NewJob['ttl'], runAt: number): Pick<JobItem, 'startBefore'> {
  if (ttl === undefined) return {}
  const ttl_ms = parseDuration(ttl)
  if (ttl_ms === undefined || ttl_ms <= 0)
    throw new InvalidJobError(`ttl "${clipValue(ttl)}" is not a duration like "30s" or "5m"`)
  if (isValidInstant(runAt + ttl_ms)) return { startBefore: runAt + ttl_ms }
  throw new InvalidJobError(`ttl "${clipValue(ttl)}" ends at what is not a time between 1970 and 9999`)
}

const instantOf = (time: unknown): number =>
  typeof time === 'string' || typeof time === 'number' || time instanceof Date
    ? new Date(time).getTime()
    : Number.NaN
