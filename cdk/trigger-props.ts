/** What a user may say about the jobs that a trigger makes: all that a `sluice.enqueue` event can carry. */
import type { Duration } from 'aws-cdk-lib'
import type { EventPattern, IEventBus } from 'aws-cdk-lib/aws-events'

/** Texts, and values of `payload` and `meta`, may be `EventField.fromPath('$.detail.…')`. */
export interface TriggerProps {
  /** Which events. */
  readonly pattern: EventPattern

  /** Of which task an event makes a job: what `defineTask` returned, or its name and queue, and its pools and cost if it has any. */
  readonly task: TriggerTask

  /** The job's payload. */
  readonly payload: Readonly<Record<string, unknown>>

  /**
   * Values for a partition rule on `meta`, and for the handler.
   *
   * @default - none
   */
  readonly meta?: Readonly<Record<string, unknown>>

  /**
   * The job's partition.
   *
   * @default - the queue's own rule, applied to the payload
   */
  readonly partition?: string

  /**
   * 0 to 9, 0 first.
   *
   * @default - the queue's own, or 5
   */
  readonly priority?: number

  /**
   * How long after the event the job is due.
   *
   * @default - immediately
   */
  readonly delay?: Duration

  /**
   * When the job is due, as ISO 8601. Excludes `delay`.
   *
   * @default - when the event happened
   */
  readonly runAt?: string

  /**
   * If the job has not started so long after it became due, it never does.
   *
   * @default - it may always start
   */
  readonly ttl?: Duration

  /**
   * What the job is about, for the limits that the configuration has for tags.
   *
   * @default - none
   */
  readonly tags?: Readonly<Record<string, string>>

  /**
   * How many units of which pools the job takes while it runs, beside what its task says; for a pool that both name, instead.
   *
   * @default - what the task says
   */
  readonly pools?: Readonly<Record<string, number>>

  /**
   * As how many starts the job counts: a whole number, or the field of the event that holds one.
   *
   * @default - what the task says. A function of the task's cannot be asked, for the payload is known when an event comes: then it has
   * to be given here.
   */
  readonly cost?: number | string

  /**
   * The job's id.
   *
   * @default - made of the event's and the trigger's
   */
  readonly id?: string

  /**
   * The same key again, in the same queue and within `idempotencyTtl`, makes no job.
   *
   * @default - none
   */
  readonly idempotencyKey?: string

  /** @default Duration.days(1) */
  readonly idempotencyTtl?: Duration

  /**
   * As long as the job is there, an event with the same key makes no other in the queue, or replaces it. `true`: the key is made
   * of task, partition and payload.
   *
   * @default - none
   */
  readonly unique?: true | TriggerUnique

  /**
   * One job, with the payload of the last event, for all that come under the key within `wait` of each other.
   *
   * @default - none
   */
  readonly debounce?: TriggerDebounce

  /**
   * The bus that carries the events.
   *
   * @default - Sluice's bus
   */
  readonly eventBus?: IEventBus
}

export interface TriggerTask {
  readonly name: string
  readonly queue: string
  readonly pools?: Readonly<Record<string, number>>
  readonly cost?: number | ((payload: never) => number)
}

export interface TriggerUnique {
  readonly key: string
  /** @default 'unfinished' */
  readonly while?: 'waiting' | 'unfinished'
  /** @default 'skip' */
  readonly onCollision?: 'skip' | 'replace'
}

export interface TriggerDebounce {
  readonly key: string
  readonly wait: Duration
  /** @default - no limit */
  readonly max?: Duration
}
