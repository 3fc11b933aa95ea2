/** The typed client: for code that may write to the tables, in Lambda or anywhere else. */
import { monotonicFactory } from 'ulid'
import type { Debounce } from '../core/job/collision.ts'
import { keyText } from '../core/job/job.ts'
import type { Unique } from '../core/job/lock.ts'
import type { Duration } from '../core/text/duration.ts'
import { putMany } from '../use-cases/enqueue-many.ts'
import { putNew } from '../use-cases/enqueue-once.ts'
import { keepPayload } from '../use-cases/kept-payloads.ts'
import { type Admin, adminOf } from './admin.ts'
import { type AppRates, appRatesOf } from './app-rates.ts'
import { type Cancelling, cancelling } from './cancel.ts'
import { type Insight, insightOf } from './insight.ts'
import { type Limiters, limitersOf } from './limiters.ts'
import { enqueued, toItem } from './new-item.ts'
import { type Recounting, recounting } from './recount.ts'
import { type SlowDowns, slowDownsOf } from './slow-downs.ts'
import type { NamesOnly, PayloadOf, Task } from './task.ts'
import { type ClientOptions, wiringOf } from './wiring.ts'

export interface EnqueueOptions<PoolName extends string = string> {
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
   * @example { tags: { model: 'gpt-5', user: 'ann' } }
   */
  readonly tags?: Readonly<Record<string, string>>
  /** How many units of which pools it takes while it runs, beside what its task says; for a pool that both name, instead. */
  readonly pools?: Readonly<Partial<Record<PoolName, number>>>
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

export interface Client<
  QueueName extends string = string,
  AppName extends string = never,
  PoolName extends string = never,
> extends Admin<QueueName>,
    Cancelling<QueueName>,
    AppRates<AppName>,
    Insight<QueueName>,
    Recounting<QueueName>,
    SlowDowns<QueueName>,
    Limiters {
  /**
   * Accepts one job. A payload beyond 4 KB is kept in the Payloads bucket, up to 5 MB, if the client knows that.
   * @example await client.enqueue(syncContact, { customerId: 'acme' }, { delay: '10m', priority: 0 })
   * @example await client.enqueue(bill, { orderId: '42' }, { idempotencyKey: 'order-42', idempotencyTtl: '7d' })
   * @throws InvalidPayloadError, InvalidJobError before anything is written
   * @throws JobExistsError if another job stands under the key that `id`, time and priority make
   * @throws QueueFullError if the queue, or the job's partition, has as many jobs as its `maxQueueSize` allows
   */
  enqueue<T extends Task<string, QueueName>>(
    task: T & NamesOnly<T, PoolName>,
    payload: PayloadOf<T>,
    options?: EnqueueOptions<PoolName>,
  ): Promise<Enqueued>
  /**
   * Accepts many jobs, 25 a call. All are checked before the first is written.
   * @example await client.enqueueMany(syncContact, contacts.map((payload) => ({ payload })))
   * @throws InvalidPayloadError, InvalidJobError before anything is written
   * @throws EnqueueIncompleteError with the jobs that were not taken: DynamoDB had no room, the queue is full (then
   * `cause` is a QueueFullError), or another job stands under the key that an `id` of yours makes. Jobs with an id, an
   * idempotency key or a unique key of yours, or of a queue with `maxQueueSize`, take one call each.
   */
  enqueueMany<T extends Task<string, QueueName>>(
    task: T & NamesOnly<T, PoolName>,
    jobs: readonly ({ readonly payload: PayloadOf<T> } & EnqueueOptions<PoolName>)[],
  ): Promise<Enqueued[]>
}

/**
 * A client for the tables of one stack. It is cheap to make and keeps its connections: make one, and share it.
 * @example
 * const client = createClient({ config, jobsTable: process.env.JOBS_TABLE_NAME })
 * await client.enqueue(syncContact, { customerId: 'acme', contactId: '42' })
 */
export function createClient<
  QueueName extends string,
  AppName extends string = never,
  PoolName extends string = never,
>(options: ClientOptions<QueueName, AppName, PoolName>): Client<QueueName, AppName, PoolName> {
  const wiring = wiringOf(options)
  const { store } = wiring
  const nextId = monotonicFactory()
  const prepare = (task: Task, payload: unknown, job: EnqueueOptions) =>
    toItem({ ...wiring, nextId }, task, payload, job)
  return {
    enqueue: async (task, payload, job = {}) => {
      const placed = await prepare(task, payload, job)
      await keepPayload(wiring, placed)
      return enqueued(placed.item, await putNew(store, { ...placed, isNamed: job?.id !== undefined }))
    },
    enqueueMany: async (task, jobs) => {
      const placed = await Promise.all(jobs.map((job) => prepare(task, job?.payload, job)))
      const there = await putMany(
        wiring,
        placed.map((one, index) => ({ ...one, isNamed: jobs[index]?.id !== undefined })),
      )
      return placed.map(({ item }) => enqueued(item, there.get(keyText(item))))
    },
    ...adminOf<QueueName>(wiring),
    ...slowDownsOf<QueueName>(wiring),
    ...limitersOf(wiring),
    ...appRatesOf<AppName>(wiring),
    ...cancelling<QueueName>(wiring),
    ...insightOf<QueueName>(wiring),
    ...recounting<QueueName>(wiring),
  }
}
