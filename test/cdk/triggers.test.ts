import { Duration } from 'aws-cdk-lib'
import { EventBus, EventField } from 'aws-cdk-lib/aws-events'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { SluicePropsError, type TriggerProps } from '../../cdk/index.ts'
import { defineConfig, defineTask } from '../../lib/index.ts'
import { jobOfEvent } from '../../lib/use-cases/ingest.ts'
import { untyped } from '../support/untyped.ts'
import { nameOf, one, synth } from './synth.ts'

const task = { name: 'sync-contact', queue: 'hubspot' }
const pattern = { source: ['crm'], detailType: ['ContactChanged'] }

interface Transformer {
  readonly InputPathsMap: Record<string, string>
  readonly InputTemplate: string
}

const config = defineConfig({
  queues: { hubspot: { concurrency: 3 } },
  pools: { api: { concurrency: 4, rateLimit: { allowed: 100, period: '10s' } }, gpu: { concurrency: 2 } },
})

const ruleOf = (props: TriggerProps) =>
  one(
    synth({ config }, (sluice) => void sluice.addTrigger('OnContact', props)),
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
  detail: { id: 'c-1', tenant: 'acme', tags: ['a', 'b'], tokens: 7, model: 'gpt-5' },
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

const deliveredBy = (props: TriggerProps): unknown => {
  const target = targetOf(ruleOf(props))
  if (!target) throw new Error('the rule has no target')
  return deliver(target.InputTransformer, event)
}

test('the job says all that an event can say of it', () => {
  const asked = {
    pattern,
    task,
    payload: {},
    meta: { tenant: EventField.fromPath('$.detail.tenant') },
    tags: { model: EventField.fromPath('$.detail.model') },
    pools: { api: 1 },
    cost: EventField.fromPath('$.detail.tokens'),
    ttl: Duration.minutes(10),
    id: EventField.fromPath('$.detail.id'),
    runAt: EventField.fromPath('$.time'),
  }
  const once = { idempotencyKey: EventField.fromPath('$.detail.id'), idempotencyTtl: Duration.days(7) }
  const body = deliveredBy({ ...asked, ...once })
  expect(body).toMatchObject({
    detail: {
      task: 'sync-contact',
      queue: 'hubspot',
      payload: {},
      meta: { tenant: 'acme' },
      tags: { model: 'gpt-5' },
      pools: { api: 1 },
      cost: 7,
      ttl: 600_000,
      id: 'c-1',
      runAt: '2026-11-22T06:00:00Z',
      idempotencyKey: 'c-1',
      idempotencyTtl: 604_800_000,
    },
  })
  expect(jobOfEvent(config, JSON.stringify(body))).toMatchObject({
    ok: true,
    value: { cost: 7, pools: { api: 1 }, tags: { model: 'gpt-5' }, meta: { tenant: 'acme' } },
  })
})

test('it is the only one under a key, or debounced', () => {
  const key = EventField.fromPath('$.detail.id')
  const unique = deliveredBy({ pattern, task, payload: {}, unique: { key, while: 'waiting' } })
  expect(unique).toMatchObject({ detail: { unique: { key: 'c-1', while: 'waiting' } } })
  const debounce = { key, wait: Duration.seconds(10), max: Duration.minutes(1) }
  const debounced = deliveredBy({ pattern, task, payload: {}, debounce })
  expect(debounced).toMatchObject({ detail: { debounce: { key: 'c-1', wait: 10_000, max: 60_000 } } })
  for (const body of [unique, debounced])
    expect(jobOfEvent(config, JSON.stringify(body))).toMatchObject({ ok: true, value: { uniqueKey: 'c-1' } })
})

const heavy = { name: 'heavy', queue: 'hubspot', payload: z.object({}), handler: async () => {} } as const

test('the pools and the cost of its task are those of its jobs, unless the trigger says otherwise', () => {
  const own = defineTask({ ...heavy, pools: { api: 3, gpu: 2 }, cost: 5 })
  expect(deliveredBy({ pattern, task: own, payload: {} })).toMatchObject({
    detail: { pools: { api: 3, gpu: 2 }, cost: 5 },
  })
  const other = { pattern, task: own, payload: {}, pools: { gpu: 1 }, cost: 9 }
  expect(deliveredBy(other)).toMatchObject({ detail: { pools: { api: 3, gpu: 1 }, cost: 9 } })
})

test.each<[string, Partial<TriggerProps>, string]>([
  ['no queue of the configuration', { task: { name: 'x', queue: 'nowhere' } }, 'there is no queue "nowhere"'],
  ['a pool that is not there', { task: { ...task, pools: { nosuch: 1 } } }, 'there is no pool "nosuch"'],
  [
    'more units than the pool has',
    { pools: { gpu: 3 } },
    '3 is not a whole number of units of the pool "gpu", from 1 to 2',
  ],
  ['half a unit', { pools: { gpu: 0.5 } }, 'pools: 0.5'],
  [
    'a prop that is misspelt',
    untyped({ pool: { gpu: 1 } }),
    'pool: there is no such prop; there are: pattern',
  ],
  ['a delay that is no Duration', untyped({ delay: '5m' }), 'delay: it is not a Duration'],
  ['no task', { task: untyped(undefined) }, 'task: it is missing: what defineTask returned'],
  ['a tag that is no text', { tags: untyped({ user: 7 }) }, 'tags: it is not an object of texts'],
  ['a cost that is none', { cost: 0 }, 'cost: 0 is neither'],
  ['a text that is no field of the event', { cost: 'many' }, 'cost: many'],
  [
    'a cost that depends on a payload that is not there yet',
    { task: defineTask({ ...heavy, cost: () => 2 }) },
    'cost: task "heavy" makes it of the payload, which is not known yet',
  ],
])('refuses %s', (_, props, problem) => {
  const make = () => ruleOf({ pattern, task, payload: {}, ...props })
  expect(make).toThrow(SluicePropsError)
  expect(make).toThrow(problem)
  expect(make).toThrow('the props of Test/Jobs/OnContact are not valid')
})

test('listens on Sluice’s bus, or on another', () => {
  expect(nameOf(ruleOf({ pattern, task, payload: {} })['EventBusName'])).toBe('EventBus')
  const template = synth({}, (sluice, stack) => {
    const eventBus = EventBus.fromEventBusName(stack, 'Default', 'default')
    sluice.addTrigger('OnContact', { pattern, task, payload: {}, eventBus })
  })
  expect(one(template, 'AWS::Events::Rule', 'OnContact').Properties['EventBusName']).toBe('default')
})
