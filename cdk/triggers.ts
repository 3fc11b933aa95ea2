/** Events that become jobs: by the envelope that everybody may send, or by a pattern of the user's own. */
import { createHash } from 'node:crypto'
import type { Duration } from 'aws-cdk-lib'
import { EventField, type EventPattern, type IEventBus, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events'
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets'
import type { Construct } from 'constructs'
import type { Channel } from './queues.ts'

/** The detail type of an event whose `detail` says which job to create. */
export const ENQUEUE = 'sluice.enqueue'

export interface TriggerProps {
  /** Which events. */
  readonly pattern: EventPattern

  /** Of which task an event makes a job: what `defineTask` returned, or its name and queue. */
  readonly task: { readonly name: string; readonly queue: string }

  /** The job's payload. Values may be `EventField.fromPath('$.detail.…')`. */
  readonly payload: Readonly<Record<string, unknown>>

  /**
   * The job's partition. May be an `EventField`.
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
   * The bus that carries the events.
   *
   * @default - Sluice's bus
   */
  readonly eventBus?: IEventBus
}

/** Delivers `sluice.enqueue` events as they are. */
export const addEnqueueRule = (scope: Construct, eventBus: IEventBus, ingest: Channel): Rule =>
  new Rule(scope, 'EnqueueRule', {
    description: `Sluice: ${ENQUEUE} events become jobs`,
    eventBus,
    eventPattern: { detailType: [ENQUEUE] },
    targets: [new SqsQueue(ingest.queue, { deadLetterQueue: ingest.deadLetters })],
  })

/** Rewrites matching events into the envelope of a `sluice.enqueue` event. */
export const addTriggerRule = (
  scope: Construct,
  id: string,
  props: TriggerProps & { readonly eventBus: IEventBus },
  ingest: Channel,
): Rule =>
  new Rule(scope, id, {
    description: `Sluice: events become jobs of task ${props.task.name}`,
    eventBus: props.eventBus,
    eventPattern: props.pattern,
    targets: [
      new SqsQueue(ingest.queue, { message: envelope(id, props), deadLetterQueue: ingest.deadLetters }),
    ],
  })

const envelope = (
  trigger: string,
  { task, payload, partition, priority, delay }: TriggerProps,
): RuleTargetInput =>
  RuleTargetInput.fromObject({
    version: '0',
    id: EventField.eventId,
    'detail-type': ENQUEUE,
    source: EventField.source,
    time: EventField.time,
    // Several triggers may match one event, and each makes a job of its own.
    trigger: shortHash(trigger),
    detail: {
      task: task.name,
      queue: task.queue,
      payload,
      ...(partition === undefined ? {} : { partition }),
      ...(priority === undefined ? {} : { priority }),
      ...(delay === undefined ? {} : { delay: delay.toMilliseconds() }),
    },
  })

const shortHash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 8)
