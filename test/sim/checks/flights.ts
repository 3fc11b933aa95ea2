/** The observer's own reading of slots: one holds a job, or the jobs of a batch, of which it lists the others by their sort keys. */
import type { Slot, Slots } from '../../../lib/core/shard/state.ts'
import { readPlace } from './keys.ts'
import type { AttemptTruth } from './lineage.ts'

export interface Flight {
  readonly id: string
  readonly runAt: number
  readonly sk: string
  /** The id that the slot bears. */
  readonly holder: string
  readonly slot: Slot
}

export const flightsIn = (slots: Slots = {}): Flight[] =>
  Object.entries(slots).flatMap(([holder, slot]) => {
    const first = `${slot.priority}#${new Date(slot.runAt).toISOString()}#${holder}`
    return [first, ...(slot.others ?? [])].map((sk) => ({ sk, ...readPlace(sk), holder, slot }))
  })

export const flightOf = (slots: Slots | undefined, id: string): Flight | undefined =>
  flightsIn(slots).find((flight) => flight.id === id)

/** The ids of jobs of which an attempt runs, and of those that are done while others of their batch run: their slot is taken. */
export function busyIn(slots: Slots | undefined, running: readonly AttemptTruth[]): Set<string> {
  const ids = new Set(running.map(({ id }) => id))
  const flights = flightsIn(slots)
  const holders = new Set(flights.filter(({ id }) => ids.has(id)).map(({ holder }) => holder))
  return new Set([...ids, ...flights.filter(({ holder }) => holders.has(holder)).map(({ id }) => id)])
}

/** One of each call of a handler: a batch is one attempt, with one slot and one start, whatever it has of jobs. */
export function firstOfCalls(attempts: Iterable<AttemptTruth>): AttemptTruth[] {
  const calls = new Map<number, AttemptTruth>()
  for (const attempt of attempts) if (!calls.has(attempt.call)) calls.set(attempt.call, attempt)
  return [...calls.values()]
}
