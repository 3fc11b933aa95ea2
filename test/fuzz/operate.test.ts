/**
 * What people do by the client without its types: cancel, set a total, a pool or an app's rate, pause, resume, slow down and
 * recount. Refused before anything is written.
 */
import { fc } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { createClient } from '../../lib/api/client.ts'
import { createAdmin } from '../../lib/api/create-admin.ts'
import { SluiceError } from '../../lib/core/errors.ts'
import { defineConfig } from '../../lib/core/queue/config.ts'
import { NOW } from '../support/builders.ts'
import type { Sent } from '../support/record-commands.ts'
import { untyped } from '../support/untyped.ts'
import { text } from './attributes.ts'
import { almost, anything } from './bodies.ts'
import { recordedClients } from './client-options.ts'
import { reportInputs, runs, tried } from './count.ts'

reportInputs('calls of operators')

const CONFIG = defineConfig({
  pools: { api: { concurrency: 4 } },
  tags: [{ key: 'portal', each: true, rateLimit: { allowed: 5, period: '1s' } }],
  apps: { hubspot: { rate: 190, frequency_s: 10 } },
  queues: {
    crm: { partition: { payload: 'customer' }, total: 5, pools: { api: 2 } },
    sync: { partition: { payload: 'customer' }, app: 'hubspot' },
    sized: { partition: { payload: 'customer' }, maxQueueSize: { queue: 100, partition: 5 } },
    ruled: { rateLimit: { allowed: 5, period: '1s', partition: { payload: 'region' } } },
  },
})
const clientFor = (sent: Sent[]) => createClient(optionsFor(sent))
const adminFor = (sent: Sent[]) => createAdmin(optionsFor(sent))

const optionsFor = (sent: Sent[]) => ({ config: CONFIG, ...recordedClients(sent) })

const hostile = fc.oneof(
  { weight: 5, arbitrary: anything },
  {
    weight: 1,
    arbitrary: fc.constantFrom<unknown>('\ud800', 'x'.repeat(2000), 1n, Symbol('x'), undefined, Number.NaN),
  },
)
const amount = fc.oneof(fc.nat(20), hostile)
const note = fc.oneof(
  {
    weight: 3,
    arbitrary: almost({ by: fc.oneof(fc.constant('ann'), hostile), reason: fc.oneof(text, hostile) }),
  },
  { weight: 1, arbitrary: hostile },
)

describe('an operator', () => {
  test('cancels a job by its name, or is refused in words', async () => {
    const sent: Sent[] = []
    const client = clientFor(sent)
    const job = fc.oneof(
      almost({
        pk: fc.oneof(fc.constantFrom('crm|acme', 'sync|acme|3', 'nobody'), hostile),
        sk: fc.oneof(fc.constantFrom('5#2030-01-31T08:00:00.000Z#a', '5#x#a'), hostile),
      }),
      almost({
        queue: fc.oneof(fc.constantFrom('crm', 'ruled', 'nobody', 'constructor'), hostile),
        partition: fc.oneof(fc.constantFrom('acme', undefined), hostile),
        id: fc.oneof(fc.constantFrom('a', 'a#b'), hostile),
        rate: fc.oneof(fc.constantFrom('eu', undefined), text, hostile),
        batch: fc.oneof(fc.constantFrom('eu', undefined), text, hostile),
      }),
      hostile,
    )
    const property = fc.asyncProperty(job, note, (what, who) =>
      refusesOrCalls(sent, () => client.cancel(untyped(what), untyped(who))),
    )
    await fc.assert(property, runs(4000))
  })

  test('sets a total or a pool, or is refused in words', async () => {
    const sent: Sent[] = []
    const client = clientFor(sent)
    const limiter = fc.oneof(
      {
        weight: 3,
        arbitrary: fc.constantFrom<unknown>(
          { total: 'crm' },
          { pool: 'api' },
          { total: 'sync' },
          { rate: 'ruled', of: 'eu' },
          { rate: 'crm', of: 'eu' },
          { tag: 'portal', each: '7' },
        ),
      },
      { weight: 3, arbitrary: almost({ total: hostile, pool: hostile }) },
      { weight: 2, arbitrary: almost({ rate: fc.constant('ruled'), of: fc.oneof(text, hostile) }) },
      { weight: 1, arbitrary: hostile },
    )
    const rate = almost({ allowed: amount, period: fc.oneof(fc.constant('1s'), hostile) })
    const guaranteed = fc.oneof(fc.dictionary(fc.string({ unit: 'binary' }), amount), hostile)
    const units = fc.oneof(
      fc.constant(null),
      amount,
      almost({ concurrency: amount, guaranteed, rateLimit: rate }),
    )
    const property = fc.asyncProperty(limiter, units, note, (which, to, who) =>
      refusesOrCalls(sent, () => client.setLimiter(untyped(which), untyped(to), untyped(who))),
    )
    await fc.assert(property, runs(4000))
  })

  test('sets the rate of an app, or is refused in words', async () => {
    const sent: Sent[] = []
    const client = clientFor(sent)
    const app = fc.oneof(
      { weight: 4, arbitrary: fc.constant<unknown>('hubspot') },
      { weight: 1, arbitrary: hostile },
    )
    const rate = fc.oneof(fc.constant(null), almost({ rate: amount, frequency_s: amount }), hostile)
    const options = fc.oneof(fc.constant({}), almost({ note }), hostile)
    const property = fc.asyncProperty(app, rate, options, (which, to, how) =>
      refusesOrCalls(sent, () => client.setAppRate(untyped(which), untyped(to), untyped(how))),
    )
    await fc.assert(property, runs(1500))
  })
})

const target = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom<unknown>(
      { queue: 'crm', partition: 'acme' },
      { pool: 'api' },
      { tag: 'portal', each: '7' },
      { rate: 'ruled', of: 'eu' },
      { total: 'crm' },
      { queue: 'nobody' },
    ),
  },
  {
    weight: 3,
    arbitrary: almost({
      queue: fc.oneof(fc.constantFrom('crm', 'sync', 'constructor'), hostile),
      partition: fc.oneof(fc.constant('acme'), text, hostile),
    }),
  },
  { weight: 2, arbitrary: almost({ tag: fc.constant('portal'), each: fc.oneof(text, hostile) }) },
  { weight: 1, arbitrary: hostile },
)
/** Before a queue is paused as a whole, two seconds pass. */
const isWhole = (what: unknown): boolean =>
  Object(what).queue !== undefined && Object(what).partition === undefined

describe('an operator who stops something', () => {
  test('pauses a partition, a pool or a tag, or is refused in words', async () => {
    const sent: Sent[] = []
    const admin = adminFor(sent)
    const some = target.filter((what) => !isWhole(what))
    const property = fc.asyncProperty(some, note, (what, who) =>
      refusesOrCalls(sent, () => admin.pause(untyped(what), untyped(who))),
    )
    await fc.assert(property, runs(3000))
  })

  test('resumes what is paused, a queue too, or is refused in words', async () => {
    const sent: Sent[] = []
    const admin = adminFor(sent)
    const options = fc.oneof(
      fc.constantFrom<unknown>(undefined, {}, { onProgress: () => {} }),
      almost({ onProgress: hostile }),
      hostile,
    )
    const any = fc.oneof(target, fc.constant({ queue: 'crm' }))
    const property = fc.asyncProperty(any, options, (what, how) =>
      refusesOrCalls(sent, () => admin.resume(untyped(what), untyped(how))),
    )
    await fc.assert(property, runs(3000))
  })

  test('slows a partition or a limiter down, or is refused in words', async () => {
    const sent: Sent[] = []
    const admin = adminFor(sent)
    const until = fc.oneof(
      fc.constantFrom<unknown>(null, '10m', 5000, '0s', -1, new Date(NOW), new Date(Number.NaN)),
      hostile,
    )
    const place = fc.tuple(fc.oneof(fc.constantFrom('crm', 'ruled', 'nobody'), hostile), hostile)
    const what = fc.oneof(
      place,
      fc.constant(['crm', 'acme']),
      target.map((one) => [one]),
    )
    const property = fc.asyncProperty(what, until, note, (which, to, who) =>
      refusesOrCalls(sent, () =>
        (admin.slowDown as (...said: unknown[]) => Promise<void>)(...which, to, who),
      ),
    )
    await fc.assert(property, runs(3000))
  })

  test('sets how many jobs of a queue there may be, or is refused in words', async () => {
    const sent: Sent[] = []
    const admin = adminFor(sent)
    const queue = fc.oneof(fc.constantFrom<unknown>('sized', 'crm', 'nobody', 'constructor'), hostile)
    const partition = fc.oneof(fc.constantFrom<unknown>('acme', '', 'a|b'), hostile)
    const target = fc.oneof(fc.record({ queue, partition }, { requiredKeys: ['queue'] }), hostile)
    const max = fc.oneof(fc.constantFrom<unknown>(null, 0, 5, 5.5, -1, 1e9, '5'), hostile)
    const property = fc.asyncProperty(target, max, note, (what, most, who) =>
      refusesOrCalls(sent, () => admin.setMaxQueueSize(untyped(what), untyped(most), untyped(who))),
    )
    await fc.assert(property, runs(3000))
  })

  test('counts the jobs of a queue anew, or is refused in words', async () => {
    const sent: Sent[] = []
    const client = clientFor(sent)
    const queue = fc.oneof(fc.constantFrom<unknown>('sized', 'crm', 'nobody', 'constructor'), hostile)
    const partition = fc.oneof(fc.constantFrom<unknown>(undefined, 'acme', ''), hostile)
    const property = fc.asyncProperty(queue, partition, (name, of) =>
      refusesOrCalls(sent, () => client.recount(untyped(name), untyped(of))),
    )
    await fc.assert(property, runs(1500))
  })
})

const READS = /^(Query|Scan|GetItem|BatchGetItem)/

async function refusesOrCalls(sent: Sent[], call: () => Promise<unknown>): Promise<void> {
  tried(1)
  sent.length = 0
  try {
    await call()
  } catch (error) {
    expect(error).toBeInstanceOf(SluiceError)
    expect((error as Error).message).toMatch(/^.{8,}/)
    // A job may have to be looked for before it can be said what is missing.
    expect(sent.filter(({ command }) => !READS.test(command))).toEqual([])
    return
  }
  expect(sent.length).toBeGreaterThan(0)
}
