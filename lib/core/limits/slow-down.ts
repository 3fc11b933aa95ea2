/**
 * A partition that is slowed down starts nothing before a time, because the service that its jobs call, or a person, has
 * asked for it. It stands in the partition's plain shard, and ends by itself.
 */
import * as z from 'zod'

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

/** @param until epoch ms, at most a day from now */
export const bounded = (until: number, now: number): number => Math.min(until, now + LONGEST_SLOW_DOWN_MS)
