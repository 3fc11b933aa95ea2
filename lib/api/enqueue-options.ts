/** What a caller of `enqueue` may say of a job, and what it gets. */
import type { Debounce } from '../core/job/collision.ts'
import type { Unique } from '../core/job/lock.ts'
import type { Duration } from '../core/text/duration.ts'

export interface EnqueueOptions<PoolName extends string = string, TagKey extends string = never> {
  /** Not before this time: a Date, epoch ms, or text as ISO 8601. Default: now. */
  readonly runAt?: Date | number | string
  /** Not before so much time has passed: `'10m'`, or ms. Excludes `runAt`. */
  readonly delay?: Duration
  /** If it has not started so long after it became due, it never does: it is a dead letter, `expired`. `'10m'`, or ms. */
  readonly ttl?: Duration
  /** 0 (first) to 9. Default 5. */
  readonly priority?: number
  /** Instead of what the queue's rule computes. */
  readonly partition?: string
  /** Values for a partition rule on `meta`, and for the handler. */
  readonly meta?: Readonly<Record<string, unknown>>
  /**
   * What the job is about, for the limits that the configuration has for tags: up to 50, each a text of up to 128 characters.
   * Any key will do: one without a limit costs nothing.
   * @example { tags: { model: 'gpt-5', user: 'ann' } }
   */
  readonly tags?: { readonly [Key in TagKey]?: string } & Readonly<Record<string, string>>
  /** How many units of which pools it takes while it runs, beside what its task says; for a pool that both name, instead. */
  readonly pools?: Readonly<Partial<Record<PoolName, number>>>
  /**
   * As how many starts it counts: against the rate of its partition and the total's, if its queue says `costs`, and against those
   * of its pools and tags, unless they say `costs: false`. A whole number; instead of what its task says. Default: 1, or what its queue says of a pool, or the limit of a tag.
   * @example { cost: estimatedTokens(prompt) }
   */
  readonly cost?: number
  /** Default: a new ULID. Up to 64 letters, digits and _.:@=+~- */
  readonly id?: string
  /**
   * The same key again, in the same queue and within `idempotencyTtl`, makes no job and returns the one that is there,
   * whatever the payload is. Up to 256 characters. Costs three write units more, also for the call
   * that finds the job.
   */
  readonly idempotencyKey?: string
  /** From `'1s'` to `'365d'`. Default: `'1d'`. */
  readonly idempotencyTtl?: Duration
  /**
   * As long as the job is there, waiting, running or between attempts, the same key in the same queue makes no other and
   * returns it. `true`: the key is made of task, partition and payload. Excludes `idempotencyKey`. `while: 'waiting'`: only
   * until it is claimed. `onCollision: 'replace'`: it takes the place of one that waits. Both need `grantReplace`.
   * @example { unique: { key: 'nightly-sync' } }
   */
  readonly unique?: Unique
  /**
   * One job, with the payload of the last, for all that come under the key within `wait` of each other. Needs `grantReplace`.
   * @example { debounce: { key: 'index-acme', wait: '10s', max: '1m' } }
   */
  readonly debounce?: Debounce
}

/** The key of the new job in the Jobs table. */
export interface Enqueued {
  readonly id: string
  readonly pk: string
  readonly sk: string
  /**
   * It is there already, under the same idempotency key (whatever has become of it, and whatever its payload was) or the
   * same unique key. Nothing was written now, unless it was replaced. With an idempotency key `sk` is the one under which the job was put; its
   * retries stand under later ones.
   */
  readonly existing?: true
  /** The new payload stands in its place, under its id: it had not started. */
  readonly replaced?: true
}
