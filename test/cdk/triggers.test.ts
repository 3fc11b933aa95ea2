import { Duration } from 'aws-cdk-lib'
import { EventBus, EventField } from 'aws-cdk-lib/aws-events'
import { expect, test } from 'vitest'
import type { TriggerProps } from '../../cdk/index.ts'
import { nameOf, one, synth } from './synth.ts'

const task = { name: 'sync-contact', queue: 'hubspot' }
const pattern = { source: ['crm'], detailType: ['ContactChanged'] }

interface Transformer {
  readonly InputPathsMap: Record<string, string>
  readonly InputTemplate: string
}

const ruleOf = (props: TriggerProps) =>
  one(
    synth({}, (sluice) => void sluice.addTrigger('OnContact', props)),
    'AWS::Events::Rule',
    'OnContact',
  ).Properties
const targetOf = (rule: Readonly<Record<string, unknown>>) =>
  (
    rule['Targets'] as { Arn: unknown; DeadLetterConfig: { Arn: unknown }; InputTransformer: Transformer }[]
  )[0]

/** What EventBridge makes of an event: every `<name>` in the template is replaced by the JSON at its path. */
function deliver({ InputPathsMap, InputTemplate }: Transformer, event: unknown): unknown {
  const at = (path: string) =>
    path
      .split('.')
      .slice(1)
      .reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], event)
  const text = InputTemplate.replace(/"?<([^>]+)>"?/g, (_, name: string) =>
    JSON.stringify(at(InputPathsMap[name] ?? '')),
  )
  return JSON.parse(text)
}

const event = {
  version: '0',
  id: '6a7e8feb',
  'detail-type': 'ContactChanged',
  source: 'crm',
  time: '2026-11-22T06:00:00Z',
  detail: { id: 'c-1', tenant: 'acme', tags: ['a', 'b'] },
}

test('an event becomes what the enqueue rule would deliver', () => {
  const rule = ruleOf({
    pattern,
    task,
    payload: {
      contact: EventField.fromPath('$.detail.id'),
      tags: EventField.fromPath('$.detail.tags'),
      full: true,
    },
    partition: EventField.fromPath('$.detail.tenant'),
    priority: 2,
    delay: Duration.seconds(90),
  })
  expect(rule['EventPattern']).toEqual({ source: ['crm'], 'detail-type': ['ContactChanged'] })
  const target = targetOf(rule)
  if (!target) throw new Error('the rule has no target')
  expect(nameOf(target.Arn)).toBe('IngestQueue.Arn')
  expect(nameOf(target.DeadLetterConfig.Arn)).toBe('IngestDeadLetters.Arn')
  expect(deliver(target.InputTransformer, event)).toEqual({
    version: '0',
    id: '6a7e8feb',
    'detail-type': 'sluice.enqueue',
    source: 'crm',
    time: '2026-11-22T06:00:00Z',
    trigger: expect.stringMatching(/^[0-9a-f]{8}$/),
    detail: {
      task: 'sync-contact',
      queue: 'hubspot',
      payload: { contact: 'c-1', tags: ['a', 'b'], full: true },
      partition: 'acme',
      priority: 2,
      delay: 90_000,
    },
  })
})

test('what the user leaves out is left to the queue', () => {
  const target = targetOf(ruleOf({ pattern, task, payload: {} }))
  if (!target) throw new Error('the rule has no target')
  expect(deliver(target.InputTransformer, event)).toMatchObject({
    detail: { task: 'sync-contact', queue: 'hubspot', payload: {} },
  })
  expect(target.InputTransformer.InputTemplate).not.toMatch(/partition|priority|delay/)
})

test('listens on Sluice’s bus, or on another', () => {
  expect(nameOf(ruleOf({ pattern, task, payload: {} })['EventBusName'])).toBe('EventBus')
  const template = synth({}, (sluice, stack) => {
    const eventBus = EventBus.fromEventBusName(stack, 'Default', 'default')
    sluice.addTrigger('OnContact', { pattern, task, payload: {}, eventBus })
  })
  expect(one(template, 'AWS::Events::Rule', 'OnContact').Properties['EventBusName']).toBe('default')
})
