/** What a limiter does to those who need it: read, decided as a pass would for one more job, and not written. */
import { DamagedStateError } from '../../core/errors.ts'
import type { SharedRate } from '../../core/limits/shared-rate.ts'
import type { Hold } from '../../core/pass/holds.ts'
import type { KnownLimiter } from '../../core/queue/pools.ts'
import { firstHolder } from '../../core/why/holders.ts'
import { holdsByRate, holdsByUnits, NEWCOMER_SEES, newcomer } from '../../core/why/newcomer.ts'
import { type Reason, reasonOf } from '../../core/why/reason.ts'
import type { LimiterWhy } from '../../core/why/why.ts'
import { startsSeen } from '../lending/grants.ts'
import type { Eyes } from './look-at.ts'
import { lookAtLimiter, type SeenLimiter } from './see-limiter.ts'

/** Reads what looking at the limiter and at those who have its units, or wait for them, reads. */
export async function whyLimiter(
  eyes: Pick<Eyes, 'store' | 'clock'>,
  known: KnownLimiter,
): Promise<LimiterWhy> {
  try {
    const seen = await lookAtLimiter(eyes, known)
    return { kind: 'limiter', at: seen.at, ...seen.info, holds: explained(known, seen) }
  } catch (error) {
    if (!(error instanceof DamagedStateError)) throw error
    return { kind: 'damaged', at: eyes.clock.now(), problem: error.message }
  }
}

function explained(known: KnownLimiter, seen: SeenLimiter): Reason[] {
  const holds = holdsOf(known, seen)
  const limiters = new Map([[known.name as string, seen.owner]])
  const first = firstHolder(seen.info.holders)
  const holders = new Map(first ? [[known.name as string, first]] : [])
  return holds.map((hold) => reasonOf(hold, { ...NEWCOMER_SEES, limiters, holders, now: seen.at }))
}

/** A pause and a slow-down hold both, and are said once. */
function holdsOf({ rate }: KnownLimiter, { portion, owner, at }: SeenLimiter): readonly Hold[] {
  const ofUnits = portion ? holdsByUnits(portion, at) : []
  if (!rate || ofUnits.some(isStopped)) return ofUnits
  return [...ofUnits, ...holdsByRate(startsSeen(cheapest(rate), owner, newcomer, at), at)]
}

const isStopped = (hold: Hold): boolean =>
  hold.reason === 'slowed down' || (hold.reason === 'limiter' && hold.units === 0)

/** Of all queues that the rate counts, the one whose jobs cost least. */
const cheapest = (rate: SharedRate): SharedRate => {
  const costs = Object.values(rate.costs)
  return costs.length === 0 ? rate : { ...rate, cost: Math.min(...costs) }
}
