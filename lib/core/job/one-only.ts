/** What makes a new job the only one: an idempotency key, a unique key, or one that it is debounced under. */

import { type Parsed, parsed, refused } from '../text/parsed.ts'
import { type Collision, collisionOf, type Debounce, debounced } from './collision.ts'
import type { SizeLimit } from './counted.ts'
import type { JobItem } from './job.ts'
import { type Lock, type Unique, uniqueOf } from './lock.ts'
import { type Once, type Receipt, receiptOf } from './receipt.ts'

export interface NewItem {
  readonly item: JobItem
  readonly receipt?: Receipt | undefined
  readonly lock?: Lock | undefined
  /** Of a lock whose key may be had although another job has it. */
  readonly collision?: Collision | undefined
  /** The limits of its queue's size, if it has any. */
  readonly sizes?: readonly SizeLimit[] | undefined
  /** Somebody has chosen its id: it may have been put before. */
  readonly isNamed?: boolean
}

export interface OneOnly extends Once {
  readonly unique?: Unique | undefined
  readonly debounce?: Debounce | undefined
}

/**
 * The item as it is to be put, and what is put with it.
 * @param item with its payload inside
 * @param mark of this call, and of no other
 */
export function onlyOne(
  { unique, debounce, ...once }: OneOnly,
  item: JobItem,
  mark: string,
  now: number,
): Parsed<NewItem> {
  const receipt = receiptOf(once, item, mark, now)
  if (!receipt.ok) return receipt
  const given = debounce ?? unique
  if (given === undefined) return parsed({ item, receipt: receipt.value })
  if (debounce !== undefined && (unique !== undefined || receipt.value))
    return refused(
      'give debounce without unique and idempotencyKey: its key makes one job of those that come',
    )
  if (receipt.value)
    return refused(
      'give idempotencyKey or unique, not both: a job that is the only one for a day, or while it is there',
    )
  const collision = debounce === undefined ? collisionOf(unique, now) : debounced(debounce, now)
  if (!collision.ok) return collision
  const only = uniqueOf(given, item, mark, now)
  if (!only.ok) return debounce ? refused(only.reason.replace('unique.key', 'debounce.key')) : only
  const lock = debounce ? { ...only.value.lock, since: now } : only.value.lock
  return parsed({ ...only.value, lock, ...(collision.value ? { collision: collision.value } : {}) })
}

/** The job's own options: a debounced one starts after its wait. */
export function delayOf(
  job: OneOnly & { readonly delay?: unknown; readonly runAt?: unknown },
): Parsed<object> {
  const { debounce } = job
  if (debounce === undefined) return parsed({})
  if (typeof debounce !== 'object' || debounce === null) return refused('debounce is { key, wait, max }')
  if (job.delay !== undefined || job.runAt !== undefined)
    return refused('give debounce without delay and runAt: debounce.wait says when it starts')
  const rule = debounced(debounce, 0)
  return rule.ok ? parsed({ delay: rule.value.debounce?.wait_ms }) : rule
}
