/**
 * Between which jobs in flight nothing waits that was put in time, so that a hand-off need not look there.
 *
 * Jobs of one priority are claimed in the order of `runAt`. Once one is claimed 10 s after its `runAt`, whatever was put
 * in time to go before it was in the table, was read, and was claimed first. So of each priority all is *closed* from the
 * first job in flight to the last one that was not claimed fresh. What stands there all the same (put late, given back,
 * a twin) is noted in the state item: `waitingAmid`.
 */
import { parseSortKey, type SortKey } from '../keys.ts'
import { CLOCK_SKEW_MS, PUT_MS } from '../times.ts'
import { type Slot, sortKeyOf } from './state.ts'

/** Whether jobs that go before one with this `runAt` may still have been on their way at that time. */
export const isFresh = (runAt: number, readAt: number): boolean => runAt > readAt - PUT_MS - CLOCK_SKEW_MS

/** Whether a put was so late that, by another clock, a job to be run after it need not have been fresh by then. */
export function isLate(key: string, now: number): boolean {
  const position = parseSortKey(key)
  return position.ok && position.value.runAt <= now - PUT_MS
}

/** A part of a shard that begins and ends with a job in flight. */
export interface Span {
  readonly first: SortKey
  readonly last: SortKey
  /** The jobs in flight in it. */
  readonly slots: readonly Entry[]
}

type Entry = readonly [string, Slot]

/** One for each priority that has a job in flight which was not claimed fresh, in their order. */
export function closedSpans(slots: readonly Entry[]): Span[] {
  const sorted = inOrder(slots)
  return [...Map.groupBy(sorted, ([, { priority }]) => priority).values()].flatMap((same) => {
    const closed = same.slice(0, same.findLastIndex(([, { fresh }]) => !fresh) + 1)
    return closed.length > 0 ? [spanOf(closed)] : []
  })
}

export const inOrder = (slots: readonly Entry[]): Entry[] =>
  slots.toSorted((one, other) => (sortKeyOf(one) < sortKeyOf(other) ? -1 : 1))

export function spanOf(slots: readonly Entry[]): Span {
  const [first, last] = [slots[0], slots.at(-1)]
  if (!first || !last) throw new Error('a span holds a job')
  return { first: sortKeyOf(first), last: sortKeyOf(last), slots }
}

export const isWithin = (spans: readonly Span[], key: string): boolean =>
  spans.some(({ first, last }) => first < key && key < last)
