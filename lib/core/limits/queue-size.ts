/**
 * Whether there is room for one more job, and in which part of the number. The parts' own bounds sum to the limit, so
 * however many put simultaneously, each by one conditional write of one part, they never put more than the limit allows.
 */
import { MAX_PARTS, partKey, partsOf, type Room, type SizeLimit } from '../job/counted.ts'
import { type MaxSet, maxInForce } from './max-size.ts'

/** What a part of a number says. */
export interface Part {
  readonly jobs: number
  /** How many jobs were ever put there. */
  readonly puts: number
  /** The maximum that somebody has set. */
  readonly set?: MaxSet
}
/** By the number of the part. Missing parts have no jobs. */
export type PartCounts = ReadonlyMap<number, Part>

export const ALL_PARTS = Array.from({ length: MAX_PARTS }, (_, part) => part)

export interface Found {
  /** How many jobs are there. */
  readonly size: number
  /** Where one more may be put; absent if the queue is full. */
  readonly room?: { readonly part: number; readonly room: Room }
}

export const sizeOf = (counts: PartCounts): number =>
  [...counts.values()].reduce((sum, { jobs }) => sum + Math.max(0, jobs), 0)

/** All parts as one. A part below 0, which only items that somebody has copied make, takes away from the others. */
export const sumOfParts = (counts: PartCounts): Part => ({
  jobs: [...counts.values()].reduce((sum, { jobs }) => sum + jobs, 0),
  puts: [...counts.values()].reduce((sum, { puts }) => sum + puts, 0),
})

/** The parts' bounds, which sum to the limit. */
export const boundOf = (max: number, part: number): number =>
  Math.floor(max / partsOf(max)) + (part < max % partsOf(max) ? 1 : 0)

export type LimitInForce =
  | { readonly kind: 'known'; readonly limit: SizeLimit }
  | { readonly kind: 'unknown'; readonly problem: string }

/** With what somebody has set in place of the configured maximum. */
export function limitInForce(configured: SizeLimit, counts: PartCounts): LimitInForce {
  const found = maxInForce(
    configured.max,
    ALL_PARTS.map((part) => counts.get(part)?.set),
  )
  if (found.kind === 'unknown') return found
  const { kind, ...inForce } = found
  return { kind, limit: { ...configured, ...inForce } }
}

/** @param random from 0 (inclusive) to 1 (exclusive): of several parts with room, those with more are likelier */
export function findRoom({ pk, max, set }: SizeLimit, counts: PartCounts, random: number): Found {
  const size = sizeOf(counts)
  if (size >= max) return { size }
  const open = Array.from({ length: partsOf(max) }, (_, part) => ({
    part,
    free: boundOf(max, part) - (counts.get(part)?.jobs ?? 0),
  })).filter(({ free }) => free > 0)
  const part = pick(open, random)
  if (part === undefined) return { size }
  const key = { ...partKey(pk, part), ...(set ? { mark: set.mark } : {}) }
  const bound = boundOf(max, part)
  if (!isStrained(max, counts)) return { size, room: { part, room: { ...key, most: bound } } }
  // What is above their bounds in others is not there for this one, which others may have filled since it was read.
  const most = Math.min(bound, max - (size - Math.max(0, counts.get(part)?.jobs ?? 0)))
  return { size, room: { part, room: { ...key, most, others: others(pk, counts, part) } } }
}

/**
 * More jobs than a part's bound are in it, for they could not be refused, or the limit was lowered: then full parts alone
 * would let in too many.
 */
const isStrained = (max: number, counts: PartCounts): boolean =>
  [...counts].some(([part, { jobs }]) => jobs > (part < partsOf(max) ? boundOf(max, part) : 0))

const others = (pk: string, counts: PartCounts, except: number) =>
  ALL_PARTS.filter((part) => part !== except).map((part) => ({
    ...partKey(pk, part),
    count: counts.get(part)?.jobs ?? 0,
  }))

function pick(open: readonly { readonly part: number; readonly free: number }[], random: number) {
  let left = random * open.reduce((sum, { free }) => sum + free, 0)
  for (const { part, free } of open) {
    left -= free
    if (left < 0) return part
  }
  return open.at(-1)?.part
}

/** So many jobs the number counts for certain that are not there, if this is more than 0. See below. */
export const lostAmong = (before: Part, now: Part, counted: number): number =>
  now.jobs - (now.puts - before.puts) - counted

/** What somebody has counted of a part who has gone through the table while it was in use. */
export interface Counted {
  readonly items: number
  /** The same, but one that was met twice, for it has gone on meanwhile, is one. */
  readonly jobs: number
}

/**
 * How many jobs a part has, by a count of those that are there. While others put, move and end jobs, a count may have missed
 * those that were put or moved meanwhile, and no others: what exceeds both is certainly lost. Too small a number is only
 * mended if nothing has happened meanwhile.
 * @param before as it was before the count began
 * @param now as it is after that
 */
export function recounted(before: Part, now: Part, counted: Counted): number {
  const lost = lostAmong(before, now, counted.items)
  const isQuiet = now.jobs === before.jobs && now.puts === before.puts
  if (lost > 0) return now.jobs - lost
  return isQuiet ? Math.max(now.jobs, counted.jobs) : now.jobs
}
