/** What makes a new job the only one: an idempotency key, or a unique key. */
import { type Parsed, parsed, refused } from '../text/parsed.ts'
import type { SizeLimit } from './counted.ts'
import type { JobItem } from './job.ts'
import { type Lock, type Unique, uniqueOf } from './lock.ts'
import { type Once, type Receipt, receiptOf } from './receipt.ts'

export interface NewItem {
  readonly item: JobItem
  readonly receipt?: Receipt | undefined
  readonly lock?: Lock | undefined
  /** The limits of its queue's size, if it has any. */
  readonly sizes?: readonly SizeLimit[] | undefined
  /** Somebody has chosen its id: it may have been put before. */
  readonly isNamed?: boolean
}

/**
 * The item as it is to be put, and what is put with it.
 * @param item with its payload inside
 * @param mark of this call, and of no other
 */
export function onlyOne(
  { unique, ...once }: Once & { readonly unique?: Unique | undefined },
  item: JobItem,
  mark: string,
  now: number,
): Parsed<NewItem> {
  const receipt = receiptOf(once, item, mark, now)
  if (!receipt.ok) return receipt
  if (unique === undefined) return parsed({ item, receipt: receipt.value })
  if (receipt.value)
    return refused(
      'give idempotencyKey or unique, not both: a job that is the only one for a day, or while it is there',
    )
  return uniqueOf(unique, item, mark, now)
}
