/** What holds due jobs back, for people: the holds of a decision, and what the items say about them. Plain data. */
import { capOf } from '../limits/in-force.ts'
import { type Limiter, lentOut } from '../limits/limiter.ts'
import { priorityIn } from '../limits/place.ts'
import type { Portion } from '../limits/portion.ts'
import { claimedAhead, startsInWindow } from '../limits/window.ts'
import type { Hold } from '../pass/holds.ts'
import type { Staying } from '../pass/room.ts'
import { isRunning, type ShardState, type Slot, slotEntries, startsReserved } from '../shard/state.ts'
import {
  type Note,
  noteOf,
  type OfQueue,
  type PartitionPause,
  type PauseFacts,
  pausedBy,
  pauseIn,
} from './paused-by.ts'

/** The job whose slot is free first. Times are epoch ms. */
export interface SlotHolder {
  readonly id: string
  /** It runs until then at the latest. Absent if it has not started. */
  readonly until?: number
  /** When its message was sent. Absent if it has started. */
  readonly sentAt?: number
}

/** The job that gives up its units of a limiter first, of any shard. */
export interface UnitsHolder extends SlotHolder {
  readonly shard: string
}

interface SlotFacts {
  readonly first?: SlotHolder
  /** The slots of the whole partition, and how many of them its other shards have, if this one has not all of them. */
  readonly partition?: { readonly slots?: number; readonly lent: number; readonly behind?: number }
  /** It has no start of its partition's rate, so it has no use for a slot. */
  readonly lacksStarts?: true
}
interface RateFacts {
  readonly used: number
  readonly period_ms: number
  /** When the next job may start, unless another gives up its claim before. Epoch ms. */
  readonly nextAt?: number
}

interface Facts {
  readonly paused: PartitionPause
  readonly 'slowed down': Note
  readonly limiter: PauseFacts & { readonly first?: UnitsHolder; readonly behind?: number }
  readonly slots: SlotFacts
  readonly rate: RateFacts
  readonly 'shared rate': PauseFacts
}
type FactsOf<Kind> = Kind extends keyof Facts ? Facts[Kind] : unknown

/** A hold of a decision, with what explains it. */
export type Reason<Kind extends Hold['reason'] = Hold['reason']> = {
  [One in Kind]: Extract<Hold, { reason: One }> & FactsOf<One>
}[Kind]

/** What a decision was made of. */
export interface Seen {
  readonly state: ShardState
  readonly owner: ShardState
  /** The items of the limiters that cover the shard. */
  readonly limiters?: ReadonlyMap<string, ShardState>
  /** Of limiters that hold jobs back: whose units are free first. */
  readonly holders?: ReadonlyMap<string, UnitsHolder>
  /** Of the queue, with what somebody has set for all of it. */
  readonly configured?: OfQueue
  readonly portion: Portion
  readonly staying: Staying
  readonly now: number
}

export function reasonOf(hold: Hold, seen: Seen): Reason {
  switch (hold.reason) {
    case 'paused':
      return { ...hold, ...pausedBy(seen.configured ?? {}, seen.owner) }
    case 'slowed down':
      return { ...hold, ...noteOf(ownerOf(hold.limiter, seen).slowed) }
    case 'limiter':
      return { ...hold, ...limiterFacts(hold, seen) }
    case 'slots':
      return { ...hold, ...slotFacts(hold, seen) }
    case 'rate':
      return { ...hold, ...rateFacts(hold, seen) }
    case 'shared rate':
      return { ...hold, ...(hold.nextAt === undefined ? pauseIn(ownerOf(hold.limiter, seen)) : {}) }
    default:
      return hold
  }
}

/** What somebody has set for a limiter stands in its own item. */
const ownerOf = (limiter: string | undefined, { owner, limiters }: Seen): Partial<ShardState> =>
  limiter === undefined ? owner : (limiters?.get(limiter) ?? {})

function limiterFacts(
  { limiter, units }: Extract<Hold, { reason: 'limiter' }>,
  seen: Seen,
): Facts['limiter'] {
  if (units === 0) return pauseIn(ownerOf(limiter, seen))
  const first = seen.holders?.get(limiter)
  return {
    ...(first ? { first } : {}),
    ...behindOf(ownerOf(limiter, seen).books?.slots.line, seen.state.shard),
  }
}

/** How many shards stand in the line with a better job than this one. Absent if none does. */
function behindOf(line: Limiter['line'] = {}, self: string): { readonly behind?: number } {
  const own = line[self]
  const better = Object.values(line).filter(
    (place) => own !== undefined && priorityIn(place) < priorityIn(own),
  )
  return better.length > 0 ? { behind: better.length } : {}
}

function slotFacts({ slots }: Extract<Hold, { reason: 'slots' }>, { portion, staying }: Seen): SlotFacts {
  const { limits, books } = portion
  const first = firstToEnd(staying)
  const cap = capOf(limits, 'slots')
  const partition = {
    ...(Number.isFinite(cap) ? { slots: cap } : {}),
    lent: lentOut(books.slots),
    ...behindOf(books.slots.line, portion.self),
  }
  return {
    ...(first ? { first } : {}),
    ...(slots < cap ? { partition } : {}),
    ...(slots === 0 && limits.rateLimit ? { lacksStarts: true } : {}),
  }
}

/** Of the jobs that run, the one that ends first at the latest; or else the claim that was sent first. */
const firstToEnd = (staying: Staying): SlotHolder | undefined =>
  firstOf(staying.map(([id, slot]) => holderIn(id, slot)))

export const holderIn = (id: string, slot: Slot): SlotHolder =>
  isRunning(slot) ? { id, until: slot.deadline } : { id, sentAt: slot.sentAt }

function firstOf<Holder extends SlotHolder>(holders: readonly Holder[]): Holder | undefined {
  const by = (time: (holder: Holder) => number | undefined) =>
    holders
      .filter((holder) => time(holder) !== undefined)
      .toSorted((one, other) => (time(one) ?? 0) - (time(other) ?? 0))[0]
  return by(({ until }) => until) ?? by(({ sentAt }) => sentAt)
}

/** The same for the shards that have units of a limiter. */
export const firstToReturn = (
  shards: readonly Pick<ShardState, 'shard' | 'slots'>[],
): UnitsHolder | undefined =>
  firstOf(
    shards.flatMap(({ shard, slots }) =>
      slotEntries(slots).map(([id, slot]) => ({ shard, ...holderIn(id, slot) })),
    ),
  )

/** A decision looks again so early that it can claim ahead; the start itself comes later. */
function rateFacts(
  { reopensAt }: Extract<Hold, { reason: 'rate' }>,
  { state, portion: { limits }, staying, now }: Seen,
): RateFacts {
  const { rateLimit: rate } = limits
  if (!rate) return { used: 0, period_ms: 0 }
  const used = startsInWindow(state.window, rate, now) + startsReserved(staying.map(([, slot]) => slot))
  const nextAt = reopensAt === undefined ? {} : { nextAt: reopensAt + claimedAhead(rate) }
  return { used, period_ms: rate.period_ms, ...nextAt }
}
