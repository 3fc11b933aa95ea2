/**
 * Which jobs count for the size of their queue, and where. A job that counts says so itself, in `countedIn`: so whatever
 * ends it, in whichever configuration, counts it off in the same write, and one that never counted is never counted off.
 */
import { parseShard } from '../keys.ts'
import type { MaxSet } from '../limits/max-size.ts'
import { type Config, type QueueConfig, queueNamed } from '../queue/configured.ts'
import { stableHash } from '../text/hash.ts'
import type { SizeScope } from './counted-in.ts'
import type { JobItem, RawItem } from './job.ts'

const SCOPES: readonly SizeScope[] = ['queue', 'partition']

/** A number of jobs that are there. A queue's number is the sum of its parts', for one item takes few transactions a second. */
export interface PartKey {
  /** `$size|<queue>` or `$size|<queue>|<partition>`, in the History table. */
  readonly pk: string
  /** Two digits. */
  readonly sk: string
}

/** A part of a queue's number, and how many jobs may be in it, for one more to be put. */
export interface Room extends PartKey {
  readonly most: number
  /** Of the maximum that somebody had set when the number was read. */
  readonly mark?: string
  /** Parts that have to be as they were read: the sum is near the limit in another way than by full parts. */
  readonly others?: readonly (PartKey & { readonly count: number })[]
}

/** A limit that covers a job. */
export interface SizeLimit {
  readonly scope: SizeScope
  readonly pk: string
  readonly max: number
  /** What somebody has set in place of the configured maximum, as the number says it. */
  readonly set?: MaxSet
}

export const MAX_PARTS = 16
const JOBS_A_PART = 10

/** The fewer jobs there may be, the more of them would have to look into several parts. */
export const partsOf = (max: number): number =>
  Math.min(MAX_PARTS, Math.max(1, Math.floor(max / JOBS_A_PART)))

export const partKey = (pk: string, part: number): PartKey => ({ pk, sk: String(part).padStart(2, '0') })

/** Where the jobs of a queue, or of one partition of it, are counted. Absent: nowhere. */
export function sizeKey(pk: string, scope: SizeScope): string | undefined {
  const shard = parseShard(pk)
  if (!shard.ok) return undefined
  const { queue, partition } = shard.value
  if (scope === 'queue') return sizePk(queue)
  return partition === undefined ? undefined : sizePk(queue, partition)
}

export const sizePk = (queue: string, partition?: string): string =>
  ['$size', queue, ...(partition === undefined ? [] : [partition])].join('|')

export const sizeLimitsOf = ({ maxQueueSize = {} }: Sized, pk: string): SizeLimit[] =>
  SCOPES.flatMap((scope) => {
    const max = maxQueueSize[scope]
    const key = sizeKey(pk, scope)
    return max === undefined || key === undefined ? [] : [{ scope, pk: key, max }]
  })

type Sized = Pick<QueueConfig, 'maxQueueSize'>

/** Where an item counts. Anybody may have written it: what makes no sense counts nowhere. */
export const partsOfItem = (item: RawItem): PartKey[] =>
  SCOPES.flatMap((scope) => {
    const part = partOf(item, scope)
    const key = sizeKey(item.pk, scope)
    return part === undefined || key === undefined ? [] : [partKey(key, part)]
  })

function partOf({ countedIn }: RawItem, scope: SizeScope): number | undefined {
  if (typeof countedIn !== 'object' || countedIn === null) return undefined
  const part = (countedIn as Readonly<Record<string, unknown>>)[scope]
  const isPart = typeof part === 'number' && Number.isInteger(part) && part >= 0 && part < MAX_PARTS
  return isPart ? part : undefined
}

export interface Change extends PartKey {
  readonly by: number
  /**
   * How many items that are put there a recount may have missed, for it has passed their place already: a number that only
   * grows, by which it knows of them.
   */
  readonly puts: number
}

/**
 * What a write does to the numbers that takes some items away and puts others. What changes nothing is left out. A job that
 * goes into another shard is put there: whoever counts meanwhile may see it in neither.
 */
export function changesOf(taken: readonly RawItem[], put: readonly RawItem[]): Change[] {
  const changes = new Map<string, Change>()
  const add = (item: RawItem, by: number, puts: number) => {
    for (const { pk, sk } of partsOfItem(item)) {
      const key = `${pk}\n${sk}`
      const before = changes.get(key) ?? { by: 0, puts: 0 }
      changes.set(key, { pk, sk, by: before.by + by, puts: before.puts + puts })
    }
  }
  for (const item of taken) add(item, -1, 0)
  for (const item of put) add(item, 1, taken.some((one) => isBehind(item, one)) ? 0 : 1)
  return [...changes.values()].filter(({ by, puts }) => by !== 0 || puts > 0)
}

/** Whoever reads a shard from its beginning, and has not met the one yet, will meet the other. So a retry changes no number. */
const isBehind = (item: RawItem, taken: RawItem): boolean => item.pk === taken.pk && item.sk > taken.sk

/**
 * The item of a job that nobody can refuse any more: an event's, or one that an operator puts back or moves. It counts
 * where the configuration says, whether there is room or not; what it has counted for elsewhere is forgotten.
 */
export function countedAnyway<Item extends RawItem>(queue: Sized, { countedIn: _, ...item }: Item): JobItem {
  const job = item as unknown as JobItem
  return withParts(
    job,
    sizeLimitsOf(queue, job.pk).map(({ scope, max }) => [scope, stableHash(job.sk) % partsOf(max)] as const),
  )
}

/**
 * A job that takes the place of one that waits counts in the same parts, so that no number changes; in its own parts only
 * where that one did not count, or if it goes into another partition.
 */
export function insteadOf(found: RawItem, next: JobItem): JobItem {
  const parts = SCOPES.flatMap((scope) => {
    const isSamePlace = sizeKey(found.pk, scope) === sizeKey(next.pk, scope)
    const part = (isSamePlace ? partOf(found, scope) : undefined) ?? partOf(next, scope)
    return part === undefined ? [] : [[scope, part] as const]
  })
  return withParts(next, parts)
}

/** Those of the rooms into which a write puts something. */
export const roomsFor = (changes: readonly Change[], rooms: readonly Room[]): Room[] =>
  rooms.filter((room) => changes.some(({ pk, sk, by }) => by > 0 && pk === room.pk && sk === room.sk))

export const withParts = (
  { countedIn: _, ...item }: JobItem,
  parts: readonly (readonly [SizeScope, number])[],
): JobItem => ({
  ...(item as JobItem),
  ...(parts.length === 0 ? {} : { countedIn: Object.fromEntries(parts) }),
})

/** For a new job: the limits of its queue's size, if it has any. */
export function sizesOf(config: Config, { pk }: JobItem): { readonly sizes?: readonly SizeLimit[] } {
  const queue = queueNamed(config, pk.split('|')[0] ?? '')
  const sizes = queue ? sizeLimitsOf(queue, pk) : []
  return sizes.length === 0 ? {} : { sizes }
}
