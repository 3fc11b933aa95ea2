/**
 * A partition that is slowed down starts nothing before a time, because the service that its jobs call, or a person, has
 * asked for it. It stands in the partition's plain shard, and ends by itself.
 */
import * as z from 'zod'
import { oneLine } from '../text/clip.ts'

/** A day: a service that asks for more had better be paused by a person. */
export const LONGEST_SLOW_DOWN_MS = 86_400_000

export const slowDownSchema = z.strictObject({
  /** Epoch ms. */
  until: z.int().min(0),
  reason: z.string().min(1).max(1024),
  by: z.string().min(1).max(256).optional(),
})
export type SlowDown = z.infer<typeof slowDownSchema>

/** One that has been asked for while another holds: the one that ends later. */
export const laterOf = (one: SlowDown | undefined, other: SlowDown): SlowDown =>
  one && one.until >= other.until ? one : other

/** Whether those who wait for the end of one have to be told of another, or of none: by themselves they look when it would be over. */
export const endsSooner = (was: SlowDown | undefined, is: SlowDown | undefined, now: number): boolean =>
  was !== undefined && was.until > Math.max(now, is?.until ?? 0)

/** A job that goes back unspent must not come again and again within a second. */
const SHORTEST_SLOW_DOWN_MS = 1000

/** A time that somebody has asked for, as far as it makes sense. Epoch ms. */
export const boundedUntil = (until: number, now: number): number =>
  Math.ceil(Math.max(now + SHORTEST_SLOW_DOWN_MS, Math.min(until, now + LONGEST_SLOW_DOWN_MS)))

/** What a handler or a service gives as the reason, as the item takes it: a page of HTML, or nothing at all. */
export const boundedReason = (reason: string): string =>
  oneLine(reason).trim().slice(0, 1000).toWellFormed() || 'no reason was given'
