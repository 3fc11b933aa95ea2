/**
 * The keys of a job. `pk` names its shard: `queue`, `queue|partition`, `queue|partition|n`, or with a lane
 * `queue|partition|+lane` and `queue|partition|n+lane`.
 * `sk` orders the shard: `<priority 0-9>#<runAt, ISO 8601 UTC with ms>#<job id>`.
 */
import { type Lane, partsOfLane } from './limits/lane.ts'
import { clip } from './text/clip.ts'
import { parseInstant } from './text/instant.ts'
import { type Parsed, parsed, refused } from './text/parsed.ts'

declare const brand: unique symbol
type Branded<Name extends string> = string & { readonly [brand]: Name }

export type ShardKey = Branded<'ShardKey'>
export type SortKey = Branded<'SortKey'>
export type JobId = Branded<'JobId'>
export interface JobKey {
  readonly pk: ShardKey
  readonly sk: SortKey
}

export type Priority = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9
export const DEFAULT_PRIORITY: Priority = 5

export interface Shard {
  readonly queue: string
  /** Absent for a queue without a partition rule. */
  readonly partition?: string
  /** Absent if the partition has one shard, or the lane. */
  readonly index?: number
  /** What covers its jobs beside the limits of their queue. */
  readonly lane?: Lane
}

export interface Position {
  readonly priority: Priority
  /** Epoch milliseconds. */
  readonly runAt: number
  readonly id: JobId
}

/** Before the sort key of every job, whose first character is a digit. */
export const FIRST_SORT_KEY = '0#'
/** Behind the sort key of every job. */
export const BEHIND_SORT_KEYS = ':'
/** Nothing stands between a key and this one. */
export const firstKeyBehind = (sortKey: string): string => `${sortKey}\u0000`

const MAX_ID_LENGTH = 64
export const MAX_PARTITION_LENGTH = 256
export const QUEUE_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/
const ID = /^[A-Za-z0-9][A-Za-z0-9_.:@=+~-]*$/
const SORT_KEY = /^([0-9])#([^#]*)#(.*)$/s
/** An escape that `encodePartition` (`text/partition-value.ts`) and rules with several keys do not write. */
const NOT_CANONICAL = /%(?!25|7C|2C)/

export function formatShard({ queue, partition, index, lane }: Shard): ShardKey {
  const last = index === undefined && lane === undefined ? undefined : `${index ?? ''}${lane ?? ''}`
  // A sharded queue without a partition rule has an empty partition: `queue||n`.
  const middle = partition ?? (last === undefined ? undefined : '')
  return [queue, middle, last].filter((part) => part !== undefined).join('|') as ShardKey
}

/** The shard without number and lane: it owns the limits of its partition. */
export const isPlain = ({ index, lane }: Pick<Shard, 'index' | 'lane'>): boolean =>
  index === undefined && lane === undefined

const THIRD_PART = /^(0|[1-9]\d{0,3})?(\+.*)?$/s

/** What tells the shards of a partition apart. */
export function parseThirdPart(text: string): Parsed<Pick<Shard, 'index' | 'lane'>> {
  const match = text === '' ? null : THIRD_PART.exec(text)
  if (!match) return refused(`the shard "${clip(text)}" in pk is not a number from 0 to 9999, nor a lane`)
  const [, index, lane] = match
  const parts = lane === undefined ? undefined : partsOfLane(lane)
  if (parts && !parts.ok) return parts
  return parsed({
    ...(index === undefined ? {} : { index: Number(index) }),
    ...(lane === undefined ? {} : { lane: lane as Lane }),
  })
}

export function parseShard(pk: string): Parsed<Shard> {
  const [queue = '', partition, third, ...rest] = pk.split('|')
  if (!QUEUE_NAME.test(queue)) return refused(`pk "${clip(pk)}" does not begin with the name of a queue`)
  if (rest.length > 0)
    return refused(`pk "${clip(pk)}" has more than three parts; write | in a partition as %7C`)
  if (partition !== undefined && partition.length > MAX_PARTITION_LENGTH)
    return refused(`the partition in pk is longer than ${MAX_PARTITION_LENGTH} characters`)
  if (partition !== undefined && NOT_CANONICAL.test(partition))
    return refused(
      `pk "${clip(pk)}": write % in a partition as %25, or it is another partition than the client's`,
    )
  if (partition === '' && third === undefined) return refused(`pk "${clip(pk)}" has an empty partition`)
  const last = third === undefined ? parsed({}) : parseThirdPart(third)
  return last.ok ? parsed({ queue, ...(partition ? { partition } : {}), ...last.value }) : last
}

export const formatSortKey = ({ priority, runAt, id }: Position): SortKey =>
  `${priority}#${new Date(runAt).toISOString()}#${id}` as SortKey

export function parseSortKey(sk: string): Parsed<Position> {
  const match = SORT_KEY.exec(sk)
  if (!match)
    return refused(`sk "${clip(sk)}" is not <priority 0-9>#<runAt as ISO 8601 UTC with ms>#<job id>`)
  const [, priority, time = '', id = ''] = match
  const runAt = parseInstant(time)
  if (runAt === undefined)
    return refused(
      `the time "${clip(time)}" in sk is not ISO 8601 UTC with ms, e.g. 2030-01-31T09:00:00.000Z`,
    )
  const checked = parseJobId(id)
  if (!checked.ok) return checked
  return parsed({ priority: Number(priority) as Priority, runAt, id: checked.value })
}

export function parseJobId(id: string): Parsed<JobId> {
  if (id.length > MAX_ID_LENGTH) return refused(`the job id is longer than ${MAX_ID_LENGTH} characters`)
  if (!ID.test(id)) return refused(`the job id "${clip(id)}" may hold only letters, digits and _.:@=+~-`)
  return parsed(id as JobId)
}

export const isPriority = (value: unknown): value is Priority =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 9
