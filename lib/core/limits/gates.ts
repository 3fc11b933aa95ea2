/**
 * All that limits a shard: its partition first, then each limiter of its queue, in the order in which all shards borrow. A job
 * starts only if every one of them lets it.
 */
import { isKeptOut } from './full-line.ts'
import { afterGivingBack } from './giving-back.ts'
import { keptForOthers } from './guarantee.ts'
import { capOf, limitsWithin, type Units } from './in-force.ts'
import { awaitedGate, isOpen, keepsForNext } from './keeping.ts'
import { unfilledOf, unitsOfOneJob } from './lending.ts'
import { lentOut } from './limiter.ts'
import type { LimiterUse, ShardLimits } from './limits.ts'
import { type Lack, lackOf, type Portion, type Usage } from './portion.ts'
import type { LimiterName } from './queue-limiter.ts'

/** What one of them lets the shard use, and what the shard uses, in a pass. */
export interface Gate<P extends Portion = Portion> {
  readonly portion: P
  readonly may: Units
  readonly inUse: Units
}
export type Gates<P extends Portion = Portion> = readonly [Gate<P>, ...Gate<P>[]]

/** How many jobs so many units of a gate are for. */
export const jobsIn = (portion: Portion, units: number): number =>
  Math.max(0, Math.floor(units / unitsOfOneJob(portion, 'slots', portion.self)))

/** How many jobs more a gate could let start if nobody else used any of it. */
export const jobsAtMost = (portion: Portion, { inUse }: Pick<Usage, 'inUse'>): number =>
  isOpen(portion) ? jobsIn(portion, capOf(portion.limits, 'slots') - inUse.slots) : 0

/** Of a limiter, with its name. */
type Named = Portion & { readonly limiter?: { readonly name: LimiterName } }

/** What the shard may do within all of them. */
export function limitsOfGates([partition, ...limiters]: Gates<Named>): ShardLimits {
  let limits = limitsWithin(partition.portion.limits, partition.may)
  for (const { portion, may } of limiters) limits = within(limits, portion, may)
  return limits
}

function within(limits: ShardLimits, portion: Named, may: Units): ShardLimits {
  const { slowedUntil } = portion.limits
  const name = portion.limiter?.name
  const isLater = slowedUntil !== undefined && slowedUntil > (limits.slowedUntil ?? 0)
  const slowed = isLater ? { slowedUntil, ...(name ? { slowedBy: name } : {}) } : {}
  const slots = slowedUntil === undefined ? jobsIn(portion, may.slots) : 0
  if (slots >= limits.slots) return { ...limits, ...slowed }
  const isLineFull = isKeptOut(portion) ? ({ isLineFull: true } as const) : {}
  const limiter = name && { name, ...useOf(portion), ...isLineFull }
  return {
    ...limits,
    slots,
    ...slowed,
    ...(limiter ? { limiter } : {}),
  }
}

function useOf(portion: Portion): LimiterUse {
  const kept = keptForOthers(unfilledOf(portion, 'slots'), portion.self)
  return {
    lent: lentOut(portion.books.slots) + portion.ownUse.slots,
    units: capOf(portion.limits, 'slots'),
    ...(Object.keys(kept).length > 0 ? { kept } : {}),
  }
}

/** What a pass has come to, for all of them. */
interface Outcome {
  readonly claims: number
  /** Jobs are left that could start. */
  readonly isWorkLeft: boolean
  /** So many of them have a start of the rate, now or in a moment. */
  readonly startable: number
  /** What a job needs is kept for it: all that it waits for is a start, which comes soon. */
  readonly isReserved?: true
}

/** A gate after a pass: what the shard has borrowed there, and whether it lacks something. */
export interface Passed<P extends Portion = Portion> {
  readonly portion: P
  readonly lack: Lack
}

/**
 * The shard stands in one line, that of the first gate that lets nothing more through: units of later ones go to others
 * meanwhile. What it needs of others it may keep (`keeping.ts`), so that shards that need less do not pass it by again and again.
 */
export function passedGates<P extends Portion>(gates: Gates<P>, outcome: Outcome): readonly Passed<P>[] {
  const spent = gates.map(({ portion, may, inUse }) => {
    return { portion: withoutClaimed(portion, outcome), may, inUse: after(portion, inUse, outcome.claims) }
  })
  const lacks = lacksOf(spent, outcome)
  return spent.map(({ portion, ...use }, index) => {
    const isReserved = outcome.isReserved || keepsForNext(spent, lacks, index)
    const lack = { ...(lacks[index] ?? NOTHING), ...(isReserved ? { isReserved } : {}) }
    return { portion: { ...portion, borrowed: afterGivingBack(portion, use, lack) }, lack }
  })
}

/** What was not read is no better than the last that was. */
function withoutClaimed<P extends Portion>(portion: P, { claims }: Outcome): P {
  const { waiting = [] } = portion
  return claims === 0 || waiting.length === 0
    ? portion
    : { ...portion, waiting: waiting.slice(Math.min(claims, waiting.length - 1)) }
}

const NOTHING: Lack = { slots: false, starts: false }

function lackIn(portion: Portion, outcome: Parameters<typeof lackOf>[1]): Lack {
  const lack = lackOf(portion, outcome)
  return lack.slots && isKeptOut(portion) ? { ...lack, isKeptOut: true } : lack
}

/**
 * If one of them lets nothing start whatever others gave up, the shard waits for that alone: with a unit of another gate it could do
 * nothing, would give it back, and come to stand there again, for ever. Where its own jobs use all, only their ends help, and it stands
 * in no line; where a limiter is paused, slowed down, or too small for one job of its, nobody knows for how long, and it stands in that
 * one: whoever raises it wakes its line.
 * @param gates with what is in use after the pass has claimed
 */
function lacksOf(gates: readonly Gate[], { isWorkLeft, startable }: Outcome): Lack[] {
  const leftIn = (index: number) => (index === 0 ? startable : 1)
  const shut = gates.findIndex((gate) => jobsAtMost(gate.portion, gate) === 0)
  if (shut !== -1)
    return gates.map(({ portion, ...use }, index) =>
      index === shut && (!isOpen(portion) || isTooSmall(index, use))
        ? lackIn(portion, { ...use, isWorkLeft, startable: leftIn(index) })
        : NOTHING,
    )
  const awaited = awaitedGate(gates)
  let goesOn = isWorkLeft
  return gates.map(({ portion, may, inUse }, index) => {
    if (awaited !== -1 && index !== awaited) return NOTHING
    const left = leftIn(index)
    const lack = lackIn(portion, { may, inUse, isWorkLeft: goesOn, startable: left })
    goesOn &&= left > 0 && inUse.slots + unitsOfOneJob(portion, 'slots', portion.self) <= may.slots
    return lack
  })
}

/** A limiter, of which the shard uses nothing itself. */
const isTooSmall = (index: number, { inUse }: Pick<Usage, 'inUse'>): boolean => index > 0 && inUse.slots === 0

/** Each claim holds a start, and as many slots as it weighs. */
const after = (portion: Portion, { slots, starts }: Units, claims: number): Units => ({
  slots: slots + claims * unitsOfOneJob(portion, 'slots', portion.self),
  starts: starts + claims,
})
