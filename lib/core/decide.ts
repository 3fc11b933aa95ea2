/**
 * What a pass does, as a pure function of what it read. The one place where limits are enforced: nothing takes a
 * slot but by the decision made here and the conditional write that follows it.
 */
import type { Job } from './job.ts'
import { formatSortKey, type JobId } from './keys.ts'
import type { ShardLimits } from './limits.ts'
import {
  isDead,
  isRunning,
  positionOf,
  type ShardState,
  type Slot,
  type Slots,
  slotEntries,
  type Token,
} from './state.ts'
import { bucketOf, bucketWidth, forgottenBuckets, startsInWindow, windowReopensAt } from './window.ts'

/** A claim whose message was sent so long ago without a start is sent again, with the same token. */
export const RESEND_AFTER_MS = 60_000

/** DynamoDB takes expressions of 4 KB, most of which a hundred slots may need. The rest is forgotten by the next pass. */
const MAX_FORGET = 50

/** What a pass read, in this order: first the state, then the jobs. */
export interface PassInput {
  readonly state: ShardState
  /** Due jobs in their order. */
  readonly due: readonly Job[]
  /** More jobs are due than were read. */
  readonly more: boolean
  /** When the first job that is not yet due will be. Epoch ms. */
  readonly nextDueAt?: number
  readonly limits: ShardLimits
  readonly now: number
  readonly newToken: () => Token
  /** Dead slots whose jobs have been taken care of. Only these may be dropped. */
  readonly recovered: ReadonlySet<JobId>
  /** The slot that a worker gives back with this pass. */
  readonly released?: Holder
  /** The worker would run the next job itself, until this time at the latest. */
  readonly runUntil?: number
  /** The wake-up that caused this pass; it is used up. */
  readonly wokenFor?: number
}

/** Who holds a slot. */
export interface Holder {
  readonly id: JobId
  readonly token: Token
}

export interface Claim {
  readonly job: Job
  readonly slot: Slot
}

/** The change to a state item. Slots are added and removed one by one, for others may change theirs meanwhile. */
export interface PassChange {
  readonly take: Slots
  readonly drop: readonly JobId[]
  /** Claims to be sent again, if nobody has started them meanwhile. */
  readonly resend: readonly Holder[]
  readonly sentAt: number
  /** The bucket that remembers the start of the worker's own next job. */
  readonly start?: string
  readonly forget: readonly string[]
  readonly waiting: boolean
  readonly dueAt?: number
}

export interface Decision {
  readonly change: PassChange
  /** False where the item already says all this: no write is needed. */
  readonly changed: boolean
  /** The new claims, in order. */
  readonly claims: readonly Claim[]
  /** A wake-up has to be arranged, for this time. */
  readonly wakeAt?: number
}

export function decide(input: PassInput): Decision {
  const { state, now } = input
  const live = liveSlots(input)
  const room = roomFor(live, input)
  const { candidates, twins } = sort(input.due, live)
  const claims = candidates.slice(0, room.jobs).map((job, index) => claim(job, index === 0, input))
  const left = candidates.length > claims.length || input.more
  const needsSlot = left && claims.length >= room.slots
  const waiting = needsSlot || twins.length > 0
  const dueAt = nextLook(input, left && !needsSlot)
  const own = startOfOwn(claims, input)
  const change: PassChange = {
    take: Object.fromEntries(claims.map(({ job, slot }) => [job.id, slot])),
    drop: slotEntries(state.slots).flatMap(([id]) => (live.some(([alive]) => alive === id) ? [] : [id])),
    resend: live.flatMap(([id, slot]) => (isOverdue(slot, now) ? [{ id, token: slot.token }] : [])),
    sentAt: now,
    ...own,
    forget: forgettable(input).filter((bucket) => bucket !== own.start),
    waiting,
    ...(dueAt === undefined ? {} : { dueAt }),
  }
  const wakeAt = dueAt === armedFor(input) ? undefined : dueAt
  return { change, changed: isChange(state, change), claims, ...(wakeAt === undefined ? {} : { wakeAt }) }
}

/** Whether the state alone shows that a pass has nothing to do: all slots are taken, and who frees one will look. */
export function isSaturated(state: ShardState, limits: ShardLimits, now: number): boolean {
  const slots = Object.values(state.slots)
  const settled = slots.every((slot) => !isDead(slot, now) && !isOverdue(slot, now))
  const past = state.dueAt !== undefined && state.dueAt <= now
  return state.waiting && settled && !past && slots.length >= limits.slots && limits.slots > 0
}

/** Dead slots: their runs are over, and what became of their jobs is not known. */
export const deadSlots = (state: ShardState, now: number): [JobId, Slot][] =>
  slotEntries(state.slots).filter(([, slot]) => isDead(slot, now))

/** A claim that should have started long ago. */
export const isOverdue = (slot: Slot, now: number): boolean =>
  !isRunning(slot) && slot.sentAt + RESEND_AFTER_MS <= now

function liveSlots({ state, recovered, released }: PassInput): [JobId, Slot][] {
  return slotEntries(state.slots).filter(
    ([id, slot]) => !recovered.has(id) && !(id === released?.id && slot.token === released.token),
  )
}

/** A claim that has not started holds back a start of the rate, so that it may start at any time. */
function roomFor(
  live: readonly [JobId, Slot][],
  { state, limits, now }: PassInput,
): { slots: number; jobs: number } {
  const slots = Math.max(0, limits.slots - live.length)
  if (!limits.rateLimit) return { slots, jobs: slots }
  const reserved = live.filter(([, slot]) => !isRunning(slot)).length
  const starts = limits.rateLimit.allowed - startsInWindow(state.window, limits.rateLimit, now) - reserved
  return { slots, jobs: Math.max(0, Math.min(slots, starts)) }
}

/** Jobs that may be claimed, and twins: items that bear the id of a job in flight, and so have to wait for it. */
function sort(due: readonly Job[], live: readonly [JobId, Slot][]): { candidates: Job[]; twins: Job[] } {
  const inFlight = new Map(live.map(([id, slot]) => [id, formatSortKey(positionOf(id, slot))]))
  const candidates: Job[] = []
  const twins: Job[] = []
  for (const job of due) {
    const holder = inFlight.get(job.id)
    if (holder === job.key.sk) continue
    if (holder !== undefined) twins.push(job)
    else candidates.push(job)
    inFlight.set(job.id, holder ?? job.key.sk)
  }
  return { candidates, twins }
}

function claim(job: Job, first: boolean, { now, newToken, runUntil }: PassInput): Claim {
  const slot = { token: newToken(), priority: job.priority, runAt: job.runAt }
  return {
    job,
    slot: first && runUntil !== undefined ? { ...slot, deadline: runUntil } : { ...slot, sentAt: now },
  }
}

const forgettable = ({ state, limits, now }: PassInput): string[] =>
  forgottenBuckets(state.window, limits.rateLimit, now).slice(0, MAX_FORGET)

function startOfOwn([first]: readonly Claim[], { limits, now }: PassInput): { start?: string } {
  return first && isRunning(first.slot) ? { start: bucketOf(now, bucketWidth(limits.rateLimit)) } : {}
}

/** The time for which a wake-up is on its way, unless this pass is its result. */
function armedFor({ state, wokenFor, now }: PassInput): number | undefined {
  return state.dueAt !== undefined && state.dueAt !== wokenFor && state.dueAt > now ? state.dueAt : undefined
}

/** The earliest time at which time alone lets something happen. An earlier wake-up on its way will do as well. */
function nextLook(input: PassInput, heldByRate: boolean): number | undefined {
  const { state, limits, now } = input
  const reopensAt =
    heldByRate && limits.rateLimit ? windowReopensAt(state.window, limits.rateLimit, now) : undefined
  const times = [armedFor(input), reopensAt, input.nextDueAt].filter((time) => time !== undefined)
  return times.length > 0 ? Math.min(...times) : undefined
}

function isChange(state: ShardState, change: PassChange): boolean {
  return (
    Object.keys(change.take).length + change.drop.length + change.resend.length > 0 ||
    change.waiting !== state.waiting ||
    change.dueAt !== state.dueAt
  )
}
