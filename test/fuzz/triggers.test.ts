/** Triggers without types: refused by the name of the prop, or each event makes a body whose parts are of the right kinds. */

import { fc } from '@fast-check/vitest'
import { App, Duration, Stack } from 'aws-cdk-lib'
import { EventField } from 'aws-cdk-lib/aws-events'
import { describe, expect, test } from 'vitest'
import { Sluice, SluicePropsError, type TriggerProps } from '../../cdk/index.ts'
import { detailOf } from '../../cdk/trigger-job.ts'
import { defineConfig } from '../../lib/core/queue/config.ts'
import { jobOfEvent } from '../../lib/use-cases/ingest.ts'
import { untyped } from '../support/untyped.ts'
import { text } from './attributes.ts'
import { almost, anything } from './bodies.ts'
import { reportInputs, runs, tried } from './count.ts'

reportInputs('triggers')

const CONFIG = defineConfig({
  pools: { api: { concurrency: 4 } },
  queues: { crm: { partition: { payload: 'customer' }, pools: { api: 1 } }, plain: {} },
})
const notJson = fc.constantFrom<unknown>(1n, Symbol('x'), () => 1, Number.NaN, Object.create(null))
const hostile = fc.oneof({ weight: 5, arbitrary: anything }, { weight: 1, arbitrary: notJson })
const rarely = (...right: unknown[]) =>
  fc.oneof({ weight: 30, arbitrary: fc.constantFrom(undefined, ...right) }, { weight: 1, arbitrary: hostile })
const field = EventField.fromPath('$.detail.id')
const [second, minute] = [Duration.seconds(1), Duration.minutes(1)]
const props = fc.oneof(
  {
    weight: 12,
    arbitrary: almost({
      pattern: fc.constant({ source: ['shop'] }),
      task: fc.oneof(
        {
          weight: 12,
          arbitrary: fc.constantFrom<unknown>(
            { name: 'sync', queue: 'crm' },
            { name: 'sync', queue: 'plain', pools: { api: 2 }, cost: 3 },
          ),
        },
        { weight: 1, arbitrary: almost({ name: text, queue: text, pools: hostile, cost: hostile }) },
        { weight: 1, arbitrary: hostile },
      ),
      payload: fc.oneof(
        { weight: 12, arbitrary: fc.constantFrom<unknown>({ customer: 'acme' }, { customer: field }, field) },
        { weight: 1, arbitrary: hostile },
      ),
      meta: rarely({ tenant: 'acme' }, { tenant: field }),
      partition: rarely('acme', field),
      priority: rarely(0, 9),
      delay: rarely(second),
      runAt: rarely('2030-01-31T08:00:00Z', field),
      ttl: rarely(minute),
      tags: rarely({ user: 'ann' }, { user: field }),
      pools: rarely({ api: 1 }, { api: 9 }),
      cost: rarely(1, field),
      id: rarely('a', field),
      idempotencyKey: rarely('order-42', field),
      idempotencyTtl: rarely(minute),
      unique: rarely(true, { key: field }, { key: 'k', while: 'waiting' }),
      debounce: rarely({ key: field, wait: second }, { key: 'k', wait: second, max: minute }),
    }),
  },
  { weight: 1, arbitrary: hostile },
)

describe('a trigger', () => {
  test('makes events whose parts are of the right kinds, or is refused by the name of a prop', () => {
    const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } })
    const worker = 'examples/crm-sync/worker.ts'
    const sluice = new Sluice(new Stack(app, 'Test'), 'Jobs', { config: CONFIG, worker })
    let made = 0
    const property = fc.property(props, (given) => {
      tried(1)
      try {
        sluice.addTrigger(`On${made++}`, untyped(given))
      } catch (error) {
        // What a pattern may be, the CDK says.
        if (/event pattern/i.test(String(error))) return
        expect(error).toBeInstanceOf(SluicePropsError)
        for (const problem of (error as SluicePropsError).problems) expect(problem).toMatch(/^.*: .{8,}/s)
        return
      }
      const detail = detailOf(given as TriggerProps)
      const envelope = { id: 'e', time: '2030-01-31T08:00:00Z', detail }
      const job = jobOfEvent(CONFIG, JSON.stringify(envelope))
      if (!job.ok)
        expect(job.reason).not.toMatch(/not an event|[Uu]nrecognized|expected (string|object|record)/)
    })
    fc.assert(property, runs(2000))
  })
})
