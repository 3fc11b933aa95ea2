/** A limiter as a whole, read and not changed: its own item, and those of its chunks if it is divided. */
import { DEFAULT_PRIORITY } from '../../core/keys.ts'
import { NO_BOOKS } from '../../core/limits/books.ts'
import { freeInAll, isDividedNow } from '../../core/limits/chunk.ts'
import { guaranteeInForce, guaranteeSeen } from '../../core/limits/guarantee-in-force.ts'
import { capOf, limitsInForce, NO_UNITS } from '../../core/limits/in-force.ts'
import { lineOf } from '../../core/limits/lending.ts'
import { type Borrower, type Limiter, lentOut, outstanding } from '../../core/limits/limiter.ts'
import type { Limits } from '../../core/limits/limits.ts'
import { priorityIn } from '../../core/limits/place.ts'
import { limiterKey, type QueueLimiter, weightIn } from '../../core/limits/queue-limiter.ts'
import { earliestStart, rateInForce, type SharedRate } from '../../core/limits/shared-rate.ts'
import { startsInWindow } from '../../core/limits/window.ts'
import type { KnownLimiter } from '../../core/queue/pools.ts'
import type { ShardState } from '../../core/shard/state.ts'
import { type Glanced, holdersWithJobs, toLookAt, waitingSince } from '../../core/why/holders.ts'
import type { LimiterInfo, LimiterRate } from '../../core/why/limiter-info.ts'
import { NEWCOMER, type Whole } from '../../core/why/newcomer.ts'
import { readState } from '../read-state.ts'
import { joinedBooks, readChunks } from './limiter-parts.ts'
import type { Eyes } from './look-at.ts'

export interface SeenLimiter {
  readonly at: number
  readonly info: LimiterInfo
  /** Its own item, with the books of all of its chunks. */
  readonly owner: ShardState
  /** Absent for one with a rate alone. */
  readonly portion?: Whole
}

/** With the jobs that have its units, and since when others wait: two reads more, of a hundred items each at the most. */
export async function lookAtLimiter(
  eyes: Pick<Eyes, 'store' | 'clock'>,
  known: KnownLimiter,
): Promise<SeenLimiter> {
  const seen = await seeLimiter(eyes, known)
  const { holders, waiting } = seen.info
  const [having, asking] = await Promise.all([glancedAt(eyes, holders), glancedAt(eyes, waiting)])
  return {
    ...seen,
    info: {
      ...seen.info,
      holders: holdersWithJobs(holders, having),
      waiting: waitingSince(known.name, waiting, asking),
    },
  }
}

async function glancedAt(
  { store }: Pick<Eyes, 'store'>,
  shards: readonly { readonly shard: string }[],
): Promise<Glanced> {
  const keys = toLookAt(shards)
  if (keys.length === 0) return new Map()
  const { states } = await store.states.glance(keys)
  return new Map(states.map((state) => [state.shard, state]))
}

/** One read, and one for each chunk. */
export async function seeLimiter(
  { store, clock }: Pick<Eyes, 'store' | 'clock'>,
  known: KnownLimiter,
): Promise<SeenLimiter> {
  const root = await readState(store.states, limiterKey(known.name))
  const slots = joinedBooks([root, ...(await readChunks({ store }, root))])
  const at = clock.now()
  const portion = known.units && wholeOf(known.units, root, slots, at)
  return {
    at,
    info: infoOf(known, { root, slots, portion }, at),
    owner: { ...root, books: { ...NO_BOOKS, slots } },
    ...(portion ? { portion } : {}),
  }
}

function limitsOf(units: QueueLimiter | undefined, root: ShardState, now: number): Limits {
  const configured = units ? { concurrency: units.concurrency } : {}
  const { rateLimit: _, ...limits } = limitsInForce(configured, root, now)
  return limits
}

/** As a shard sees it that has nothing, and a job of the lightest queue. */
function wholeOf(limiter: QueueLimiter, root: ShardState, slots: Limiter, now: number): Whole {
  const limits = limitsOf(limiter, root, now)
  const cap = capOf(limits, 'slots')
  const guaranteed = isDividedNow(root) ? undefined : guaranteeInForce(limiter, root.override)
  const lightest = Math.min(...Object.values(limiter.weights), Number.POSITIVE_INFINITY)
  const own = Number.isFinite(lightest) ? lightest : 1
  return {
    limiter,
    limits,
    books: { ...NO_BOOKS, slots },
    ownUse: { ...NO_UNITS, slots: cap - lentOut(slots) - freeInAll(root, slots, cap) },
    self: NEWCOMER,
    borrowed: {},
    givesIdleBack: true,
    weightOf: (name: Borrower) => (name === NEWCOMER ? own : weightIn(limiter, name)),
    waiting: [DEFAULT_PRIORITY],
    ...(guaranteed ? { guaranteed } : {}),
  }
}

interface Parts {
  readonly root: ShardState
  readonly slots: Limiter
  readonly portion: Whole | undefined
}

function infoOf(
  { name, units, rate }: KnownLimiter,
  { root, slots, portion }: Parts,
  now: number,
): LimiterInfo {
  const configured = units?.concurrency
  const { concurrency } = limitsOf(units, root, now)
  return {
    name,
    ...(concurrency === undefined ? {} : { units: concurrency }),
    ...(configured === undefined ? {} : { configured }),
    ...(rate ? { rate: rateInfo(rate, root, now) } : {}),
    ...(root.override ? { override: root.override } : {}),
    ...(root.slowed && root.slowed.until > now ? { slowedDown: root.slowed } : {}),
    lent: lentOut(slots),
    ...(units
      ? guaranteeSeen(guaranteeInForce(units, root.override), concurrency ?? units.concurrency, slots)
      : {}),
    holders: Object.entries(slots.loans)
      .map(([shard, loan]) => ({ shard, units: outstanding(loan) }))
      .filter(({ units }) => units > 0)
      .toSorted((one, other) => other.units - one.units),
    waiting: lineIn(slots, portion),
  }
}

/** Whom no unit can serve stands behind all others. */
function lineIn({ line }: Limiter, portion: Whole | undefined): LimiterInfo['waiting'] {
  const served = portion ? lineOf(portion, 'slots') : []
  const names = new Set([...served, ...Object.keys(line)])
  return [...names].map((shard) => ({ shard, priority: priorityIn(line[shard] ?? 0) }))
}

function rateInfo(configured: SharedRate, root: ShardState, now: number): LimiterRate {
  const rate = rateInForce(configured, root, now)
  const { window } = root
  const nextAt = earliestStart({ name: configured.name, rate, window, cost: 1 }, now)
  return {
    allowed: rate.allowed,
    period_ms: rate.period_ms,
    used: startsInWindow(window, rate, now),
    ...(Number.isFinite(nextAt) ? { nextAt } : {}),
  }
}
