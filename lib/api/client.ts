/** The typed client: for code that may write to the tables, in Lambda or anywhere else. */
import { monotonicFactory } from 'ulid'
import { InvalidJobError, InvalidPayloadError, JobExistsError } from '../core/errors.ts'
import type { JobItem } from '../core/job/job.ts'
import { newJob } from '../core/job/new-job.ts'
import { type Placed, placeInline, placePayload } from '../core/job/place-payload.ts'
import type { Duration } from '../core/text/duration.ts'
import { putMany } from '../use-cases/enqueue-many.ts'
import { keepPayload } from '../use-cases/kept-payloads.ts'
import { type Admin, adminOf } from './admin.ts'
import { type Insight, insightOf } from './insight.ts'
import { type PayloadOf, type Task, validatePayload } from './task.ts'
import { type ClientOptions, type Wiring, wiringOf } from './wiring.ts'

export interface EnqueueOptions {
  /** Not before this time: a Date, epoch ms, or text as ISO 8601. Default: now. */
  readonly runAt?: Date | number | string
  /** Not before so much time has passed: `'10m'`, or ms. Excludes `runAt`. */
  readonly delay?: Duration
  /** 0 (first) to 9. Default 5. */
  readonly priority?: number
  /** Instead of what the queue's rule computes. */
  readonly partition?: string
  /** Values for a partition rule on `meta`, and for the handler. */
  readonly meta?: Readonly<Record<string, unknown>>
  /** Default: a new ULID. Up to 64 letters, digits and _.:@=+~- */
  readonly id?: string
}

/** The key of the new job in the Jobs table. */
export interface Enqueued {
  readonly id: string
  readonly pk: string
  readonly sk: string
}

export interface Client<QueueName extends string = string> extends Admin<QueueName>, Insight<QueueName> {
  /**
   * Accepts one job. A payload beyond 4 KB is kept in the Payloads bucket, up to 5 MB, if the client knows that.
   * @example await client.enqueue(syncContact, { customerId: 'acme' }, { delay: '10m', priority: 0 })
   * @throws InvalidPayloadError, InvalidJobError before anything is written
   * @throws JobExistsError if another job stands under the key that `id`, time and priority make
   */
  enqueue<T extends Task<string, QueueName>>(
    task: T,
    payload: PayloadOf<T>,
    options?: EnqueueOptions,
  ): Promise<Enqueued>
  /**
   * Accepts many jobs, 25 a call. All are checked before the first is written.
   * @example await client.enqueueMany(syncContact, contacts.map((payload) => ({ payload })))
   * @throws InvalidPayloadError, InvalidJobError before anything is written
   * @throws EnqueueIncompleteError with the jobs that were not taken: DynamoDB had no room, or another job stands under
   * the key that an `id` of yours makes. Jobs with an id of yours take one call each.
   */
  enqueueMany<T extends Task<string, QueueName>>(
    task: T,
    jobs: readonly ({ readonly payload: PayloadOf<T> } & EnqueueOptions)[],
  ): Promise<Enqueued[]>
}

/**
 * A client for the tables of one stack. It is cheap to make and keeps its connections: make one, and share it.
 * @example
 * const client = createClient({ config, jobsTable: process.env.JOBS_TABLE_NAME })
 * await client.enqueue(syncContact, { customerId: 'acme', contactId: '42' })
 */
export function createClient<QueueName extends string>(options: ClientOptions<QueueName>): Client<QueueName> {
  const wiring = wiringOf(options)
  const { store } = wiring
  const nextId = monotonicFactory()
  const prepare = (task: Task, payload: unknown, job: EnqueueOptions) =>
    toItem({ ...wiring, nextId }, task, payload, job)
  return {
    enqueue: async (task, payload, job = {}) => {
      const placed = await prepare(task, payload, job)
      const { item } = placed
      await keepPayload(wiring, placed)
      if ((await store.jobs.put(item)) === 'taken') throw new JobExistsError(item.pk, item.sk)
      return enqueued(item)
    },
    enqueueMany: async (task, jobs) => {
      const placed = await Promise.all(jobs.map((job) => prepare(task, job?.payload, job)))
      await putMany(
        wiring,
        placed.map((one, index) => ({ ...one, isNamed: jobs[index]?.id !== undefined })),
      )
      return placed.map(({ item }) => enqueued(item))
    },
    ...adminOf<QueueName>(wiring),
    ...insightOf<QueueName>(wiring),
  }
}

interface Preparation extends Pick<Wiring, 'config' | 'clock' | 'keepsPayloads'> {
  readonly nextId: () => string
}

async function toItem(
  { config, clock, keepsPayloads, nextId }: Preparation,
  task: Task,
  payload: unknown,
  job: EnqueueOptions,
): Promise<Placed> {
  const valid = await validatePayload(task, payload)
  if (!valid.ok) throw new InvalidPayloadError(task.name, valid.issues)
  const { id = nextId(), ...rest } = job ?? {}
  // The payload is kept as it was given: the worker's schema transforms it again.
  const now = clock.now()
  const item = newJob(config, { ...rest, id, queue: task.queue, task: task.name, payload }, now)
  if (!item.ok) throw new InvalidJobError(item.reason)
  const placed = keepsPayloads ? placePayload(item.value, now) : placeInline(item.value)
  if (!placed.ok) throw new InvalidJobError(placed.reason)
  return placed.value
}

const enqueued = ({ pk, sk }: JobItem): Enqueued => ({ id: sk.split('#').slice(2).join('#'), pk, sk })
