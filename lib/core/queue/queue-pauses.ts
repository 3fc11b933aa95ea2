/**
 * Queues that somebody has paused as a whole, at run time. That stands in one item for all of them, which every function reads
 * as often as the record of deployments, and counts as part of the configuration: so whatever computes limits knows it, and
 * nothing that is set for a partition undoes it.
 */
import * as z from 'zod'
import { NOTE_FIELDS } from '../limits/limits.ts'

/** What waits in a queue is being woken: so many shards so far, up to this place in the State table. */
export const wokenSchema = z.strictObject({ woken: z.int().min(0), cursor: z.string().optional() })
export type WokenSoFar = z.infer<typeof wokenSchema>

/** Who has paused a queue, why and since when, or how far its resumption has come. Whatever else stands there pauses, too. */
export const queuePauseSchema = z.strictObject({
  ...NOTE_FIELDS,
  /** Epoch ms. */
  since: z.number().optional(),
  /** The queue is not paused any more. */
  resuming: wokenSchema.optional(),
})
export type QueuePause = z.infer<typeof queuePauseSchema>

/** Queue → what is said of it. */
export type QueuePauses = ReadonlyMap<string, QueuePause>

/** A pause that cannot be read is one all the same, lest something runs that was meant to stand still. */
export function toQueuePause(value: unknown): QueuePause {
  const parsed = queuePauseSchema.safeParse(value)
  return parsed.success ? parsed.data : {}
}

export const isQueuePaused = (pause: QueuePause | undefined): pause is QueuePause =>
  pause !== undefined && pause.resuming === undefined
