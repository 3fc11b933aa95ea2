/** What people ask without types: why something waits, what there is, what a limiter does. An answer, or a refusal in words. */
import { fc } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { createClient } from '../../lib/api/client.ts'
import { SluiceError } from '../../lib/core/errors.ts'
import { defineConfig } from '../../lib/core/queue/config.ts'
import { whyText } from '../../lib/core/why/why-text.ts'
import { untyped } from '../support/untyped.ts'
import { text } from './attributes.ts'
import { almost, anything } from './bodies.ts'
import { recordedClients } from './client-options.ts'
import { reportInputs, runs, tried } from './count.ts'

reportInputs('questions')

const CONFIG = defineConfig({
  pools: { api: { concurrency: 4 }, huge: { concurrency: 1000 } },
  tags: [
    { key: 'portal', each: true, rateLimit: { allowed: 5, period: '1s' } },
    { key: 'region', value: 'eu', concurrency: 2 },
  ],
  queues: {
    crm: { partition: { payload: 'customer' }, total: 5, pools: { api: 2 }, concurrency: 100, shards: 10 },
    sized: { partition: { payload: 'customer' }, maxQueueSize: { queue: 100, partition: 5 } },
    ruled: { rateLimit: { allowed: 5, period: '1s', partition: { payload: 'region' } } },
    plain: { batch: { size: 3, wait: '1s' } },
  },
})
const client = createClient({ config: CONFIG, ...recordedClients([]) })

const notJson = fc.constantFrom<unknown>(
  undefined,
  '\ud800',
  'x'.repeat(2000),
  1n,
  Symbol('x'),
  () => 1,
  Number.NaN,
)
const hostile = fc.oneof({ weight: 5, arbitrary: anything }, { weight: 2, arbitrary: notJson })
const rarely = (...right: unknown[]) =>
  fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...right) }, { weight: 1, arbitrary: hostile })
const queue = rarely('crm', 'sized', 'ruled', 'plain', 'nobody', 'constructor')
const partition = fc.oneof(rarely('acme', undefined, 'a|b', ''), text)
const key = almost({
  pk: fc.oneof(rarely('crm|acme', 'crm|acme|3', 'crm|acme|pool|api', 'plain', 'nobody'), text),
  sk: fc.oneof(rarely('5#2030-01-31T08:00:00.000Z#a', '5#x#a', '5#'), text),
})
const limiter = fc.oneof(
  fc.constantFrom<unknown>(
    { pool: 'api' },
    { pool: 'huge' },
    { total: 'crm' },
    { tag: 'region', value: 'eu' },
  ),
  almost({ total: rarely('crm'), pool: rarely('api') }),
  almost({ pool: rarely('api', 'huge', 'nobody') }),
  almost({ tag: rarely('portal', 'region'), each: fc.oneof(text, hostile) }),
  almost({ rate: rarely('ruled', 'crm'), of: fc.oneof(text, hostile) }),
)
const what = fc.oneof(
  { weight: 3, arbitrary: queue },
  { weight: 3, arbitrary: key },
  { weight: 3, arbitrary: limiter },
  { weight: 2, arbitrary: almost({ queue }) },
  { weight: 2, arbitrary: hostile },
)

describe('who asks', () => {
  test('why something waits is answered in words, or refused in words', async () => {
    const property = fc.asyncProperty(what, partition, async (asked, of) => {
      const why = await answered(() => client.why(untyped(asked), untyped(of)))
      if (why !== undefined) expect(whyText(untyped(why)).length).toBeGreaterThan(3)
    })
    await fc.assert(property, runs(3000))
  })

  test('what there is of a partition or a queue', async () => {
    const property = fc.asyncProperty(queue, partition, async (name, of) => {
      await answered(() => client.stats(untyped(name), untyped(of)))
      await answered(() => client.queueStats(untyped(name)))
      await answered(() => client.partitions(untyped(name)).next())
    })
    await fc.assert(property, runs(1500))
  })

  test('what a limiter does', async () => {
    const property = fc.asyncProperty(fc.oneof(limiter, hostile), async (which) => {
      await answered(() => client.limiter(untyped(which)))
    })
    await fc.assert(property, runs(3000))
  })
})

async function answered(call: () => Promise<unknown>): Promise<unknown> {
  tried(1)
  try {
    return (await call()) ?? expect.fail('nothing is no answer')
  } catch (error) {
    expect(error).toBeInstanceOf(SluiceError)
    expect((error as Error).message).toMatch(/^.{8,}/)
    return undefined
  }
}
