/** The typed client: for code that may write to the tables, in Lambda or anywhere else. */
import { monotonicFactory } from 'ulid'
import { keyText } from '../core/job/job.ts'
import { putMany } from '../use-cases/enqueue-many.ts'
import { putNew } from '../use-cases/enqueue-once.ts'
import { keepPayload } from '../use-cases/kept-payloads.ts'
import { type Admin, adminOf } from './admin.ts'
import { type AppRates, appRatesOf } from './app-rates.ts'
import { type Cancelling, cancelling } from './cancel.ts'
import { type EndedJobs, endedJobsOf } from './ended-jobs.ts'
import type { Enqueued, EnqueueOptions } from './enqueue-options.ts'
import { type Insight, insightOf } from './insight.ts'
import { type LimiterId, type Limiters, limitersOf } from './limiters.ts'
import { enqueued, toItem } from './new-item.ts'
import { type Recounting, recounting } from './recount.ts'
import { type Schedules, schedulesOf } from './schedules.ts'
import { type SlowDowns, slowDownsOf } from './slow-downs.ts'
import type { NamesOnly, PayloadOf, Task } from './task.ts'
import { type ClientOptions, wiringOf } from './wiring.ts'

export interface Client<
  QueueName extends string = string,
  AppName extends string = never,
  PoolName extends string = never,
  TagKey extends string = never,
> extends Admin<QueueName>,
    Cancelling<QueueName>,
    AppRates<AppName>,
    EndedJobs<QueueName>,
    Insight<QueueName, LimiterId<QueueName, PoolName, TagKey>>,
    Recounting<QueueName>,
    Schedules<QueueName, PoolName, TagKey>,
    SlowDowns<QueueName, LimiterId<QueueName, PoolName, TagKey>>,
    Limiters<LimiterId<QueueName, PoolName, TagKey>> {
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
    options?: EnqueueOptions<PoolName, TagKey>,
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
    jobs: readonly ({ readonly payload: PayloadOf<T> } & EnqueueOptions<PoolName, TagKey>)[],
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
  TagKey extends string = never,
>(
  options: ClientOptions<QueueName, AppName, PoolName, TagKey>,
): Client<QueueName, AppName, PoolName, TagKey> {
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
    ...slowDownsOf(wiring),
    ...limitersOf(wiring),
    ...appRatesOf<AppName>(wiring),
    ...cancelling<QueueName>(wiring),
    ...endedJobsOf<QueueName>(wiring),
    ...insightOf<QueueName>(wiring),
    ...recounting<QueueName>(wiring),
    ...schedulesOf(wiring),
  }
}
