/**
 * What a pass does, as a pure function of what it read. The one place where limits are enforced: nothing takes a
 * slot but by the decision made here and the conditional write that follows it.
 */

import { earliest } from '../earliest.ts'
import { itemBytes } from '../job/item-size.ts'
import type { Job } from '../job/job.ts'
import type { ShardLimits } from '../limits/limits.ts'
import { bucketOf, bucketWidth, forgottenBuckets, windowReopensAt } from '../limits/window.ts'
import { isOverdue } from '../shard/attention.ts'
import { isFresh } from '../shard/closed.ts'
import { isRunning, type ShardState, sizeOf, slotEntries } from '../shard/state.ts'
import { PRECISE_UP_TO_MS, START_LEAD_MS } from '../times.ts'
import { isLeftAmid, isOvertaken } from './amid.ts'
import { assertSound } from './assertions.ts'
import type { Claim, Decision, PassChange, PassInput } from './input.ts'
import { roomFor, separateTwins, slotsThatStay } from './room.ts'

export type { ArrangedWake, Claim, Decision, Holder, PassChange, PassInput, Released } from './input.ts'

/** DynamoDB takes expressions of 4 KB, most of which a hundred slots may need. The rest is forgotten by the next pass. */
const MAX_FORGET = 50

/** When a job that may start at `startAt` starts at the earliest, seen from the moment before its start is written. */
export const plannedStart = (startAt: number, now: number, hasRate: boolean): number =>
  Math.max(startAt, now + (hasRate ? START_LEAD_MS : 0))

/** @throws BrokenRuleError if the decision would break a rule of the protocol */
export function decide(input: PassInput): Decision {
  const decision = decideOn(input)
  assertSound(input, decision)
  return decision
}

function decideOn(input: PassInput): Decision {
  const { state, limits, now } = input
  const staying = slotsThatStay(input)
  const room = roomFor(staying, input)
  const { candidates, twins } = separateTwins(input.due, staying)
  const claims = candidates
    .slice(0, room.starts.length)
    .map((job, index) => claim(job, room.starts[index] ?? now, index === 0, input))
  const left = candidates.length > claims.length || input.more
  const needsSlot = left && claims.length >= room.slots
  const readOn = input.more && !input.cut && claims.length < room.starts.length
  const waiting = needsSlot || twins.length > 0
  const dueAt = nextLook(input, left && !needsSlot)
  const take = Object.fromEntries(claims.map(({ job, slot }) => [job.id, slot]))
  const unclaimed = [...candidates.slice(claims.length), ...twins].map(({ key }) => key.sk)
  const amid = { ...input, staying, next: [...staying, ...slotEntries(take)], unclaimed }
  const own = startOfOwn(claims, limits)
  const change: PassChange = {
    take,
    drop: slotEntries(state.slots).flatMap(([id]) => (staying.some(([one]) => one === id) ? [] : [id])),
    resend: staying.flatMap(([id, slot]) => (isOverdue(slot, now) ? [{ id, token: slot.token }] : [])),
    sentAt: now,
    ...own,
    forget: forgettable(input).filter((bucket) => bucket !== own.start),
    waiting,
    waitingAmid: isLeftAmid(amid),
    ...(dueAt === undefined ? {} : { dueAt }),
  }
  const isArranged = dueAt === undefined || dueAt === arrangedWake(input)
  const isPrecise = limits.rateLimit !== undefined && limits.rateLimit.period_ms <= PRECISE_UP_TO_MS
  return {
    change,
    changed: isChange(state, change) || isOvertaken(amid),
    claims,
    readOn,
    isWorkLeft: left,
    ...(isArranged ? {} : { wake: { at: dueAt, isPrecise } }),
  }
}

function claim(
  job: Job,
  mayStartAt: number,
  first: boolean,
  { limits, now, reading, newToken, runUntil, shared }: PassInput,
): Claim {
  const slot = {
    token: newToken(),
    priority: job.priority,
    runAt: job.runAt,
    ...sizeOf(itemBytes(job.item)),
    // If only one is in flight, nothing is amid.
    ...(limits.slots > 1 && isFresh(job.runAt, reading.since) ? { fresh: true as const } : {}),
    ...(job.alone ? { alone: job.alone } : {}),
  }
  const isOwn = first && runUntil !== undefined && !(shared && job.alone)
  if (!isOwn) return { job, slot: { ...slot, sentAt: now }, startAt: mayStartAt }
  const startAt = plannedStart(mayStartAt, now, limits.rateLimit !== undefined)
  return { job, slot: { ...slot, deadline: runUntil, ...(shared ? { shared: true as const } : {}) }, startAt }
}

/** While nothing may start, nothing is forgotten: the limit that is lifted may be another than the one that paused. */
const forgettable = ({ state, limits, now }: PassInput): string[] =>
  limits.isPaused ? [] : forgottenBuckets(state.window, limits.rateLimit, now).slice(0, MAX_FORGET)

function startOfOwn([first]: readonly Claim[], { rateLimit }: ShardLimits): { start?: string } {
  if (!first || !isRunning(first.slot)) return {}
  return { start: bucketOf(first.startAt, bucketWidth(rateLimit)) }
}

/** The time for which a wake-up is on its way, unless this pass is its result. */
function arrangedWake({ state, wokenFor, uncertain, now }: PassInput): number | undefined {
  const { dueAt } = state
  return dueAt !== undefined && dueAt !== wokenFor && dueAt !== uncertain && dueAt > now ? dueAt : undefined
}

/** The earliest time at which time alone lets something happen. An earlier wake-up on its way will do as well. */
function nextLook(input: PassInput, heldByRate: boolean): number | undefined {
  const { state, limits, now } = input
  const reopensAt =
    heldByRate && limits.rateLimit ? windowReopensAt(state.window, limits.rateLimit, now) : undefined
  return earliest(arrangedWake(input), reopensAt, input.nextDueAt)
}

function isChange(state: ShardState, change: PassChange): boolean {
  return (
    Object.keys(change.take).length + change.drop.length + change.resend.length > 0 ||
    change.waiting !== state.waiting ||
    change.waitingAmid !== (state.waitingAmid === true) ||
    change.dueAt !== state.dueAt
  )
}
