/**
 * Events that ask for a job. The event's own id and time name the job, so a redelivered event is the same job for as long
 * as that waits for its first attempt or runs it. Redelivered after that, it makes the job again: at least once,
 * unless it brings an idempotency key.
 */
import * as z from 'zod'
import { JobExistsError, LeftToNewerError } from '../core/errors.ts'
import { countedAnyway } from '../core/job/counted.ts'
import { deadEvent } from '../core/job/dead-letter.ts'
import type { JobItem } from '../core/job/job.ts'
import { jobPoolsSchema, tagsOfJobSchema } from '../core/job/labels.ts'
import { type NewItem, newJob } from '../core/job/new-job.ts'
import { placePayload } from '../core/job/place-payload.ts'
import { type Once, receiptOf } from '../core/job/receipt.ts'
import { type Config, queueNamed } from '../core/queue/config.ts'
import type { ParsedHere } from '../core/queue/unknown.ts'
import { describeIssues } from '../core/text/issues.ts'
import { UNKNOWN_FOR_MS } from '../core/times.ts'
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
  idempotencyKey: z.string().optional(),
  idempotencyTtl: z.union([z.string(), z.number()]).optional(),
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
  { job, once }: AskedFor,
  sentAt: number,
): Promise<string | undefined> {
  const placed = placePayload(job, sentAt)
  if (!placed.ok) return placed.reason
  const queue = queueNamed(context.config, placed.value.item.pk.split('|')[0] ?? '')
  // An event cannot be told that its queue is full: its job is accepted, and counts.
  const item = queue ? countedAnyway(queue, placed.value.item) : placed.value.item
  // Whether it is this event's own receipt that is there makes no difference here.
  const receipt = receiptOf(once, item, item.sk, context.clock.now())
  if (!receipt.ok) return `detail.${receipt.reason}`
  await keepPayload(context, placed.value)
  try {
    await putNew(context.store, { item, receipt: receipt.value })
    return undefined
  } catch (error) {
    if (!(error instanceof JobExistsError)) throw error
    return `another job stands under ${item.pk} ${item.sk}: give detail.id another value`
  }
}

interface AskedFor {
  readonly job: JobItem
  readonly once: Once
}

/** The job that an event asks for, or why it asks for none that can run. */
export function jobOfEvent(config: Config, body: string): NewItem {
  const asked = readEvent(config, body)
  return asked.ok ? { ok: true, value: asked.value.job } : asked
}

function readEvent(config: Config, body: string): ParsedHere<AskedFor> {
  const event = envelopeSchema.safeParse(parseJson(body))
  if (!event.success) return malformed(`not an event: ${describeIssues(event.error)}`)
  const detail = detailSchema.safeParse(event.data.detail)
  if (!detail.success) return malformed(`detail: ${describeIssues(detail.error)}`)
  const { id, time, trigger } = event.data
  const name = trigger === undefined ? id : `${id}.${trigger}`
  const asked = { ...detail.data, payload: detail.data.payload, id: detail.data.id ?? name }
  const job = newJob(config, asked, Date.parse(time))
  return job.ok ? { ok: true, value: { job: job.value, once: detail.data } } : job
}

const malformed = (reason: string): ParsedHere<AskedFor> => ({ ok: false, reason, isUnknown: false })

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
