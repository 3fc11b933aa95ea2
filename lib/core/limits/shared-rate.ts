/**
 * A rate that shards share: of all jobs of a queue, of a pool, or of a tag. The limiter's item remembers the starts, and also those
 * that are to come: a shard is *granted* a start from the time `at` on, and `until` is on record as if it had started
 * then. So all that counts against a new one is what is on record and not forgotten by the time at which it may start:
 * of all starts of a window the one that was granted last has been counted with all others. A grant that is not used is
 * forgotten like a start, so nothing has to be given back, whoever dies.
 */
import { parseShard } from '../keys.ts'
import { stableHash } from '../text/hash.ts'
import { GRANTED_AHEAD_MS, GRANTED_FOR_MS, PAUSED_RATE_LOOK_MS, START_LEAD_MS } from '../times.ts'
import type { Grant, GrantKey } from './grant.ts'
import { limitsInForce } from './in-force.ts'
import type { Borrower } from './limiter.ts'
import type { RateLimit } from './limits.ts'
import type { LimiterName } from './queue-limiter.ts'
import { rememberedFor, type StartWindow } from './window.ts'

/** A rate, as one queue has it. */
export interface SharedRate {
  readonly name: LimiterName
  readonly rateLimit: RateLimit
  /** How many starts a job counts as that does not say what it costs, by the queue it is of. */
  readonly costs: Readonly<Record<string, number>>
  /** And in any other queue. Default: one. */
  readonly cost?: number
  /** It counts how many start, whatever they say that they cost. */
  readonly countsStarts?: true
  /** It is a partition's own: what people set stands in the partition's item, and is in `rateLimit` already. */
  readonly isOwn?: true
}

/** How many starts a job in this shard counts as, if it does not say what it costs. */
export function costIn({ costs, cost = 1 }: Pick<SharedRate, 'costs' | 'cost'>, borrower: Borrower): number {
  const shard = parseShard(borrower)
  const queue = shard.ok ? shard.value.queue : ''
  return (Object.hasOwn(costs, queue) ? costs[queue] : undefined) ?? cost
}

const PAUSED: RateLimit = { allowed: 0, period_ms: 1000, margin_ms: 0 }

/** The rate that holds now: what somebody has set, or what is configured. A limiter that is paused or slowed down grants nothing. */
export function rateInForce(
  { rateLimit }: Pick<SharedRate, 'rateLimit'>,
  owner: Parameters<typeof limitsInForce>[1],
  now: number,
): RateLimit {
  const limits = limitsInForce({ rateLimit }, owner, now)
  const isStopped = limits.concurrency === 0 || limits.slowedUntil !== undefined
  return isStopped ? PAUSED : (limits.rateLimit ?? PAUSED)
}

/** What a limiter remembers, and what a job of the shard needs of it. */
export interface RateInUse {
  readonly name: LimiterName
  readonly rate: RateLimit
  readonly window: StartWindow
  /** As how many starts a job of the shard counts that does not say what it costs. */
  readonly cost: number
  readonly countsStarts?: true
  /** It grants nothing until then. Epoch ms. */
  readonly slowedUntil?: number
}

/** What a rate says of that: it counts what jobs say that they cost, or how many start. */
export const counting = (costs: boolean): Pick<SharedRate, 'countsStarts'> =>
  costs ? {} : { countsStarts: true }

/** As how many starts a job counts. What it says itself counts before what its queue says. */
export const unitsFor = (
  { cost, countsStarts }: Pick<RateInUse, 'cost' | 'countsStarts'>,
  own: number | undefined,
): number => (countsStarts ? cost : (own ?? cost))

/**
 * When a job may start at the earliest, not before `from`. Never, if the limiter is paused or the job costs too much.
 * @param own what it says that it costs
 */
export function earliestStart(use: RateInUse, from: number, own?: number): number {
  const { window, rate } = use
  const cost = unitsFor(use, own)
  if (cost > rate.allowed) return Number.POSITIVE_INFINITY
  const standing = Object.entries(window)
    .map(([end, count]) => ({ at: Number(end) + rememberedFor(rate), count }))
    .filter(({ at }) => at > from)
    .sort((one, other) => one.at - other.at)
  let [taken, time] = [standing.reduce((sum, { count }) => sum + count, 0), from]
  for (const { at, count } of standing) {
    if (taken + cost <= rate.allowed) break
    taken -= count
    time = at
  }
  return time
}

/** How many starts count against one that comes at `at`. */
export const startsAround = ({ window, rate }: Pick<RateInUse, 'window' | 'rate'>, at: number): number =>
  Object.entries(window).reduce(
    (sum, [end, count]) => sum + (Number(end) <= at && Number(end) + rememberedFor(rate) > at ? count : 0),
    0,
  )

/** Whether a limiter still knows of a grant, and it is within the rate as it is now: that may have been lowered since. */
export function isStillGranted(use: RateInUse, key: GrantKey | undefined): boolean {
  if (!key) return false
  const [name, units] = key
  return use.window[name] === units && startsAround(use, Number(name)) <= use.rate.allowed
}

/** The share of a period for which a start that was planned ahead may be late. It is lost to the rate. */
const LATE_SHARE = 80

/**
 * Until when a job may start. One that has to wait has its message early, so that it needs little; any other needs the time
 * of a message, and what it does not use is forgotten as soon as it has started; or of a pass, if the worker takes it.
 */
export function grantedUntil(at: number, rates: readonly RateLimit[], now: number, isOwn: boolean): number {
  const kept = Math.min(...rates.map(rememberedFor))
  const planned = at + Math.min(GRANTED_FOR_MS, kept / LATE_SHARE)
  if (at >= now + GRANTED_AHEAD_MS) return planned
  // Whoever waits is granted a time behind this one, so it is no longer than half a window.
  return isOwn
    ? Math.max(planned, now + GRANTED_AHEAD_MS / 2)
    : at + Math.min(GRANTED_FOR_MS, Math.max(kept / 2, GRANTED_AHEAD_MS))
}

/**
 * The text is no other grant's, so a write that was sent twice finds what it has done; as a number it is the end of a bucket.
 * @param token that nothing else has
 */
export const grantKey = (until: number, token: string): string =>
  `${Math.ceil(until)}.${String(stableHash(token)).padStart(10, '0')}`

/** A message and the write that records the start take about so long. */
const MESSAGE_MS = 100

/** Whether a job can be claimed for it now, by the worker itself or by a message. */
export const isUsable = ({ at, until }: Grant, now: number, isOwn: boolean): boolean =>
  at <= now + GRANTED_AHEAD_MS && now + (isOwn ? START_LEAD_MS : MESSAGE_MS) <= until

/** So long a shard keeps a time without asking whether there is room before: that costs a read of each limiter. */
export const isFarAhead = ({ at }: Pick<Grant, 'at'>, now: number): boolean => at > now + PAUSED_RATE_LOOK_MS

/** To be waited for. */
export const isAhead = ({ at }: Grant, now: number): boolean => at > now + GRANTED_AHEAD_MS
