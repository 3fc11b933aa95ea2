/** What a partition may do, as it is configured and as somebody has set it at run time. */
import * as z from 'zod'
import type { AdaptiveRule } from './adaptive.ts'
import type { Derivation } from './app-rate.ts'
import type { BatchRule } from './batch-rule.ts'
import type { SharedStarts } from './grant.ts'
import type { Kept } from './guarantee.ts'
import type { LimiterName } from './queue-limiter.ts'

export interface RateLimit {
  /** How many jobs may start in any window of `period_ms`. */
  readonly allowed: number
  readonly period_ms: number
  /**
   * How much longer than `period_ms` a start is remembered: the time that may pass between a handler's start and
   * the moment the service that it calls sees it.
   */
  readonly margin_ms: number
  /** It was said as the shortest time between two starts: one start, in any window of that. */
  readonly isInterval?: true
}

/** A limit of 0 pauses; an absent one means unlimited. */
export interface Limits {
  readonly concurrency?: number
  readonly rateLimit?: RateLimit
  /** Of a queue that counts what its jobs cost: the rate that its partitions have instead. It is granted, and not lent. */
  readonly costRate?: RateLimit
  /** Epoch ms before which nothing starts. */
  readonly slowedUntil?: number
  /** The concurrency comes from an app's rate: a partition keeps its own number. */
  readonly derivation?: Derivation
  /** As configured: slower by itself, while too many attempts fail. */
  readonly adaptive?: AdaptiveRule
  /** As configured: `rateLimit`, whoever sets it, counts what jobs cost. */
  readonly costs?: true
  /** As configured: several jobs are one attempt. */
  readonly batch?: BatchRule
  /** Somebody has paused the whole queue: see `queue-pauses.ts`. */
  readonly queuePaused?: PauseNote
  /** Somebody has set limits for all partitions of the queue: see `queue-limits.ts`. */
  readonly queueLimits?: QueueOverride
}

/** `problem`: nobody can read them. */
interface QueueOverride extends Omit<LimitOverride, 'paused' | 'guaranteed'> {
  readonly since?: number | undefined
  readonly problem?: string
}

interface PauseNote {
  readonly by?: string | undefined
  readonly reason?: string | undefined
  /** Epoch ms. */
  readonly since?: number | undefined
}

/** Who writes more means no limit, and leaves it out. */
export const MOST_ALLOWED = 1_000_000
/** In a shorter one no start could be recorded before it is forgotten again. */
export const SHORTEST_PERIOD_MS = 100
/** A year: no period, margin or delay is longer. */
export const LONGEST_MS = 365 * 86_400_000

const count = z.int().min(0).max(MOST_ALLOWED)

/** Who set limits, and why. */
export const NOTE_FIELDS = {
  by: z.string().min(1).max(256).optional(),
  reason: z.string().min(1).max(1024).optional(),
}

/**
 * Limits of one partition, or the units of a limiter, that replace the configured ones, kept in the item that owns them. A
 * pause is part of it, for a function of an earlier version takes what it does not know there for a limit that makes no sense, and
 * pauses, too.
 */
export const overrideSchema = z.strictObject({
  concurrency: count.optional(),
  rateLimit: z
    .strictObject({
      allowed: count,
      period_ms: z.int().min(SHORTEST_PERIOD_MS).max(LONGEST_MS),
      margin_ms: z.int().min(0).max(LONGEST_MS).optional(),
    })
    .optional(),
  /** Of a total: how many units partitions are guaranteed, by their names in keys. */
  guaranteed: z.record(z.string(), count.min(1)).optional(),
  ...NOTE_FIELDS,
  paused: z.strictObject(NOTE_FIELDS).optional(),
})
export type LimitOverride = z.infer<typeof overrideSchema>

/** The most slots that one item holds. Beyond it an item becomes slow and dear: 100 slots are about 9 KB. */
export const MAX_SLOTS_PER_SHARD = 100
/** The most jobs that it lists, if several share a slot: about 60 KB. */
export const MAX_JOBS_PER_SHARD = 1000

/** How many slots one shard has at the most. */
export const mostSlots = ({ batch }: Pick<Limits, 'batch'>): number =>
  Math.min(MAX_SLOTS_PER_SHARD, batch ? Math.floor(MAX_JOBS_PER_SHARD / batch.size) : MAX_SLOTS_PER_SHARD)

export interface LimiterUse {
  readonly lent: number
  readonly units: number
  /** What is kept for other partitions, to which it is guaranteed. */
  readonly kept?: Kept
}

export interface LimiterInTheWay extends LimiterUse {
  readonly name: LimiterName
  /** The shard cannot come to stand in its line, and has to look again itself. */
  readonly isLineFull?: true
  /** When it does. Epoch ms. */
  readonly lookAt?: number
}

/** What one shard may do. */
export interface ShardLimits {
  /** How many of its jobs may be in flight. */
  readonly slots: number
  readonly rateLimit?: RateLimit
  /** The partition's rate, if it counts what jobs cost: it grants each start, as a shared one does. */
  readonly costRate?: RateLimit
  /** Nothing of the whole partition may start. */
  readonly isPaused?: true
  /** Nothing of the whole partition may start before that. Epoch ms. */
  readonly slowedUntil?: number
  /** The limiter that is slowed down until then; absent if the partition is. */
  readonly slowedBy?: LimiterName
  /** The limiter that leaves it fewer slots than all others do: how many units it has lent, and how many it has. */
  readonly limiter?: LimiterInTheWay
  /** Slower than all that, for too many attempts have failed. */
  readonly throttle?: Throttle
  /** If the queue shares rates: what they have granted. A job starts only with a grant. */
  readonly shared?: SharedStarts
  /** If several of its jobs are one attempt. */
  readonly batch?: BatchRule
}

/**
 * It takes away from the rate, and is none itself: a start that was late counts against the service's rate, and needs not be
 * begun anew for a throttle, which otherwise would let nothing start while the database is slow.
 */
export interface Throttle {
  /** So many times slower. More than 1. */
  readonly stretch: number
  /** By which starts are planned, in place of the configured one. */
  readonly rate: RateLimit
  /** How many starts it would allow if the shard had all of its partition's. */
  readonly allowedInAll: number
  /** When it becomes less slow by itself, if nothing happens. Epoch ms. */
  readonly easesAt: number
}

/** By which starts are planned, and forgotten. */
export const plannedRate = ({ throttle, rateLimit }: ShardLimits): RateLimit | undefined =>
  throttle?.rate ?? rateLimit

/** By default: a fortieth of the period, but at least 20 ms and at most 1 s. It is the share of the rate that is lost. */
export const defaultMargin = (period_ms: number): number =>
  Math.min(1000, Math.max(20, Math.round(period_ms / 40)))

type RateInput = Omit<RateLimit, 'margin_ms'> & { readonly margin_ms?: number | undefined }

export const withMargin = (rate: RateInput): RateLimit => ({
  ...rate,
  margin_ms: rate.margin_ms ?? defaultMargin(rate.period_ms),
})

export function applyOverride(configured: Limits, override: LimitOverride | undefined): Limits {
  if (!override) return configured
  const { concurrency = configured.concurrency, rateLimit } = override
  const { batch } = configured
  const rate = rateLimit ? withMargin(rateLimit) : configured.rateLimit
  return {
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(rate ? { rateLimit: rate } : {}),
    ...(batch ? { batch } : {}),
  }
}
