/**
 * Events that ask for a job. The event's own id and time name the job, so that one delivered twice makes one
 * job while that waits or runs. One that comes again after its job is done makes it again: at least once.
 */
import * as z from 'zod'
import type { Config } from '../core/config.ts'
import { deadEvent } from '../core/dead-letter.ts'
import { describeIssue, type JobItem } from '../core/job.ts'
import { type Parsed, refused } from '../core/keys.ts'
import { newJob } from '../core/new-job.ts'
import type { Context } from './context.ts'

export const ENQUEUE_DETAIL_TYPE = 'sluice.enqueue'

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
  id: z.string().optional(),
})

type IngestContext = Pick<Context, 'config' | 'store' | 'clock' | 'logger'>

/** Puts the job of one event, or puts the event into the dead letters with the reason. `id` names it there. */
export async function ingest(context: IngestContext, body: string, id: string): Promise<void> {
  const item = jobOfEvent(context.config, body)
  if (item.ok) {
    await context.store.jobs.put(item.value)
    return
  }
  context.logger.error('event refused', { id, reason: item.reason })
  const letter = deadEvent(queueNameIn(body), id, eventIn(body), item.reason, context.clock.now())
  await context.store.history.bury(letter)
}

/** The job that an event asks for, or why it asks for none that can run. */
export function jobOfEvent(config: Config, body: string): Parsed<JobItem> {
  const event = envelopeSchema.safeParse(parseJson(body))
  if (!event.success) return refused(`not an event: ${event.error.issues.map(describeIssue).join('; ')}`)
  const detail = detailSchema.safeParse(event.data.detail)
  if (!detail.success) return refused(`detail: ${detail.error.issues.map(describeIssue).join('; ')}`)
  const { id, time, trigger } = event.data
  const name = trigger === undefined ? id : `${id}.${trigger}`
  return newJob(
    config,
    { ...detail.data, payload: detail.data.payload, id: detail.data.id ?? name },
    Date.parse(time),
  )
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The event, or its text where that is no JSON, or nested too deeply to be written as JSON again. */
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
