/** What people do by the client without its types: cancel, set a total, a pool or an app's rate. Refused before anything is written. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { SQSClient } from '@aws-sdk/client-sqs'
import { fc } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { createClient } from '../../lib/api/client.ts'
import { SluiceError } from '../../lib/core/errors.ts'
import { defineConfig } from '../../lib/core/queue/config.ts'
import { record, type Sent } from '../support/record-commands.ts'
import { untyped } from '../support/untyped.ts'
import { text } from './attributes.ts'
import { almost, anything } from './bodies.ts'
import { reportInputs, runs, tried } from './count.ts'

reportInputs('calls of operators')

const CONFIG = defineConfig({
  pools: { api: { concurrency: 4 } },
  tags: [{ key: 'portal', each: true, rateLimit: { allowed: 5, period: '1s' } }],
  apps: { hubspot: { rate: 190, frequency_s: 10 } },
  queues: {
    crm: { partition: { payload: 'customer' }, total: 5, pools: { api: 2 } },
    sync: { partition: { payload: 'customer' }, app: 'hubspot' },
    ruled: { rateLimit: { allowed: 5, period: '1s', partition: { payload: 'region' } } },
  },
})
const KEYS = { accessKeyId: 'test', secretAccessKey: 'test' }

function clientFor(sent: Sent[]) {
  const dynamodb = record(new DynamoDBClient({ region: 'us-east-1', credentials: KEYS }), sent)
  const sqs = record(new SQSClient({ region: 'us-east-1', credentials: KEYS }), sent)
  const names = {
    jobsTable: 'jobs',
    stateTable: 'state',
    historyTable: 'history',
    wakeQueueUrl: 'http://localhost/w',
  }
  return createClient({ config: CONFIG, ...names, dynamodb, sqs })
}

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

async function refusesOrCalls(sent: Sent[], call: () => Promise<unknown>): Promise<void> {
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
  expect(sent.length).toBeGreaterThan(0)
}
