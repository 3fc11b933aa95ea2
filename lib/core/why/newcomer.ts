/** What would hold one more job that came now, from a shard that has nothing yet and needs nothing else: for those who look at a limiter, and at no shard. */
import { NO_BOOKS } from '../limits/books.ts'
import { type Gate, limitsOfGates } from '../limits/gates.ts'
import type { SharedStarts } from '../limits/grant.ts'
import { NO_UNITS } from '../limits/in-force.ts'
import { PLAIN } from '../limits/lending.ts'
import type { Borrower } from '../limits/limiter.ts'
import type { Limits, ShardLimits } from '../limits/limits.ts'
import type { Portion } from '../limits/portion.ts'
import type { LimiterName } from '../limits/queue-limiter.ts'
import { decide } from '../pass/decide.ts'
import type { Hold } from '../pass/holds.ts'
import { emptyState, type ShardState, type Token } from '../shard/state.ts'
import type { Seen } from './reason.ts'
import { unitsWithinReach } from './within-reach.ts'

/** No shard has this name. */
export const NEWCOMER: Borrower = '?'
export const newcomer: ShardState = emptyState(NEWCOMER as ShardState['shard'])

/** A partition without limits. */
const FREE: Gate = {
  portion: { limits: {}, books: NO_BOOKS, ownUse: NO_UNITS, self: PLAIN, borrowed: {} },
  may: { slots: Number.POSITIVE_INFINITY, starts: Number.POSITIVE_INFINITY },
  inUse: NO_UNITS,
}

/** What its holds are explained by, beside the limiters. */
export const NEWCOMER_SEES: Pick<Seen, 'state' | 'owner' | 'staying' | 'portion'> = {
  state: newcomer,
  owner: newcomer,
  staying: [],
  portion: FREE.portion,
}

/** @param limits in force for every partition of a queue */
export const holdsByPartition = (limits: Limits, now: number): readonly Hold[] =>
  holdsOf(limitsOfGates([{ ...FREE, portion: { ...FREE.portion, limits } }]), now)

/** Of a limiter's units, if it has any. */
export type Whole = Portion & { readonly limiter: { readonly name: LimiterName } }

export function holdsByUnits(portion: Whole, now: number): readonly Hold[] {
  const may = unitsWithinReach(portion, { inUse: NO_UNITS, freed: NO_UNITS })
  return holdsOf(limitsOfGates([FREE, { portion, may, inUse: NO_UNITS }]), now)
}

export const holdsByRate = (shared: SharedStarts, now: number): readonly Hold[] =>
  holdsOf({ ...limitsOfGates([FREE]), shared }, now)

/** What a pass would decide that knows that jobs are due, and has read none of them. If they could start, it would read on. */
function holdsOf(limits: ShardLimits, now: number): readonly Hold[] {
  const { holds } = decide({
    state: newcomer,
    due: [],
    more: true,
    reading: { since: now, whole: true, doubtful: false, late: [] },
    limits,
    now,
    newToken: () => '-' as Token,
    recovered: new Set(),
  })
  return holds.filter(({ reason }) => reason !== 'not read')
}
