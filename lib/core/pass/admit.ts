/** Which of the due jobs start, in their order, and what holds the others. */
import type { Job } from '../job/job.ts'
import type { SharedStarts } from '../limits/grant.ts'
import { plannedRate, type ShardLimits } from '../limits/limits.ts'
import { isAhead } from '../limits/shared-rate.ts'
import { windowReopensAt } from '../limits/window.ts'
import { type Batches, batchesOf } from './batches.ts'
import { claim } from './claim.ts'
import type { Hold } from './holds.ts'
import type { Claim, PassInput } from './input.ts'
import { isHeldByThrottle } from './of-throttle.ts'
import { type Room, roomFor, type Staying, separateTwins } from './room.ts'

export interface Admission {
  readonly claims: readonly Claim[]
  readonly holds: readonly Hold[]
  /** The jobs that were read and not claimed. */
  readonly unclaimed: readonly Job[]
  /** More could have been claimed than was read: read again. */
  readonly readOn: boolean
}

export function admit(input: PassInput, staying: Staying): Admission {
  const room = roomFor(staying, input)
  const { candidates, twins } = separateTwins(input.due, staying)
  const batches = batchesOf(candidates, input.limits.batch, input.batchesAt ?? input.now)
  const claims = batches.ready
    .slice(0, room.starts.length)
    .map((jobs, index) => claim(jobs, room.starts[index] ?? input.now, index, input))
  const left = candidates.slice(claims.reduce((sum, { others = [] }) => sum + 1 + others.length, 0))
  // What stands behind so many twins that reading ended there waits for them: time is all that brings the last batch on.
  const isAllRead = !input.more || input.cut === true
  const partial =
    isAllRead && claims.length === batches.ready.length ? partialHold(batches, input.limits) : []
  const counts = { claims: claims.length, left: left.length, staying }
  const holds = [
    ...(partial.length > 0 ? partial : holdsOf(input, room, counts)),
    ...(twins.length > 0 ? [{ reason: 'same id', jobs: twins.length } as const] : []),
  ]
  const readOn = input.more && !input.cut && claims.length < room.starts.length
  return { claims, holds, unclaimed: [...left, ...twins], readOn }
}

interface Counts {
  readonly claims: number
  readonly left: number
  readonly staying: Staying
}

/** Nothing else holds them, whatever units there are: they wait for others that go with them. */
const partialHold = ({ partial, partialUntil }: Batches, { batch }: PassInput['limits']): Hold[] =>
  batch && partial.length > 0
    ? [{ reason: 'batch', jobs: partial.length, size: batch.size, until: partialUntil }]
    : []

/** A shard without a free slot learns nothing of its rate: whoever frees one looks at that. */
function holdsOf(input: PassInput, room: Room, { claims, left, staying }: Counts): Hold[] {
  const { state, limits, now, more } = input
  if (left === 0 && !more) return []
  if (limits.slowedUntil !== undefined) {
    const by = limits.slowedBy === undefined ? {} : { limiter: limits.slowedBy }
    return [{ reason: 'slowed down', jobs: left, until: limits.slowedUntil, ...by }]
  }
  // It asks for no slot meanwhile, which others may use.
  if (limits.shared && isForLater(limits.shared, now) && !limits.isPaused)
    return [sharedHold(limits.shared, left)]
  if (claims < room.slots) return startHold(input, room, { claims, left, staying })
  if (limits.isPaused) return [{ reason: 'paused', jobs: left }]
  const inFlight = staying.length + claims
  // Units are borrowed only for jobs that have a start (slots: that their throttle lets start): only time brings on one that has none.
  const { shared: _, ...own } = limits
  const withOneMore = roomFor(staying, { state, now, limits: { ...own, slots: inFlight + 1 } })
  const asksNobody = withOneMore.starts.length <= claims && (limits.limiter ?? limits.throttle) !== undefined
  return [
    slotsHold(limits, left, inFlight),
    ...(asksNobody ? rateHold(input, withOneMore, { claims, left, staying }) : []),
  ]
}

function slotsHold(limits: ShardLimits, jobs: number, inFlight: number): Hold {
  if (!limits.limiter) return { reason: 'slots', jobs, inFlight, slots: limits.slots }
  const { name, ...units } = limits.limiter
  return { reason: 'limiter', jobs, limiter: name, ...units }
}

/** Nothing may start yet, and all that the shard waits for is the time of a start that it has been granted. */
const isForLater = ({ grants, ahead }: SharedStarts, now: number): boolean =>
  grants.length === 0 && ahead !== undefined && isAhead(ahead, now)

/** What the next job has no start of. */
function startHold(input: PassInput, room: Room, counts: Counts): Hold[] {
  const { shared } = input.limits
  if (shared && room.isCut && counts.claims >= room.starts.length) return [sharedHold(shared, counts.left)]
  return rateHold(input, room, counts)
}

function sharedHold({ wait }: SharedStarts, jobs: number): Hold {
  const { slowedUntil, ...rate } = wait
  return slowedUntil === undefined
    ? { reason: 'shared rate', jobs, ...rate }
    : { reason: 'slowed down', jobs, until: slowedUntil, limiter: wait.limiter }
}

function rateHold(input: PassInput, room: Room, { claims, left, staying }: Counts): Hold[] {
  const { state, limits, now } = input
  const planned = plannedRate(limits)
  if (!planned || claims < room.starts.length) return [{ reason: 'not read' }]
  if (limits.throttle && isHeldByThrottle(input, staying, claims)) {
    const { stretch, easesAt } = limits.throttle
    const reopensAt = Math.min(windowReopensAt(state.window, planned, now), easesAt)
    return [{ reason: 'throttled', jobs: left, stretch, reopensAt }]
  }
  const { rateLimit = planned } = limits
  const known = { reopensAt: windowReopensAt(state.window, rateLimit, now) }
  if (rateLimit.isInterval)
    return [{ reason: 'interval', jobs: left, interval_ms: rateLimit.period_ms, ...known }]
  return [{ reason: 'rate', jobs: left, allowed: rateLimit.allowed, ...known }]
}
