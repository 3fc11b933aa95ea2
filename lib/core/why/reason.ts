/** What holds due jobs back, for people: the holds of a decision, and what the items say about them. Plain data. */
import { capOf } from '../limits/in-force.ts'
import { lentOut } from '../limits/limiter.ts'
import type { Limits } from '../limits/limits.ts'
import type { Portion } from '../limits/portion.ts'
import { claimedAhead, startsInWindow } from '../limits/window.ts'
import type { Hold } from '../pass/holds.ts'
import type { Staying } from '../pass/room.ts'
import { isRunning, type ShardState, startsReserved } from '../shard/state.ts'

/** Who did it, and why, as far as that was said. */
export interface Note {
  readonly by?: string
  readonly note?: string
}

/** The job whose slot is free first. Times are epoch ms. */
export interface SlotHolder {
  readonly id: string
  /** It runs until then at the latest. Absent if it has not started. */
  readonly until?: number
  /** When its message was sent. Absent if it has started. */
  readonly sentAt?: number
}

interface SlotFacts {
  readonly first?: SlotHolder
  /** The slots of the whole partition, and how many of them its other shards have, if this one has not all of them. */
  readonly partition?: { readonly slots?: number; readonly lent: number }
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
  readonly paused: Note & {
    /** The override makes no sense, and so pauses. */
    readonly problem?: string
    /** Not the partition alone: its whole queue. */
    readonly ofQueue?: true
  }
  readonly 'slowed down': Note
  readonly limiter: Note
  readonly slots: SlotFacts
  readonly rate: RateFacts
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
  /** Who has paused the whole queue, if somebody has. */
  readonly queuePaused?: Limits['queuePaused']
  readonly portion: Portion
  readonly staying: Staying
  readonly now: number
}

export function reasonOf(hold: Hold, seen: Seen): Reason {
  switch (hold.reason) {
    case 'paused':
      return { ...hold, ...pausedBy(seen) }
    case 'slowed down':
      return { ...hold, ...noteOf(ownerOf(hold.limiter, seen).slowed) }
    case 'limiter':
      return { ...hold, ...(hold.units === 0 ? noteOfPause(ownerOf(hold.limiter, seen)) : {}) }
    case 'slots':
      return { ...hold, ...slotFacts(hold, seen) }
    case 'rate':
      return { ...hold, ...rateFacts(hold, seen) }
    default:
      return hold
  }
}

const noteOf = (
  said: { readonly by?: string | undefined; readonly reason?: string | undefined } = {},
): Note => ({
  ...(said.by === undefined ? {} : { by: said.by }),
  ...(said.reason === undefined ? {} : { note: said.reason }),
})

/** What somebody has set for a limiter stands in its own item. */
const ownerOf = (limiter: string | undefined, { owner, limiters }: Seen): Partial<ShardState> =>
  limiter === undefined ? owner : (limiters?.get(limiter) ?? {})

const noteOfPause = ({ override }: Pick<Partial<ShardState>, 'override'>): Note =>
  noteOf(override?.paused ?? override)

function pausedBy({ queuePaused, owner: { override, overrideProblem } }: Seen): Facts['paused'] {
  if (queuePaused) return { ofQueue: true, ...noteOf(queuePaused) }
  if (overrideProblem !== undefined) return { problem: overrideProblem }
  return noteOfPause({ ...(override ? { override } : {}) })
}

function slotFacts({ slots }: Extract<Hold, { reason: 'slots' }>, { portion, staying }: Seen): SlotFacts {
  const { limits, books } = portion
  const first = firstToEnd(staying)
  const cap = capOf(limits, 'slots')
  const partition = { ...(Number.isFinite(cap) ? { slots: cap } : {}), lent: lentOut(books.slots) }
  return {
    ...(first ? { first } : {}),
    ...(slots < cap ? { partition } : {}),
    ...(slots === 0 && limits.rateLimit ? { lacksStarts: true } : {}),
  }
}

/** Of the jobs that run, the one that ends first at the latest; or else the claim that was sent first. */
export function firstToEnd(staying: Staying): SlotHolder | undefined {
  const running = staying.flatMap(([id, slot]) => (isRunning(slot) ? [{ id, until: slot.deadline }] : []))
  const claims = staying.flatMap(([id, slot]) => (isRunning(slot) ? [] : [{ id, sentAt: slot.sentAt }]))
  return (
    running.toSorted((one, other) => one.until - other.until)[0] ??
    claims.toSorted((one, other) => one.sentAt - other.sentAt)[0]
  )
}

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
