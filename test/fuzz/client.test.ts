/** The typed client called without its types: every refusal is a SluiceError, and comes before anything is written. */
import { fc } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { createClient } from '../../lib/api/client.ts'
import { defineTask } from '../../lib/api/task.ts'
import { EnvironmentError, SluiceError } from '../../lib/core/errors.ts'
import { readEnvironment } from '../../lib/lambda/environment.ts'
import { NOW } from '../support/builders.ts'
import type { Sent } from '../support/record-commands.ts'
import { untyped } from '../support/untyped.ts'
import { text } from './attributes.ts'
import { almost, anything } from './bodies.ts'
import { recordedClients } from './client-options.ts'
import { CONFIG } from './context.ts'
import { reportInputs, runs, tried } from './count.ts'

reportInputs('admin calls')

const halves = fc.constantFrom('\ud800', 'a\udc00', 'x'.repeat(300))
const notJson = fc.constantFrom<unknown>(
  Symbol('x'),
  1n,
  () => 1,
  Object.create(null),
  new Map(),
  new Date(Number.NaN),
  undefined,
  Number.NaN,
)
const hostile = fc.oneof(
  { weight: 5, arbitrary: anything },
  { weight: 2, arbitrary: notJson },
  { weight: 1, arbitrary: halves },
)
const options = fc.oneof(
  { weight: 1, arbitrary: hostile },
  {
    weight: 6,
    arbitrary: almost({
      runAt: fc.oneof(fc.constantFrom(undefined, NOW, '2030-01-31', new Date(NOW)), hostile),
      delay: fc.oneof(fc.constantFrom(undefined, '5m', 1000), hostile),
      priority: fc.oneof(fc.constantFrom(undefined, 0, 9), hostile),
      partition: fc.oneof(fc.constantFrom(undefined, 'acme', 'a|b'), hostile),
      meta: fc.oneof(fc.constantFrom(undefined, { tenant: 'acme' }), hostile),
      id: fc.oneof(fc.constantFrom(undefined, 'a', 'b:1'), hostile),
      ttl: fc.oneof(fc.constantFrom(undefined, '5m', 0, -1), hostile),
      idempotencyKey: fc.oneof(fc.constantFrom(undefined, 'order-42', ''), hostile),
      idempotencyTtl: fc.oneof(fc.constantFrom(undefined, '1d', '0s'), hostile),
      cost: fc.oneof(fc.constantFrom(undefined, 1, 100, 101, 0, 1.5, '1'), hostile),
      pools: fc.oneof(fc.constantFrom(undefined, { api: 1 }, { api: 0 }, { nobody: 1 }), hostile),
      tags: fc.oneof(fc.constantFrom(undefined, { user: 'ann' }), hostile),
      debounce: fc.oneof(
        { weight: 6, arbitrary: fc.constant(undefined) },
        {
          weight: 1,
          arbitrary: fc.constantFrom({ key: 'a', wait: '1s' }, { key: 'a', wait: '2s', max: '1s' }),
        },
        { weight: 1, arbitrary: almost({ key: hostile, wait: hostile, max: hostile }) },
        { weight: 1, arbitrary: hostile },
      ),
      unique: fc.oneof(fc.constantFrom(undefined, true, { key: 'nightly' }, { key: '' }), hostile),
    }),
  },
)
const payload = fc.oneof(
  fc.constantFrom<unknown>({ customer: 'acme' }, { customer: 7 }, { customer: 101 }),
  hostile,
  hostile.map((customer) => ({ customer })),
)

const QUEUES = ['crm', 'bulk', 'plain', 'costly', 'batched', 'nobody']
const sync = { name: 'sync', payload: z.unknown(), handler: async () => {} }
/** What a task says of its costs comes from a payload that may be anything. */
const costOf = (data: unknown): number => untyped((data as { readonly customer: unknown }).customer)
const tasks = [
  ...QUEUES.map((queue) => defineTask({ ...sync, queue })),
  defineTask({ ...sync, queue: 'costly', cost: costOf }),
]
const task = fc.constantFrom(...tasks)

const clientFor = (sent: Sent[]) => createClient({ config: CONFIG, ...recordedClients(sent) })
describe('the client', () => {
  test('enqueues what can run, and refuses anything else in words', async () => {
    const sent: Sent[] = []
    const client = clientFor(sent)
    const property = fc.asyncProperty(task, payload, options, async (to, data, how) => {
      await refusesOrWrites(sent, () => client.enqueue(untyped(to), untyped(data), untyped(how)))
    })
    await fc.assert(property, runs(5000))
  })

  test('refuses what no item of DynamoDB can hold', async () => {
    const sent: Sent[] = []
    const call = () =>
      clientFor(sent).enqueue(untyped(tasks[0]), untyped({ customer: 'acme', text: 'x'.repeat(500_000) }))
    await refusesOrWrites(sent, call)
    expect(sent).toEqual([])
  })

  test('enqueues many or none', async () => {
    const sent: Sent[] = []
    const client = clientFor(sent)
    const job = fc.tuple(payload, options).map(([data, how]) => ({ ...(how as object), payload: data }))
    const many = fc.array(fc.oneof({ weight: 9, arbitrary: job }, { weight: 1, arbitrary: hostile }), {
      maxLength: 4,
    })
    const property = fc.asyncProperty(task, many, async (to, jobs) => {
      await refusesOrWrites(sent, () => client.enqueueMany(untyped(to), untyped(jobs)), jobs.length === 0)
    })
    await fc.assert(property, runs(2000))
  })

  test('sets limits that make sense, and refuses anything else in words', async () => {
    const sent: Sent[] = []
    const client = clientFor(sent)
    const number = fc.oneof(fc.nat(100), hostile)
    const limits = fc.oneof(
      fc.constantFrom(null, {}, { concurrency: 0 }),
      almost({
        concurrency: number,
        rateLimit: almost({
          allowed: number,
          period: fc.oneof(fc.constant('1s'), hostile),
          margin: fc.oneof(fc.constant('1s'), hostile),
        }),
      }),
      hostile,
    )
    const queue = fc.oneof(fc.constantFrom('crm', 'bulk', 'plain'), hostile)
    const partition = fc.oneof(fc.constantFrom('acme', undefined), hostile)
    const property = fc.asyncProperty(queue, partition, limits, async (to, whose, what) => {
      await refusesOrWrites(sent, () => client.setLimits(untyped(to), untyped(whose), untyped(what)))
    })
    await fc.assert(property, runs(5000))
  })

  test('puts dead letters back, and refuses anything else in words', async () => {
    const sent: Sent[] = []
    const client = clientFor(sent)
    const rules = fc.oneof(
      almost({
        to: fc.oneof(fc.constantFrom('crm', 'plain', undefined), hostile),
        limit: fc.oneof(fc.constantFrom(1, undefined), hostile),
        where: fc.oneof(
          fc.constantFrom(() => true, undefined),
          hostile,
        ),
      }),
      hostile,
    )
    const queue = fc.oneof(fc.constantFrom('crm', 'bulk', 'old'), hostile)
    const property = fc.asyncProperty(queue, rules, async (from, how) => {
      const isNothing = (how as { limit?: unknown } | undefined)?.limit === 0
      await refusesOrWrites(sent, () => client.redrive(untyped(from), untyped(how)), isNothing)
    })
    await fc.assert(property, runs(2000))
  })

  test('moves stranded jobs, and refuses anything else in words', async () => {
    const sent: Sent[] = []
    const client = clientFor(sent)
    const rules = fc.oneof(
      almost({
        to: fc.oneof(fc.constantFrom('crm', 'dead-letters'), hostile),
        limit: fc.oneof(fc.constantFrom(1, undefined), hostile),
        by: fc.oneof(fc.constantFrom('ann', undefined), hostile),
      }),
      hostile,
    )
    const property = fc.asyncProperty(fc.oneof(fc.constant('old'), hostile), rules, async (from, how) => {
      const isNothing = (how as { limit?: unknown } | undefined)?.limit === 0
      await refusesOrWrites(sent, () => client.moveJobs(untyped(from), untyped(how)), isNothing)
    })
    await fc.assert(property, runs(2000))
  })

  test('the environment is complete, or an EnvironmentError says what is missing', () => {
    const variables = almost({
      SLUICE_JOBS_TABLE: text,
      SLUICE_STATE_TABLE: text,
      SLUICE_WORK_QUEUE_URL: text,
    })
    const property = fc.property(fc.oneof(variables, anything), (given) => {
      tried(1)
      try {
        readEnvironment(['SLUICE_JOBS_TABLE', 'SLUICE_WORK_QUEUE_URL'], untyped(given))
      } catch (error) {
        expect(error).toBeInstanceOf(EnvironmentError)
      }
    })
    fc.assert(property, runs(2000))
  })
})

async function refusesOrWrites(
  sent: Sent[],
  call: () => Promise<unknown>,
  mayBeSilent = false,
): Promise<void> {
  tried(1)
  sent.length = 0
  try {
    await call()
  } catch (error) {
    expect(error).toBeInstanceOf(SluiceError)
    expect((error as Error).message).toMatch(/^.{8,}/)
    expect(sent).toEqual([])
    return
  }
  if (!mayBeSilent) expect(sent.length).toBeGreaterThan(0)
}
