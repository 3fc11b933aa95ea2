/** The state item of a shard: who is in flight, when jobs started, who waits, when to look again. */
import {
  formatSortKey,
  type JobId,
  type Position,
  type Priority,
  type ShardKey,
  type SortKey,
} from '../keys.ts'
import type { AdaptiveState, Outcomes } from '../limits/adaptive.ts'
import type { DerivedLimit } from '../limits/app-rate.ts'
import type { Books, Resource } from '../limits/books.ts'
import type { Grant } from '../limits/grant.ts'
import type { KeptForNext } from '../limits/kept-for-next.ts'
import type { Borrowed } from '../limits/limiter.ts'
import type { LimitOverride } from '../limits/limits.ts'
import type { LimiterName } from '../limits/queue-limiter.ts'
import type { SlowDown } from '../limits/slow-down.ts'
import type { StartWindow } from '../limits/window.ts'

/** Proof of a claim, and after the start of the attempt: another dispatcher's or worker's never equals it. */
declare const tokenBrand: unique symbol
export type Token = string & { readonly [tokenBrand]: true }

interface SlotBase {
  readonly token: Token
  readonly priority: Priority
  /** Epoch ms. With priority and id it gives the job's sort key. */
  readonly runAt: number
  /** How large the job's item is, if it is so large that a query had better not pass over it. */
  readonly size_kb?: number
  /** Claimed so soon after its `runAt` that jobs to be run before it may not have been in the table yet. */
  readonly fresh?: true
  /** The job is not to share a process with others. */
  readonly alone?: true
  /** Where the other jobs of its batch stand, which share the slot: see `in-flight.ts`. */
  readonly others?: readonly SortKey[]
}
/** A message is on its way to a worker. */
export interface ClaimedSlot extends SlotBase {
  /** Epoch ms at which the message was last sent. */
  readonly sentAt: number
  /** Epoch ms after which it must not start: the rates that it shares with others count on it. */
  readonly startBy?: number
}
/** A worker runs the job. */
export interface RunningSlot extends SlotBase {
  /** Epoch ms after which the attempt is certainly over: the end of its Lambda invocation, and clock skew. */
  readonly deadline: number
  /** Its process runs other jobs, too. */
  readonly shared?: true
}
export type Slot = ClaimedSlot | RunningSlot
export type Slots = Readonly<Record<string, Slot>>

export interface ShardState {
  readonly shard: ShardKey
  /** False until the first pass: the item is not there, or holds nothing but an override. */
  readonly initialised: boolean
  /** Counts the passes. Absent until the first one. */
  readonly version?: number
  readonly slots: Slots
  readonly window: StartWindow
  /** The mark of the last pass that wrote: by it a pass knows its own write whose reply was lost. */
  readonly passedBy?: string
  /** Due jobs wait for a slot: whoever frees one has to look for them. */
  readonly waiting: boolean
  /** Jobs may wait amid those in flight, where hand-offs do not look otherwise: see `closed.ts`. */
  readonly waitingAmid?: true
  /** Epoch ms at which somebody looks at the shard again by itself. */
  readonly dueAt?: number
  /** The group of the due index that lists the shard. Absent if a wake-up message is already on its way. */
  readonly dueShard?: string
  /** Limits set at run time. They stand in the partition's plain shard, and hold for all of its shards. */
  readonly override?: LimitOverride
  /** Somebody wrote an override that makes no sense: nothing runs until it is mended, and this says why. */
  readonly overrideProblem?: string
  /** The concurrency that comes from an app's rate. It stands in the plain shard, and holds for all. */
  readonly derived?: DerivedLimit
  /** Nothing of the partition starts before that. It stands in the plain shard, and holds for all. */
  readonly slowed?: SlowDown
  /** How much slower the shard is by itself, and the outcomes by which that is judged. */
  readonly adaptive?: AdaptiveState
  /** What attempts have come to since. Counted up by whoever frees a slot, taken off by the pass that judges by them. */
  readonly outcomes?: Outcomes
  /** What has held its jobs back lately, the newest note last. Absent if nothing waits. */
  readonly held?: readonly Held[]
  /** Epoch seconds at which DynamoDB may delete the item. */
  readonly expiresAt?: number
  /** Epoch ms since which no function has known the shard's queue or its partition rule. */
  readonly strandedSince?: number
  /** In a plain shard: what it has lent to the other shards of its partition, and which of them wait. */
  readonly books?: Books
  /**
   * In a plain shard: what it keeps, of what it has not lent, for its next job, which waits for something else. Others keep the same in
   * their loans. It says nothing where nothing is `waiting`: a function that does not know of it may have left it.
   */
  readonly keepsNext?: KeptForNext
  /** In any other shard: what it has from the plain one. */
  readonly borrowed?: BorrowedUnits
  /** What it has from the limiters of its queue, by their names. */
  readonly borrowedFrom?: BorrowedFrom
  /** A start of the rates that its queue shares, which its next job waits for. */
  readonly granted?: Grant
}

/** From then on something held jobs back, until the next note or a claim. */
export interface Held {
  /** Epoch ms. */
  readonly since: number
  /** `slots`, `rate`, …, or the name of the limiter: `total|crm`. Absent while jobs waited for none of these. */
  readonly by?: string | undefined
}

export type BorrowedFrom = Readonly<Partial<Record<LimiterName, BorrowedUnits>>>
export type BorrowedUnits = Readonly<Partial<Record<Resource, Borrowed>>>

/** What a write is conditioned on that has to lose against any pass made since. */
export type ShardVersion = Pick<ShardState, 'shard' | 'version'>

/** What a sweep needs of a state item. */
export type ShardGlance = Pick<
  ShardState,
  | 'shard'
  | 'slots'
  | 'waiting'
  | 'waitingAmid'
  | 'held'
  | 'dueAt'
  | 'override'
  | 'overrideProblem'
  | 'slowed'
  | 'derived'
  | 'expiresAt'
  | 'books'
  | 'borrowed'
  | 'borrowedFrom'
>

export const emptyState = (shard: ShardKey): ShardState => ({
  shard,
  initialised: false,
  slots: {},
  window: {},
  waiting: false,
})

export const isRunning = (slot: Slot): slot is RunningSlot => 'deadline' in slot
/** Claims whose jobs have not started: each may start at any moment, and holds a start of the rate. */
export const startsReserved = (slots: readonly Slot[]): number =>
  slots.filter((slot) => !isRunning(slot)).length
export const isDead = (slot: Slot, now: number): boolean => isRunning(slot) && slot.deadline <= now

export const positionOf = (id: string, slot: Slot): Position => ({
  id: id as JobId,
  priority: slot.priority,
  runAt: slot.runAt,
})

/** Where the job of a slot stands. */
export const sortKeyOf = ([id, slot]: readonly [string, Slot]): SortKey => formatSortKey(positionOf(id, slot))

export const slotEntries = (slots: Slots): [JobId, Slot][] => Object.entries(slots) as [JobId, Slot][]

/** A strong read costs a unit for each 4 KB that it passes over, and one at least. */
const LARGE_KB = 8

/** What a slot says of the size of its job's item. */
export const sizeOf = (item_bytes: number): Pick<Slot, 'size_kb'> =>
  item_bytes < LARGE_KB * 1024 ? {} : { size_kb: Math.round(item_bytes / 1024) }

/**
 * Whether a write of a pass that found another version had been made all the same, and its reply was lost: the item
 * bears its mark, or its claims stand. Marks and tokens are unique.
 */
export const isOwnWrite = (
  { slots, passedBy }: ShardState,
  { take, mark }: { readonly take: Slots; readonly mark: string },
): boolean => passedBy === mark || slotEntries(take).some(([id, { token }]) => slots[id]?.token === token)
