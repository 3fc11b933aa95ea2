/**
 * A true sliding window: in no span of `period_ms` do more than `allowed` jobs start.
 *
 * Every start is remembered until `period_ms` after it. Where `allowed` is large, starts are remembered in buckets
 * of a twentieth of the period, each under its *end*: so a bucket is forgotten no earlier than the last start in it.
 * That may hold a start back by up to 5 % of the period; it never lets one through too early.
 */
import type { RateLimit } from './limits.ts'

/** Bucket end (epoch ms, as text) → number of starts. */
export type StartWindow = Readonly<Record<string, number>>

const BUCKETS = 20

/** Without a limit starts are remembered coarsely until the next pass, in case it finds that one was set. */
const BUCKET_WITHOUT_LIMIT_MS = 1000

export function bucketWidth(rate: RateLimit | undefined): number {
  if (!rate) return BUCKET_WITHOUT_LIMIT_MS
  return rate.allowed <= BUCKETS ? 1 : Math.max(1, Math.ceil(rate.period_ms / BUCKETS))
}

/** The bucket that remembers a start at `at`, named by its end. */
export const bucketOf = (at: number, width_ms: number): string => String(Math.ceil(at / width_ms) * width_ms)

const forgottenAt = (bucket: string, rate: RateLimit | undefined): number =>
  Number(bucket) + (rate ? rate.period_ms + rate.margin_ms : 0)

/** How many starts count against the limit at `now`. */
export function startsInWindow(window: StartWindow, rate: RateLimit, now: number): number {
  return Object.entries(window).reduce(
    (sum, [end, count]) => sum + (forgottenAt(end, rate) > now ? count : 0),
    0,
  )
}

/** Buckets that no longer count, to be removed. */
export function forgottenBuckets(window: StartWindow, rate: RateLimit | undefined, now: number): string[] {
  return Object.keys(window).filter((end) => forgottenAt(end, rate) <= now)
}

/** When the next start is forgotten; with none remembered, no sooner than a window after a start at `now`. */
export function windowReopensAt(window: StartWindow, rate: RateLimit, now: number): number {
  const times = Object.keys(window)
    .map((end) => forgottenAt(end, rate))
    .filter((time) => time > now)
  return times.length > 0 ? Math.min(...times) : now + rate.period_ms + rate.margin_ms
}
