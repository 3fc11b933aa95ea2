/**
 * Events that ask for a job. The event's own id and time name the job, so a redelivered event is the same job for as long
 * as that waits for its first attempt or runs it. Redelivered after that, it makes the job again: at least once,
 * unless it brings an idempotency key. Of unique and debounced events the time counts, for they come in any order.
 */
import * as z from 'zod'
import { JobExistsError, LeftToNewerError } from '../core/errors.ts'
import { costSchema } from '../core/job/cost-input.ts'
import { countedAnyway } from '../core/job/counted.ts'
import { deadEvent } from '../core/job/dead-letter.ts'
import type { JobItem } from '../core/job/job.ts'
import { jobPoolsSchema, tagsOfJobSchema } from '../core/job/labels.ts'
import type { Unique } from '../core/job/lock.ts'
import { type NewItem as NewJobItem, newJob } from '../core/job/new-job.ts'
import { delayOf, type NewItem, type OneOnly, onlyOne } from '../core/job/one-only.ts'
import { placePayload } from '../core/job/place-payload.ts'
import { type Config, queueNamed } from '../core/queue/config.ts'
import type { ParsedHere } from '../core/queue/unknown.ts'
import { describeIssues } from '../core/text/issues.ts'
import { type Parsed, parsed, refused } from '../core/text/parsed.ts'
import { CLOCK_SKEW_MS, UNKNOWN_FOR_MS } from '../core/times.ts'
import type { WorkerContext } from './context.ts'
import { putNew } from './enqueue-once.ts'
import { keepPayload } from './kept-payloads.ts'

const envelopeSchema = z.object({
  id: z.string().min(1),
  time: z.iso.datetime({ offset: true }),
  detail: z.unknown(),
  /** Which of the user's triggers made this of their event: each makes a job of its own. */
  trigger: z.string().optional(),
})

const detailSchema = z.strictObject({
  queue: z.string(),
  task: z.string(),
  payload: z.unknown().optional(),
  meta: z.record(z.string(), z.unknown()).optional(),
  partition: z.union([z.string(), z.number().transform(String)]).optional(),
  priority: z.number().optional(),
  runAt: z.union([z.string(), z.number()]).optional(),
  delay: z.union([z.string(), z.number()]).optional(),
  ttl: z.union([z.string(), z.number()]).optional(),
  id: z.string().optional(),
  tags: tagsOfJobSchema.optional(),
  pools: jobPoolsSchema.optional(),
  cost: costSchema.optional(),
  idempotencyKey: z.string().optional(),
  idempotencyTtl: z.union([z.string(), z.number()]).optional(),
  /** `onlyOne` says what is wrong with it. */
  unique: z.custom<Unique>().optional(),
  debounce: z
    .strictObject({
      key: z.string(),
      wait: z.union([z.string(), z.number()]),
      max: z.union([z.string(), z.number()]).optional(),
    })
    .optional(),
})

type IngestContext = Pick<WorkerContext, 'config' | 'store' | 'payloads' | 'clock' | 'events'>

/**
 * Puts the job of one event, or puts the event into the dead letters with the reason. `id` names it there.
 * @param sentAt when the event came into the ingest queue, epoch ms. Default: now
 * @throws LeftToNewerError if a newer function may know its queue: it has to come again. Not after a day.
 */
export async function ingest(
  context: IngestContext,
  body: string,
  id: string,
  sentAt: number = context.clock.now(),
): Promise<void> {
  const now = context.clock.now()
  const asked = readEvent(context.config, body)
  if (!asked.ok && asked.isUnknown && now - sentAt < UNKNOWN_FOR_MS) throw new LeftToNewerError(asked.reason)
  const reason = asked.ok ? await putProblem(context, asked.value, sentAt) : asked.reason
  if (reason === undefined) return
  await context.store.history.bury(
    deadEvent({ queue: queueNameIn(body), id, event: eventIn(body) }, reason, now),
  )
  context.events.emit({ kind: 'event refused', id, reason })
}

/** An event that comes again puts the same payload under the same key: it is the same job. */
async function putProblem(
  context: IngestContext,
  { at, ...asked }: AskedFor,
  sentAt: number,
): Promise<string | undefined> {
  const isOnce = asked.once.idempotencyKey !== undefined
  const only = onlyOf({ ...asked, at: isOnce ? context.clock.now() : at }, sentAt)
  if (!only.ok) return only.reason
  const placed = placePayload(only.value.item, sentAt)
  if (!placed.ok) return placed.reason
  const queue = queueNamed(context.config, placed.value.item.pk.split('|')[0] ?? '')
  // An event cannot be told that its queue is full: its job is accepted, and counts.
  const item = queue ? countedAnyway(queue, placed.value.item) : placed.value.item
  await keepPayload(context, placed.value)
  try {
    await putNew(context.store, { ...only.value, item })
    return undefined
  } catch (error) {
    if (!(error instanceof JobExistsError)) throw error
    return `another job stands under ${item.pk} ${item.sk}: give detail.id another value`
  }
}

interface AskedFor {
  readonly job: JobItem
  readonly once: OneOnly
  /** The event's time, epoch ms. */
  readonly at: number
  /** The event's own name, whatever its job is called. */
  readonly event: string
}

/**
 * Whether it is this event's own receipt or lock that is there makes no difference: the mark is the same each time. The job's
 * key would be another event's as well: several may name one id, and the time of events is in seconds.
 */
function onlyOf({ job, once, at, event }: AskedFor, sentAt: number): Parsed<NewItem> {
  const only = onlyOne(once, job, event, at)
  if (!only.ok)
    return refused(only.reason.startsWith('give') ? `detail: ${only.reason}` : `detail.${only.reason}`)
  const { lock, ...rest } = only.value
  // Whoever sends an event may say any time. One that is ahead would keep all others from counting until then.
  const eventAt = Math.min(at, sentAt + CLOCK_SKEW_MS)
  return parsed(lock ? { ...rest, lock: { ...lock, eventAt } } : rest)
}

/** The job that an event asks for, or why it asks for none that can run. */
export function jobOfEvent(config: Config, body: string): NewJobItem {
  const asked = readEvent(config, body)
  if (!asked.ok) return asked
  // Whose key is wrong was refused because of that, and is again.
  const only = onlyOf(asked.value, asked.value.at)
  return only.ok ? { ok: true, value: only.value.item } : malformed(only.reason)
}

function readEvent(config: Config, body: string): ParsedHere<AskedFor> {
  const event = envelopeSchema.safeParse(parseJson(body))
  if (!event.success) return malformed(`not an event: ${describeIssues(event.error)}`)
  const detail = detailSchema.safeParse(event.data.detail)
  if (!detail.success) return malformed(`detail: ${describeIssues(detail.error)}`)
  const { id, time, trigger } = event.data
  const name = trigger === undefined ? id : `${id}.${trigger}`
  const delay = delayOf(detail.data)
  if (!delay.ok) return malformed(`detail: ${delay.reason}`)
  const { payload, id: named = name } = detail.data
  const at = Date.parse(time)
  const job = newJob(config, { ...detail.data, ...delay.value, payload, id: named }, at)
  return job.ok ? { ok: true, value: { job: job.value, once: detail.data, at, event: name } } : job
}

const malformed = <T>(reason: string): ParsedHere<T> => ({ ok: false, reason, isUnknown: false })

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The event, or its text if that is no JSON, or nested too deeply to be written as JSON again. */
function eventIn(body: string): unknown {
  try {
    const event: unknown = JSON.parse(body)
    JSON.stringify(event)
    return event
  } catch {
    return body
  }
}

function queueNameIn(body: string): string {
  const detail = z.object({ detail: z.object({ queue: z.string() }) }).safeParse(parseJson(body))
  return detail.success ? detail.data.detail.queue : 'unknown'
}
