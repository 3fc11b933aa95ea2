/** The job that a dead letter's text stands for, by the configuration as it is now. */
import * as z from 'zod'
import { contentOf, type DeadLetter } from '../../core/job/dead-letter.ts'
import type { JobItem, RawItem } from '../../core/job/job.ts'
import { jsonProblem } from '../../core/job/payload.ts'
import { isPayloadKey, type PayloadKey } from '../../core/job/payload-key.ts'
import { dueFrom, requeued } from '../../core/job/requeue.ts'
import { type Config, type QueueConfig, queueNamed } from '../../core/queue/config.ts'
import { type Parsed, parsed, refused } from '../../core/text/parsed.ts'
import { jobOfEvent } from '../ingest.ts'

/** Letters hold items of the Jobs table, and events that never became one. */
const itemSchema = z.looseObject({ pk: z.string(), sk: z.string() })
const eventSchema = z.looseObject({ detail: z.looseObject({}) })

export interface Redriving {
  readonly now: number
  /** Another queue than its own. */
  readonly to?: string | undefined
  /** The job's payload, if that is kept outside of its item. */
  readonly fetched?: unknown
}

/** Where the payload of a letter's job is kept, if not in the letter. */
export function payloadKeyOf(letter: DeadLetter): PayloadKey | undefined {
  const content = contentOf(letter)
  const item = content.ok ? itemSchema.safeParse(content.value) : undefined
  return item?.success && isPayloadKey(item.data['payloadKey']) ? item.data['payloadKey'] : undefined
}

/** With all its attempts before it, without what kept it from starting, due from `now` on, but not before the time that was asked for. Or why it cannot run. */
export function jobOfLetter(
  config: Config,
  letter: DeadLetter,
  { now, to, fetched }: Redriving,
): Parsed<JobItem> {
  const content = contentOf(letter)
  if (!content.ok) return content
  const item = itemOf(config, content.value, to)
  if (!item.ok) return item
  const { attempt: _, unknownSince: _1, startBefore: _2, cancellation: _3, ...fresh } = item.value
  const job = requeued(config, fresh, to, fetched)
  if (!job.ok) return job
  // Whatever else the item brings has to be put, too.
  const problem = jsonProblem(job.value, 'the item')
  return problem ? refused(problem) : parsed(dueFrom(now, job.value))
}

function itemOf(config: Config, content: unknown, to: string | undefined): Parsed<RawItem> {
  const item = itemSchema.safeParse(content)
  if (item.success) return parsed(content as RawItem)
  return jobOfEvent(config, eventFor(content, to === undefined ? undefined : queueNamed(config, to)))
}

/** What an event says of its queue holds no more if its job goes to another. */
function eventFor(content: unknown, queue: QueueConfig | undefined): string {
  const event = eventSchema.safeParse(content)
  if (!queue || !event.success) return JSON.stringify(content)
  const { partition, ...detail } = event.data.detail
  return JSON.stringify({
    ...event.data,
    detail: { ...detail, queue: queue.name, ...(queue.partition ? { partition } : {}) },
  })
}
