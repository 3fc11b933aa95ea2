/**
 * Opens the books of a partition that an earlier version has served. That one divided the limit among shards, and kept
 * what somebody had set at run time in each of them: what they have in flight becomes loans, what was set is copied to the
 * plain shard. If the function that does this dies, the next one does the rest.
 */
import { parseShard, type Shard, type ShardKey } from '../../core/keys.ts'
import { type LoanChange, NO_BOOKS, RESOURCES } from '../../core/limits/books.ts'
import { capOf, limitsInForce, mostUnits, type Units } from '../../core/limits/in-force.ts'
import type { Borrowed } from '../../core/limits/limiter.ts'
import type { LimitOverride, Limits } from '../../core/limits/limits.ts'
import { borrowerOf, borrowersOf } from '../../core/limits/shards.ts'
import type { QueueConfig } from '../../core/queue/config.ts'
import { booksKeptUntil } from '../../core/shard/expiry.ts'
import { unitsOfState } from '../../core/shard/in-use.ts'
import type { BorrowedUnits, ShardState } from '../../core/shard/state.ts'
import { forEachSideBySide } from '../../core/side-by-side.ts'
import type { Context } from '../context.ts'
import { newLoanId } from './loan-id.ts'
import { readUnlessDamaged } from './read-unless-damaged.ts'

const READ_SIDE_BY_SIDE = 16

/** Whether shards of this partition may have items of an earlier version that nobody has taken over yet. */
export async function isFromBefore(
  context: Context,
  queue: QueueConfig,
  owner: ShardState,
): Promise<boolean> {
  if (owner.books) return false
  return (await context.store.states.earlierShards(queue.name)).some((shards) => shards > 1)
}

/** Afterwards, whatever came of it, the items have to be read again. */
export async function takeOver(
  context: Context,
  queue: QueueConfig,
  shard: Shard,
  owner: ShardState,
): Promise<void> {
  const counts = await context.store.states.earlierShards(queue.name)
  const { states, damaged } = await borrowersBefore(context, shard, [...counts, queue.shards])
  const isSet = owner.override !== undefined || owner.overrideProblem !== undefined
  const override = isSet ? undefined : strictest(states)
  const now = context.clock.now()
  const limits = limitsInForce(queue, override ? { override } : owner, now)
  const loans: LoanChange[] = []
  for (const state of states) {
    const borrowed = state.borrowed ?? loanOf(context, unitsOfState(state, limits, now))
    if (!state.borrowed && !(await context.store.states.recordBorrowed(state, borrowed))) return
    loans.push(...changesOf(state.shard, borrowed))
  }
  const share = shareOf(limits, Math.min(...counts.filter((count) => count > 1)))
  for (const key of damaged) loans.push(...changesOf(key, loanOf(context, share)))
  const expiresAt = booksKeptUntil(owner, limits.rateLimit, now)
  const write = { loans, line: [], isLending: true, expiresAt, ...(override ? { override } : {}) }
  await context.store.states.writeBooks(owner, write)
}

interface Before {
  readonly states: readonly ShardState[]
  /** The shards whose items are damaged, so that nobody knows what they use. */
  readonly damaged: readonly ShardKey[]
}

async function borrowersBefore(context: Context, shard: Shard, counts: readonly number[]): Promise<Before> {
  const keys = new Set(counts.flatMap((count) => borrowersOf(shard, count)))
  const states: ShardState[] = []
  const damaged: ShardKey[] = []
  await forEachSideBySide([...keys], READ_SIDE_BY_SIDE, async (key) => {
    const state = await readUnlessDamaged(context, key)
    if (state === 'damaged') damaged.push(key)
    else if (state) states.push(state)
  })
  return { states, damaged }
}

/** The most that one of so many shards can have had: so much is kept back until the damaged item is mended. */
const shareOf = (limits: Limits, shards: number): Units => ({
  slots: Math.min(mostUnits(limits, 'slots'), Math.ceil(capOf(limits, 'slots') / shards)),
  starts: limits.rateLimit ? Math.ceil(limits.rateLimit.allowed / shards) : 0,
})

function loanOf({ random }: Context, units: Units): BorrowedUnits {
  const id = newLoanId({ random })
  const entries = RESOURCES.flatMap((resource): [string, Borrowed][] =>
    units[resource] > 0 ? [[resource, { id, got: units[resource], returned: 0 }]] : [],
  )
  return Object.fromEntries(entries)
}

function changesOf(key: ShardKey, borrowed: BorrowedUnits): LoanChange[] {
  const shard = parseShard(key)
  const borrower = shard.ok ? borrowerOf(shard.value) : key
  return RESOURCES.flatMap((resource) => {
    const units = borrowed[resource]
    if (!units) return []
    const is = { id: units.id, lent: units.got, returned: units.returned }
    return [{ resource, borrower, was: NO_BOOKS[resource].loans[borrower], is }]
  })
}

/** They ought to be the same; if a caller died among them, or one is damaged, the least is the safe choice. */
function strictest(states: readonly ShardState[]): LimitOverride | undefined {
  const damaged = states.find(({ overrideProblem }) => overrideProblem !== undefined)
  if (damaged) return { concurrency: 0, reason: `the limit set in ${damaged.shard} made no sense` }
  const [first] = states
    .flatMap(({ override }) => (override ? [override] : []))
    .sort((one, other) => most(one) - most(other))
  return first
}

const most = ({ concurrency, rateLimit }: LimitOverride): number =>
  Math.min(concurrency ?? Number.POSITIVE_INFINITY, rateLimit?.allowed ?? Number.POSITIVE_INFINITY)
