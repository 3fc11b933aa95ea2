/**
 * Which ranges of a shard a pass reads: all but some of the jobs in flight. A strong read costs a unit for each 4 KB that
 * it passes over, and one at least, so a range ends before jobs in flight that are worth a query of their own.
 */
import { FIRST_SORT_KEY, firstKeyBehind, type SortKey } from '../keys.ts'
import { closedSpans, inOrder, type Span, spanOf } from '../shard/closed.ts'
import { type Slot, sortKeyOf } from '../shard/state.ts'

export interface Range {
  readonly from: string
  /** Absent for the last one, which goes to the end. */
  readonly before?: SortKey
  /** The keys of jobs in flight that the range passes over. */
  readonly inFlight: readonly SortKey[]
}

/** What a query costs at least. */
const UNIT_KB = 4
/** The size of a job that is too small for its slot to say it. */
const SMALL_KB = 1
/** Each costs a query more, one after the other, while other passes may write. */
const MOST_CUT_OUT = 16

/** @param whole whether to read what is closed, too: then only jobs in flight are cut out, each by itself */
export function rangesToRead(slots: readonly (readonly [string, Slot])[], whole: boolean): Range[] {
  const closed = whole ? [] : closedSpans(slots)
  const within = new Set(closed.flatMap((span) => span.slots.map(([id]) => id)))
  const alone = slots.filter(([id]) => !within.has(id)).map((slot) => spanOf([slot]))
  const cut = [...closed, ...alone]
    .filter((span) => sizeOfAll(span) >= UNIT_KB)
    .toSorted((one, other) => sizeOfAll(other) - sizeOfAll(one))
    .slice(0, MOST_CUT_OUT)
    .toSorted((one, other) => (one.first < other.first ? -1 : 1))
  const keys = inOrder(slots).map(sortKeyOf)
  return [...cut, undefined].map((span, index): Range => {
    const from = firstKeyAfter(cut[index - 1])
    return {
      from,
      ...(span ? { before: span.first } : {}),
      inFlight: keys.filter((key) => key >= from && (!span || key < span.first)),
    }
  })
}

const firstKeyAfter = (span: Span | undefined): string => (span ? firstKeyBehind(span.last) : FIRST_SORT_KEY)

const sizeOfAll = ({ slots }: Span): number =>
  slots.reduce((sum, [, { size_kb = SMALL_KB }]) => sum + size_kb, 0)
