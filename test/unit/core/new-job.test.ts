import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { parseJob } from '../../../lib/core/job/job.ts'
import { type NewJob, newJob } from '../../../lib/core/job/new-job.ts'
import { defineConfig } from '../../../lib/core/queue/config.ts'
import { jobId, priority, tenant } from '../../support/arbitraries.ts'
import { NOW, reason, value } from '../../support/builders.ts'

const CONFIG = defineConfig({
  queues: {
    plain: { concurrency: 1 },
    wide: { concurrency: 50 },
    crm: { partition: { payload: 'customer' }, concurrency: 50 },
    mail: { partition: { meta: 'tenant' }, concurrency: 2 },
  },
})
const JOB: NewJob = { queue: 'crm', task: 'sync', payload: { customer: 'acme' }, id: 'job' }
const of = (part: Partial<NewJob>) => newJob(CONFIG, { ...JOB, ...part }, NOW)

describe('a new job', () => {
  const job: fc.Arbitrary<NewJob> = fc.record(
    {
      queue: fc.constantFrom('plain', 'wide', 'crm', 'mail'),
      task: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
      payload: fc.record({ customer: tenant, more: fc.jsonValue({ maxDepth: 3 }) }),
      meta: fc.record({ tenant }),
      id: jobId,
      priority,
      runAt: fc.nat(253_402_300_799_999),
    },
    { requiredKeys: ['queue', 'task', 'payload', 'meta', 'id'] },
  )

  test.prop([job])('is read from the table as it was asked for', (given) => {
    const item = newJob(CONFIG, given, NOW)
    fc.pre(item.ok)
    const read = value(parseJob(CONFIG, value(item)))
    expect(read).toMatchObject({
      id: given.id,
      task: given.task,
      payload: JSON.parse(JSON.stringify(given.payload)),
      priority: given.priority ?? 5,
      runAt: given.runAt ?? NOW,
      attempt: 1,
      queue: CONFIG.queues[given.queue as 'crm'],
    })
  })

  test.each([
    [{}, 'crm|acme|0', '5#2030-01-31T09:00:00.000Z#job'],
    [{ priority: 0 }, 'crm|acme|0', '0#2030-01-31T09:00:00.000Z#job'],
    [{ delay: '1m' }, 'crm|acme|0', '5#2030-01-31T09:01:00.000Z#job'],
    [{ delay: 1.4 }, 'crm|acme|0', '5#2030-01-31T09:00:00.001Z#job'],
    [{ runAt: 0 }, 'crm|acme|0', '5#1970-01-01T00:00:00.000Z#job'],
    [{ runAt: '2031-01-01T00:00:00+01:00' }, 'crm|acme|0', '5#2030-12-31T23:00:00.000Z#job'],
    [{ runAt: new Date(NOW) }, 'crm|acme|0', '5#2030-01-31T09:00:00.000Z#job'],
    [{ partition: 'a|b' }, 'crm|a%7Cb|0', '5#2030-01-31T09:00:00.000Z#job'],
    [{ queue: 'plain' }, 'plain', '5#2030-01-31T09:00:00.000Z#job'],
    [{ queue: 'wide' }, 'wide||0', '5#2030-01-31T09:00:00.000Z#job'],
    [{ queue: 'mail', meta: { tenant: 'x' } }, 'mail|x', '5#2030-01-31T09:00:00.000Z#job'],
  ])('%j goes to %s %s', (part, pk, sk) => {
    const item = value(of(part))
    expect([item.pk.replace(/\|\d$/, '|0'), item.sk]).toEqual([pk, sk])
  })
})

describe('refused before anything is written:', () => {
  test.each([
    [{ queue: 'none' }, 'there is no queue "none"; there are: plain, wide, crm, mail'],
    [{ queue: 'constructor' }, 'there is no queue'],
    [{ task: '' }, '1 to 128 characters'],
    [{ task: 'x'.repeat(129) }, '1 to 128 characters'],
    [{ id: 'x'.repeat(65) }, 'longer than 64'],
    [{ id: 'a#b' }, 'may hold only'],
    [{ payload: undefined }, 'payload is missing'],
    [{ payload: {} }, 'payload.customer must be a text or a number'],
    [{ payload: { customer: 'a', n: 2 ** 60 } }, 'payload.n is a number'],
    [{ meta: { a: '\ud800' } }, 'meta.a holds half'],
    [{ partition: '' }, 'the partition is empty'],
    [{ partition: '\ud800' }, 'half of a character'],
    [{ queue: 'plain', partition: 'x' }, 'leave partition out'],
    [{ priority: 10 }, 'priority 10'],
    [{ priority: -1 }, 'priority -1'],
    [{ priority: 1.5 }, 'priority 1.5'],
    [{ runAt: 'soon' }, 'runAt "soon"'],
    [{ runAt: -1 }, 'runAt "-1"'],
    [{ runAt: new Date(Number.NaN) }, 'runAt "Invalid Date"'],
    [{ runAt: NOW, delay: 1 }, 'not both'],
    [{ delay: 'soon' }, 'delay "soon"'],
    [{ delay: -1 }, 'delay "-1"'],
    [{ delay: '99999999d' }, 'delay "99999999d"'],
  ])('%o', (part, why) => {
    expect(reason(of(part))).toContain(why)
  })

  test('a task whose name holds half of a character', () => {
    expect(of({ task: '\ud800' }).ok).toBe(false)
  })
})

describe('a mistake in a job’s labels is told', () => {
  const config = defineConfig({
    pools: { api: { rateLimit: { allowed: 5, period: '1s' } } },
    queues: { plain: {} },
  })
  test.each([
    [{ pools: { api: 3 } }, /"api" counts starts alone.*say cost: 3/],
    [{ pools: { 'a b': 1 } }, /^pools\.a b: the name of a pool has letters/],
    [{ tags: { 'a b': 'x' } }, /^tags\.a b: the key of a tag begins with/],
  ])('%j', (labels, words) => {
    expect(reason(newJob(config, { ...JOB, queue: 'plain', ...labels }, NOW))).toMatch(words)
  })
})
