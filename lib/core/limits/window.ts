/**
 * A true sliding window: in no span of `period_ms` do more than `allowed` jobs start.
 *
 * Every start is remembered until `period_ms` and a margin after it. If `allowed` is large, starts are remembered in
 * buckets of a 32nd of the period, each under its *end*: so a bucket is forgotten no earlier than the last start in
 * it. That may hold a start back by up to 3 % of the period; it never lets one through too early.
 */

import { CLAIMED_AHEAD_MS, UNLIMITED_BUCKET_MS } from '../times.ts'
import type { RateLimit } from './limits.ts'

/** Bucket end (epoch ms, as text) → number of starts. */
export type StartWindow = Readonly<Record<string, number>>

const BUCKETS = 32

export function bucketWidth(rate: RateLimit | undefined): number {
  if (!rate) return UNLIMITED_BUCKET_MS
  return rate.allowed <= BUCKETS ? 1 : Math.max(1, Math.ceil(rate.period_ms / BUCKETS))
}

/** The bucket that remembers a start at `at`, named by its end. */
export const bucketOf = (at: number, width_ms: number): string => String(Math.ceil(at / width_ms) * width_ms)

/** For so long after it a start is remembered. */
export const rememberedFor = (rate: RateLimit | undefined): number =>
  rate ? rate.period_ms + rate.margin_ms : 0

const forgottenAt = (bucket: string, rate: RateLimit | undefined): number =>
  Number(bucket) + rememberedFor(rate)

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

/** At most half a window: claims of the window after next would have to wait for starts that nobody has made yet. */
export const claimedAhead = (rate: RateLimit): number =>
  Math.min(CLAIMED_AHEAD_MS, Math.floor(rememberedFor(rate) / 2))

/** @see startTimes */
export interface StartsInput {
  /** Claims that have not started: each may start at any moment. */
  readonly reserved: number
  readonly now: number
  /** How many times are wanted at the most. */
  readonly most: number
}

/**
 * When further jobs may start, one time for each, the earliest first: now, or when a start is forgotten soon.
 *
 * A claim for the time s is exact by the rule that holds for one that may start now: what is still remembered at s,
 * the claims that have not started and the new one are together no more than `allowed`.
 */
export function startTimes(
  window: StartWindow,
  rate: RateLimit,
  { reserved, now, most }: StartsInput,
): number[] {
  const times: number[] = []
  const add = (at: number, count: number) => {
    for (let added = 0; added < count && times.length < most; added++) times.push(at)
  }
  let free = rate.allowed - startsInWindow(window, rate, now) - reserved
  add(now, free)
  for (const { at, count } of forgottenLater(window, rate, now)) {
    if (at > now + claimedAhead(rate)) break
    add(at, Math.min(count, free + count))
    free += count
  }
  return times
}

/**
 * When to look again after all `startTimes` have been used: so long before the next start is forgotten as jobs may be
 * claimed ahead. If no start is remembered, the next is forgotten one full window from now at the earliest.
 */
export function windowReopensAt(window: StartWindow, rate: RateLimit, now: number): number {
  const ahead = claimedAhead(rate)
  const next = forgottenLater(window, rate, now).find(({ at }) => at > now + ahead)
  return (next?.at ?? now + rememberedFor(rate)) - ahead
}

/** When the first of the starts that are remembered now is forgotten. */
export const nextForgotten = (
  window: StartWindow,
  rate: RateLimit | undefined,
  now: number,
): number | undefined => rate && forgottenLater(window, rate, now)[0]?.at

const forgottenLater = (window: StartWindow, rate: RateLimit, now: number) =>
  Object.entries(window)
    .map(([end, count]) => ({ at: forgottenAt(end, rate), count }))
    .filter(({ at }) => at > now)
    .sort((a, b) => a.at - b.at)
