/** Which of the due jobs start, in their order, and what holds the others. */
import { itemBytes } from '../job/item-size.ts'
import type { Job } from '../job/job.ts'
import { windowReopensAt } from '../limits/window.ts'
import { isFresh } from '../shard/closed.ts'
import { sizeOf } from '../shard/state.ts'
import { START_LEAD_MS } from '../times.ts'
import type { Hold } from './holds.ts'
import type { Claim, PassInput } from './input.ts'
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
  const claims = candidates
    .slice(0, room.starts.length)
    .map((job, index) => claim(job, room.starts[index] ?? input.now, index === 0, input))
  const left = candidates.slice(claims.length)
  const holds = [
    ...holdsOf(input, room, { claims: claims.length, left: left.length, staying: staying.length }),
    ...(twins.length > 0 ? [{ reason: 'same id', jobs: twins.length } as const] : []),
  ]
  const readOn = input.more && !input.cut && claims.length < room.starts.length
  return { claims, holds, unclaimed: [...left, ...twins], readOn }
}

interface Counts {
  readonly claims: number
  readonly left: number
  readonly staying: number
}

/** A shard without a free slot learns nothing of its rate: whoever frees one looks at that. */
function holdsOf(
  { state, limits, now, more }: PassInput,
  room: Room,
  { claims, left, staying }: Counts,
): Hold[] {
  if (left === 0 && !more) return []
  if (limits.slowedUntil !== undefined)
    return [{ reason: 'slowed down', jobs: left, until: limits.slowedUntil }]
  if (claims >= room.slots) {
    if (limits.isPaused) return [{ reason: 'paused', jobs: left }]
    return [{ reason: 'slots', jobs: left, inFlight: staying + claims, slots: limits.slots }]
  }
  const { rateLimit } = limits
  if (!rateLimit || claims < room.starts.length) return [{ reason: 'not read' }]
  const reopensAt = windowReopensAt(state.window, rateLimit, now)
  const known = reopensAt === undefined ? {} : { reopensAt }
  const { stretch, easesAt = Number.POSITIVE_INFINITY } = limits
  if (stretch !== undefined)
    return [{ reason: 'throttled', jobs: left, stretch, reopensAt: Math.min(reopensAt, easesAt) }]
  if (rateLimit.isInterval)
    return [{ reason: 'interval', jobs: left, interval_ms: rateLimit.period_ms, ...known }]
  return [{ reason: 'rate', jobs: left, allowed: rateLimit.allowed, ...known }]
}

/** When a job that may start at `startAt` starts at the earliest, seen from the moment before its start is written. */
export const plannedStart = (startAt: number, now: number, hasRate: boolean): number =>
  Math.max(startAt, now + (hasRate ? START_LEAD_MS : 0))

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
    // However few slots there are now, there may be more while this one is in flight.
    ...(isFresh(job.runAt, reading.since) ? { fresh: true as const } : {}),
    ...(job.alone ? { alone: job.alone } : {}),
  }
  const isOwn = first && runUntil !== undefined && !(shared && job.alone)
  if (!isOwn) return { job, slot: { ...slot, sentAt: now }, startAt: mayStartAt }
  const startAt = plannedStart(mayStartAt, now, limits.rateLimit !== undefined)
  return { job, slot: { ...slot, deadline: runUntil, ...(shared ? { shared: true as const } : {}) }, startAt }
}
