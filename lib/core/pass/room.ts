/** What a pass may claim: how many slots are free, and when further jobs may start. */

import type { Job } from '../job/job.ts'
import type { JobId } from '../keys.ts'
import type { SharedStarts } from '../limits/grant.ts'
import { plannedRate } from '../limits/limits.ts'
import { startTimes } from '../limits/window.ts'
import { jobsInFlight } from '../shard/in-flight.ts'
import { type Slot, slotEntries, sortKeyOf, startsReserved } from '../shard/state.ts'
import { START_LEAD_MS, START_WRITES_MS } from '../times.ts'
import type { PassInput } from './input.ts'
import { type Range, rangesToRead } from './ranges.ts'

export interface JobsToRead {
  /** How many jobs of ids that are not in flight. */
  readonly want: number
  readonly inFlight: ReadonlySet<JobId>
  readonly ranges: readonly Range[]
}

/** What a pass has to read: what may be claimed, and one more, which tells whether others wait. */
export function jobsToRead(
  input: Pick<PassInput, 'state' | 'limits' | 'now' | 'recovered' | 'released'>,
  whole: boolean,
): JobsToRead {
  const staying = slotsThatStay(input)
  const want = roomFor(staying, input).starts.length * (input.limits.batch?.size ?? 1) + 1
  return jobsWanted(staying, want, whole)
}

/** What is read before it is known what may be claimed: as if that were one job, which is what a unit that moves on is for. */
export const jobsToReadAhead = (input: SlotsInput, whole: boolean): JobsToRead =>
  jobsWanted(slotsThatStay(input), 2, whole)

function jobsWanted(staying: Staying, want: number, whole: boolean): JobsToRead {
  const flying = jobsInFlight(staying)
  return { want, inFlight: new Set(flying.map(([id]) => id)), ranges: rangesToRead(flying, whole) }
}

/** The slots that a pass leaves as they are. */
export type Staying = readonly [JobId, Slot][]

type SlotsInput = Pick<PassInput, 'state' | 'recovered' | 'released'>

/** All but those given back with this pass, and dead ones whose jobs have been taken care of. */
export function slotsThatStay({ state, recovered, released }: SlotsInput): [JobId, Slot][] {
  return slotEntries(state.slots).filter(
    ([id, slot]) => !recovered.has(id) && !(id === released?.id && slot.token === released.token),
  )
}

/** How many slots are free, and when each of the jobs that may be claimed may start. */
export interface Room {
  readonly slots: number
  readonly starts: readonly number[]
  /** There would be more of them, but for a rate that is shared. */
  readonly isCut?: true
}

/** A claim that has not started holds back a start of the rate, so that it may start at any time. */
export function roomFor(
  staying: readonly [JobId, Slot][],
  { state, limits, now }: Pick<PassInput, 'state' | 'limits' | 'now'>,
): Room {
  const slots = Math.max(0, limits.slots - staying.length)
  const starts = startsOf(staying, slots, { state, limits, now })
  if (!limits.shared) return { slots, starts }
  const shared = granted(starts, limits.shared, now)
  return { slots, starts: shared, ...(shared.length < starts.length ? { isCut: true } : {}) }
}

function startsOf(
  staying: Staying,
  slots: number,
  { state, limits, now }: Pick<PassInput, 'state' | 'limits' | 'now'>,
): number[] {
  const rate = plannedRate(limits)
  if (!rate) return Array.from({ length: slots }, () => now)
  const reserved = startsReserved(staying.map(([, slot]) => slot))
  return startTimes(state.window, rate, { reserved, now, most: slots })
}

/** The times at which jobs have a start of their partition's rate and of all that are shared. */
function granted(starts: readonly number[], { grants }: SharedStarts, now: number): number[] {
  const both = grants.flatMap(({ at, until }, index) => {
    const start = starts[index]
    return start === undefined ? [] : [{ start: Math.max(start, at), until }]
  })
  const late = both.findIndex(({ start, until }) => plannedStart(start, now, true) > until)
  return (late === -1 ? both : both.slice(0, late)).map(({ start }) => start)
}

/** How far ahead a worker records a start that has come by a message, if starts are remembered for so long. */
export const leadOf = (kept_ms: number): number =>
  kept_ms / 2 < START_WRITES_MS ? START_WRITES_MS : START_LEAD_MS

/** When a job that may start at `startAt` starts at the earliest, seen from the moment before its start is written. */
export const plannedStart = (startAt: number, now: number, hasRate: boolean): number =>
  Math.max(startAt, now + (hasRate ? START_LEAD_MS : 0))

/** Jobs that may be claimed, and twins: items that bear the id of a job in flight, and so have to wait for it. */
export function separateTwins(
  due: readonly Job[],
  staying: readonly [JobId, Slot][],
): { candidates: Job[]; twins: Job[] } {
  const inFlight = new Map(jobsInFlight(staying).map((slot) => [slot[0], sortKeyOf(slot)]))
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
