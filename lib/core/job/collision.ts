/** What becomes of a job whose unique key another job has: the rule of the one that comes, and the item that it leaves. */
import { formatShard, formatSortKey, parseShard, parseSortKey, type ShardKey } from '../keys.ts'
import { clipValue } from '../text/clip.ts'
import { type Duration, parseDuration } from '../text/duration.ts'
import { type Parsed, parsed, refused } from '../text/parsed.ts'
import type { JobItem, RawItem } from './job.ts'
import { type Lock, lockOfNext, type Unique } from './lock.ts'

/** One job for all that are put within `wait` of each other, with the payload of the last. */
export interface Debounce {
  /** Up to 256 characters. It counts in the job's queue, and is one with the unique key of the same text. */
  readonly key: string
  /** How long it waits for another after each: `'10s'`, or ms. */
  readonly wait: Duration | string
  /** It starts at the latest so long after the first. Default: no limit. */
  readonly max?: Duration | string | undefined
}

export interface Collision {
  readonly while: 'waiting' | 'unfinished'
  readonly onCollision: 'skip' | 'replace'
  readonly debounce?: { readonly wait_ms: number; readonly max_ms: number }
  /** When it was put, epoch ms. */
  readonly at: number
}

const PHASES: readonly unknown[] = ['waiting', 'unfinished']
const WAYS: readonly unknown[] = ['skip', 'replace']
const LONGEST_MS = 365 * 86_400_000

/** None for the default, which needs to know nothing of the job that is there. */
export function collisionOf(unique: Unique | undefined, at: number): Parsed<Collision | undefined> {
  if (unique === undefined || unique === true) return parsed(undefined)
  const { while: phase = 'unfinished', onCollision = 'skip', key: _key, ...others } = unique ?? {}
  const [unknown] = Object.keys(others)
  if (unknown !== undefined)
    return refused(`unique.${clipValue(unknown)} means nothing: it has key, while and onCollision`)
  if (!PHASES.includes(phase))
    return refused(`unique.while "${clipValue(phase)}" is neither "waiting" nor "unfinished"`)
  if (!WAYS.includes(onCollision))
    return refused(`unique.onCollision "${clipValue(onCollision)}" is neither "skip" nor "replace"`)
  return parsed(
    phase === 'unfinished' && onCollision === 'skip' ? undefined : { while: phase, onCollision, at },
  )
}

export function debounced(debounce: Debounce, at: number): Parsed<Collision> {
  const [wait_ms, max_ms] = [
    lengthOf(debounce?.wait),
    lengthOf(debounce?.max === undefined ? LONGEST_MS : debounce.max),
  ]
  if (wait_ms === undefined)
    return refused(`debounce.wait "${clipValue(debounce?.wait)}" is not a duration from 1 ms to "365d"`)
  if (max_ms === undefined || (debounce.max !== undefined && max_ms < wait_ms))
    return refused(`debounce.max "${clipValue(debounce.max)}" is not a duration from debounce.wait to "365d"`)
  const limits = { wait_ms, max_ms: debounce.max === undefined ? Number.POSITIVE_INFINITY : max_ms }
  return parsed({ while: 'waiting', onCollision: 'replace', debounce: limits, at })
}

function lengthOf(given: unknown): number | undefined {
  const ms = typeof given === 'string' || typeof given === 'number' ? parseDuration(given) : undefined
  return ms !== undefined && ms >= 1 && ms <= LONGEST_MS ? ms : undefined
}

/** Whether the job still has its key, as the rule wants it, or somebody else may have it. */
export const holdsKey = (collision: Collision, item: RawItem, isInFlight: boolean): boolean =>
  collision.while === 'unfinished' || isFresh(item, isInFlight)

/** Whether another may take its place. One that somebody has cancelled ends as such. */
export const isReplaceable = (collision: Collision, item: RawItem, isInFlight: boolean): boolean =>
  collision.onCollision === 'replace' && !isInFlight && item['cancellation'] === undefined

const isFresh = ({ attempt, cancellation }: RawItem, isInFlight: boolean): boolean =>
  !isInFlight && (attempt === undefined || attempt === 1) && cancellation === undefined

export interface Successor {
  readonly next: JobItem
  readonly lock: Lock
  /** When it was put, epoch ms. */
  readonly at: number
}

/**
 * What stands in the place of the job that waited: the new one, under the id that is there. A debounced one starts after
 * its wait, at the latest `max` after the first.
 */
export function successorOf(
  found: RawItem,
  its: Lock,
  { item, lock }: { readonly item: JobItem; readonly lock: Lock },
  collision: Collision,
): Successor | undefined {
  const [was, wants] = [parseSortKey(found.sk), parseSortKey(item.sk)]
  if (!was.ok || !wants.ok) return undefined
  const since = its.since ?? collision.at
  const { debounce } = collision
  const runAt = debounce
    ? Math.min(collision.at + debounce.wait_ms, since + debounce.max_ms)
    : wants.value.runAt
  const sk = formatSortKey({ ...wants.value, runAt, id: was.value.id })
  const moved = runAt - wants.value.runAt
  const next: JobItem = {
    ...item,
    pk: isOnePartition(found.pk, item.pk) ? (found.pk as ShardKey) : item.pk,
    sk,
    ...(item.startBefore === undefined ? {} : { startBefore: item.startBefore + moved }),
  }
  return {
    next,
    lock: { ...lockOfNext(lock, next, collision.at), ...(debounce ? { since } : {}) },
    at: collision.at,
  }
}

/** A job's shard limits nothing: within its partition, and its lane, it stays where it is. */
function isOnePartition(one: string, other: string): boolean {
  const [a, b] = [parseShard(one), parseShard(other)]
  return a.ok && b.ok && formatShard({ ...a.value, index: 0 }) === formatShard({ ...b.value, index: 0 })
}
