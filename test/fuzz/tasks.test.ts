/** Tasks as people without types define them: refused in words, or usable, and then each of their jobs is refused before it is put, or runs. */
import { unmarshall } from '@aws-sdk/util-dynamodb'
import { fc } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { defineBatchTask } from '../../lib/api/batch-task.ts'
import { createClient } from '../../lib/api/client.ts'
import { defineTask, type Task } from '../../lib/api/task.ts'
import { createWorker } from '../../lib/api/worker.ts'
import { ConfigurationError, SluiceError } from '../../lib/core/errors.ts'
import { parseJob, type RawItem } from '../../lib/core/job/job.ts'
import { defineConfig } from '../../lib/core/queue/config.ts'
import type { Sent } from '../support/record-commands.ts'
import { untyped } from '../support/untyped.ts'
import { HOSTILE_TEXTS } from './attributes.ts'
import { almost, anything } from './bodies.ts'
import { recordedClients } from './client-options.ts'
import { reportInputs, runs, tried } from './count.ts'

reportInputs('tasks')

const CONFIG = defineConfig({
  pools: {
    api: { concurrency: 4 },
    model: { rateLimit: { allowed: 100, period: '1m' } },
    shut: { concurrency: 0 },
  },
  tags: [
    { key: 'user', each: true, concurrency: 2 },
    { key: 'region', value: 'eu', rateLimit: { allowed: 5, period: '1s' } },
  ],
  queues: {
    crm: { pools: { api: 2 }, total: 10 },
    mail: { partition: { payload: 'customer' } },
  },
})
const notJson = fc.constantFrom<unknown>(undefined, Symbol('x'), 1n, () => 1, new Map(), Number.NaN, '\ud800')
const hostile = fc.oneof({ weight: 5, arbitrary: anything }, { weight: 2, arbitrary: notJson })
const units = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 0, max: 6 }) },
  { weight: 1, arbitrary: hostile },
)
const poolName = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('api', 'model', 'shut') },
  { weight: 1, arbitrary: fc.constantFrom('nobody', ...HOSTILE_TEXTS) },
)
const pools = fc.oneof(
  { weight: 6, arbitrary: fc.dictionary(poolName, units, { maxKeys: 3 }) },
  { weight: 1, arbitrary: hostile },
)
const functions = fc.constantFrom<unknown>(
  () => 3,
  () => Number.NaN,
  () => untyped('3'),
  () => {
    throw new Error('no')
  },
)
const cost = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom<unknown>(undefined, 1, 50, 1000) },
  { weight: 3, arbitrary: functions },
  { weight: 1, arbitrary: hostile },
)
const schema = fc.oneof(
  { weight: 9, arbitrary: fc.constant<unknown>(z.unknown()) },
  { weight: 1, arbitrary: fc.constantFrom<unknown>({ '~standard': {} }, { '~standard': null }, z.string) },
  { weight: 1, arbitrary: hostile },
)
const handler = fc.oneof(
  { weight: 9, arbitrary: fc.constant<unknown>(async () => {}) },
  { weight: 1, arbitrary: hostile },
)
const rarely = (wrong: fc.Arbitrary<unknown>, ...right: unknown[]) =>
  fc.oneof({ weight: 12, arbitrary: fc.constantFrom(...right) }, { weight: 1, arbitrary: wrong })
const definition = fc.oneof(
  {
    weight: 9,
    arbitrary: almost({
      name: rarely(hostile, 'sync'),
      queue: rarely(hostile, 'crm', 'mail'),
      payload: schema,
      pools: fc.oneof(
        { weight: 3, arbitrary: fc.constantFrom<unknown>(undefined, { api: 1 }, { api: 4, shut: 9 }) },
        { weight: 1, arbitrary: pools },
      ),
      cost,
      handler,
    }),
  },
  { weight: 1, arbitrary: hostile },
)
const tags = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom<unknown>(undefined, { user: 'ann' }, { region: 'eu', user: 'a|b' }),
  },
  {
    weight: 2,
    arbitrary: fc.dictionary(fc.constantFrom('user', 'region', ...HOSTILE_TEXTS), hostile, { maxKeys: 3 }),
  },
  { weight: 1, arbitrary: hostile },
)

const clientFor = (sent: Sent[]) => createClient({ config: CONFIG, ...recordedClients(sent) })

describe('a task', () => {
  test('is usable, or refused in words', () => {
    const define = fc.constantFrom(defineTask, defineBatchTask)
    const property = fc.property(define, definition, (how, given) => {
      tried(1)
      const task = defined(how, given)
      if (task) expect(createWorker([task])).toBeTypeOf('function')
    })
    fc.assert(property, runs(5000))
  })

  test('puts no job that would be refused when it runs', async () => {
    const sent: Sent[] = []
    const client = clientFor(sent)
    const property = fc.asyncProperty(definition, tags, pools, async (given, labels, own) => {
      const task = defined(defineTask, given)
      if (!task) return
      tried(1)
      sent.length = 0
      const options = { tags: labels, ...(own === undefined ? {} : { pools: own }) }
      try {
        await client.enqueue(untyped(task), untyped({ customer: 'acme' }), untyped(options))
      } catch (error) {
        expect(error).toBeInstanceOf(SluiceError)
        expect((error as Error).message).toMatch(/^.{8,}/)
        expect(sent).toEqual([])
        return
      }
      const [put] = sent
      const item = unmarshall(put?.input['Item'] as Parameters<typeof unmarshall>[0]) as RawItem
      expect(parseJob(CONFIG, item)).toMatchObject({ ok: true })
    })
    await fc.assert(property, runs(5000))
  })
})

function defined(how: (given: never) => Task, given: unknown): Task | undefined {
  try {
    return how(untyped(given))
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError)
    expect((error as ConfigurationError).path).toMatch(/^task/)
    expect((error as Error).message).toMatch(/^.{8,}/)
    return undefined
  }
}
