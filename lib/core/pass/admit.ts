/** Which of the due jobs start, in their order, and what holds the others. */
import { itemBytes } from '../job/item-size.ts'
import type { Job } from '../job/job.ts'
import { windowReopensAt } from '../limits/window.ts'
import { isFresh } from '../shard/closed.ts'
import { sizeOf } from '../shard/state.ts'
import { START_LEAD_MS } from '../times.ts'
import { waitsOf } from './held.ts'
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
    ...holdsOf(input, room, { claims: claims.length, left: left.length, staying }),
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

/** A shard without a free slot learns nothing of its rate: whoever frees one looks at that. */
function holdsOf(input: PassInput, room: Room, { claims, left, staying }: Counts): Hold[] {
  const { state, limits, now, more } = input
  if (left === 0 && !more) return []
  if (limits.slowedUntil !== undefined)
    return [{ reason: 'slowed down', jobs: left, until: limits.slowedUntil }]
  if (claims < room.slots) return rateHold(input, room, { claims, left })
  if (limits.isPaused) return [{ reason: 'paused', jobs: left }]
  const inFlight = staying.length + claims
  if (!limits.limiter) return [{ reason: 'slots', jobs: left, inFlight, slots: limits.slots }]
  const { name, ...units } = limits.limiter
  // Units are borrowed only for jobs that have a start: without one the shard stands in no line, and time brings it on.
  const withOneMore = roomFor(staying, { state, now, limits: { ...limits, slots: inFlight + 1 } })
  const lacksStart = withOneMore.starts.length <= claims
  return [
    { reason: 'limiter', jobs: left, limiter: name, ...units },
    ...(lacksStart ? rateHold(input, withOneMore, { claims, left }) : []),
  ]
}

function rateHold(
  { state, limits: { rateLimit }, now }: PassInput,
  room: Room,
  { claims, left }: Pick<Counts, 'claims' | 'left'>,
): Hold[] {
  if (!rateLimit || claims < room.starts.length) return [{ reason: 'not read' }]
  const reopensAt = windowReopensAt(state.window, rateLimit, now)
  const known = reopensAt === undefined ? {} : { reopensAt }
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
  { state, limits, now, reading, newToken, runUntil, shared }: PassInput,
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
  const waits = (startAt: number) => waitsOf(state, { from: job.runAt, until: startAt }, now)
  const isOwn = first && runUntil !== undefined && !(shared && job.alone)
  if (!isOwn) return { job, slot: { ...slot, sentAt: now }, startAt: mayStartAt, ...waits(mayStartAt) }
  const startAt = plannedStart(mayStartAt, now, limits.rateLimit !== undefined)
  return {
    job,
    slot: { ...slot, deadline: runUntil, ...(shared ? { shared: true as const } : {}) },
    startAt,
    ...waits(mayStartAt),
  }
}
