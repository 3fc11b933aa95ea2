/**
 * An idempotency key's receipt: which job was accepted under it, and until when the key makes no other. It stands in the
 * History table, whatever has become of the job.
 */
import type { JobKey } from '../keys.ts'
import { clipValue } from '../text/clip.ts'
import { type Duration, parseDuration } from '../text/duration.ts'
import { type Parsed, parsed, refused } from '../text/parsed.ts'
import { CLOCK_SKEW_MS } from '../times.ts'
import type { JobItem } from './job.ts'

/** As the caller of a client, or an event, has it. */
export interface Once {
  readonly idempotencyKey?: string | undefined
  readonly idempotencyTtl?: Duration | string | undefined
}

export interface Receipt {
  /** `$once|<queue>|<key>` */
  readonly pk: string
  readonly sk: typeof RECEIPT
  /** As the job was put: its retries stand under later keys. */
  readonly job: JobKey
  /** By what a call knows its own write. */
  readonly mark: string
  /** When it was asked for, epoch ms. */
  readonly at: number
  /** Epoch ms from which on the key is free. */
  readonly until: number
  /** Epoch seconds at which DynamoDB forgets it, sooner or later: nothing depends on when. */
  readonly expiresAt: number
}

const RECEIPT = 'receipt'
const DEFAULT_TTL = '1d'
const SHORTEST_TTL_MS = 1000
const LONGEST_TTL_MS = 365 * 86_400_000
const MAX_KEY_LENGTH = 256

/** The receipt of a new job, none if it has no key, or why there can be none. `mark`: of this call, and of no other. */
export function receiptOf(once: Once, item: JobItem, mark: string, now: number): Parsed<Receipt | undefined> {
  const { idempotencyKey: key, idempotencyTtl: ttl = DEFAULT_TTL } = once
  if (key === undefined)
    return once.idempotencyTtl === undefined
      ? parsed(undefined)
      : refused('idempotencyTtl without idempotencyKey means nothing: give both, or none')
  if (!isKey(key))
    return refused(
      `idempotencyKey ${clipValue(key)} is not a text of 1 to ${MAX_KEY_LENGTH} characters: use a digest of a longer one`,
    )
  const ttl_ms = parseDuration(ttl)
  if (ttl_ms === undefined || ttl_ms < SHORTEST_TTL_MS || ttl_ms > LONGEST_TTL_MS)
    return refused(`idempotencyTtl ${clipValue(ttl)} is not a duration from "1s" to "365d"`)
  const until = now + ttl_ms
  const [queue = ''] = item.pk.split('|')
  const expiresAt = Math.ceil((until + CLOCK_SKEW_MS) / 1000)
  const job: JobKey = { pk: item.pk, sk: item.sk }
  return parsed({ pk: `$once|${queue}|${key}`, sk: RECEIPT, job, mark, at: now, until, expiresAt })
}

const isKey = (key: unknown): key is string =>
  typeof key === 'string' && key.length >= 1 && key.length <= MAX_KEY_LENGTH && key.isWellFormed()
