/**
 * Where a start fits in before others that were granted earlier for later, and puts off none of them. Usually it comes after all of
 * them. But a rate may have been raised since, or many of them given back: then there is room long before the last.
 *
 * Each start stands on record as a span: it is made at some time between the one from which on it may be, and the one until which. Starts
 * that can fall into one window have a last time from which on one of them may be made, and all of them end less than a window
 * before that. So it is enough to count at these times.
 */
import { GRANTED_AT_MOST_MS } from '../times.ts'
import { type RateInUse, unitsFor } from './shared-rate.ts'
import { rememberedFor } from './window.ts'

export interface Sought {
  readonly rates: readonly RateInUse[]
  /** What the job says that it costs. */
  readonly cost: number | undefined
  /** When it may start by all else, and before which time it is to. */
  readonly from: number
  readonly before: number
  /** Until when it may start that may start from then on. */
  readonly untilOf: (at: number) => number
}

/** The earliest time for a start at which no window has too many; `undefined` if there is none before `before`. */
export function roomBetween({ rates, cost, from, before, untilOf }: Sought): number | undefined {
  const all = rates.map((use) => ({ use, spans: spansOf(use), units: unitsFor(use, cost) }))
  const forgotten = all.flatMap(({ use, spans }) => spans.map(({ until }) => until + rememberedFor(use.rate)))
  return [from, ...forgotten.filter((at) => at > from)]
    .filter((at) => at < before)
    .sort((one, other) => one - other)
    .find((at) => all.every((of) => hasRoom(of, { from: at, until: untilOf(at) })))
}

/** On record, or to come there. */
interface Span {
  readonly from: number
  readonly until: number
}

interface Counted {
  readonly use: RateInUse
  readonly spans: readonly (Span & { readonly count: number })[]
  /** As how many starts the new one counts. */
  readonly units: number
}

function hasRoom({ use: { rate }, spans, units }: Counted, { from, until }: Span): boolean {
  const kept = rememberedFor(rate)
  const later = spans.filter((span) => span.from > from && span.from < until + kept)
  return [from, ...later.map((span) => span.from)].every(
    (at) => units + countAt(spans, at, kept) <= rate.allowed,
  )
}

const countAt = (spans: Counted['spans'], at: number, kept: number): number =>
  spans.reduce((sum, { from, until, count }) => sum + (from <= at && until + kept > at ? count : 0), 0)

const spansOf = ({ window }: RateInUse): Counted['spans'] =>
  Object.entries(window).map(([key, count]) => ({ from: madeFrom(key), until: Number(key), count }))

const LENGTH_DIGITS = 5
const DIGITS = 10 + LENGTH_DIGITS

/** How a key says for how long its start may be made. What follows the point is ten digits without that. */
export const withLength = (key: string, length_ms: number): string =>
  `${key}${String(Math.ceil(length_ms)).padStart(LENGTH_DIGITS, '0')}`

/** From when on the start of a key may be made. One that has been made is a bucket, and so has no point. */
function madeFrom(key: string): number {
  const [until = '', digits = ''] = key.split('.')
  if (digits === '') return Number.NEGATIVE_INFINITY
  const isSaid = digits.length === DIGITS
  return Number(until) - (isSaid ? Number(digits.slice(-LENGTH_DIGITS)) : GRANTED_AT_MOST_MS)
}
