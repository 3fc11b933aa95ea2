/** Events that become jobs: by the envelope that everybody may send, or by a pattern of the user's own. */
import { createHash } from 'node:crypto'
import { EventField, type IEventBus, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events'
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets'
import type { Construct } from 'constructs'
import type { Channel } from './queues.ts'
import { detailOf } from './trigger-job.ts'
import type { TriggerProps } from './trigger-props.ts'

/** The detail type of an event whose `detail` says which job to create. */
export const ENQUEUE = 'sluice.enqueue'

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

const envelope = (trigger: string, props: TriggerProps): RuleTargetInput =>
  RuleTargetInput.fromObject({
    version: '0',
    id: EventField.eventId,
    'detail-type': ENQUEUE,
    source: EventField.source,
    time: EventField.time,
    // Several triggers may match one event, and each makes a job of its own.
    trigger: shortHash(trigger),
    detail: detailOf(props),
  })

const shortHash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 8)
