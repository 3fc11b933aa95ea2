/** What the compiler has to refuse: `tsc` fails where an error that is expected here does not come. */
import { describe, expect, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { type AdminClient, createAdmin } from '../../lib/admin.ts'
import {
  type Client,
  type ConfigInput,
  createClient,
  defineConfig,
  defineTask,
  type JobInfo,
  type PayloadOf,
  RetryAfterError,
  throwIfToRetryAfter,
} from '../../lib/index.ts'

const config = defineConfig({ queues: { crm: { concurrency: 3 }, mail: {} } })
const sync = defineTask({
  name: 'sync',
  queue: 'crm',
  payload: z.object({ id: z.string(), tries: z.coerce.number<string>().default(3) }),
  handler: async ({ payload, job, signal }) => {
    expectTypeOf(payload).toEqualTypeOf<{ id: string; tries: number }>()
    expectTypeOf(job).toEqualTypeOf<JobInfo>()
    expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
  },
})
const stray = defineTask({ name: 'stray', queue: 'fax', payload: z.string(), handler: async () => {} })

const heavy = defineTask({
  name: 'heavy',
  queue: 'crm',
  payload: z.string(),
  pools: { gpu: 2 },
  handler: async () => {},
})

/** Never called either: jobs that name pools. */
const pooled = (client: Client<'crm' | 'mail', never, 'gpu' | 'api'>, other: Client<'crm', never, 'api'>) => [
  () => client.enqueue(heavy, 'text', { pools: { api: 1 }, tags: { model: 'x' } }),
  () => client.enqueueMany(heavy, [{ payload: 'text', pools: { gpu: 1 } }]),
  () => client.enqueue(sync, { id: 'a' }),
  // @ts-expect-error there is no such pool
  () => client.enqueue(sync, { id: 'a' }, { pools: { tpu: 1 } }),
  // @ts-expect-error the task's pool is not configured
  () => other.enqueue(heavy, 'text'),
  // @ts-expect-error a tag is a text
  () => client.enqueue(sync, { id: 'a' }, { tags: { model: 5 } }),
]

/** Never called either: schedules. */
const scheduling = (
  client: Client<'crm' | 'mail', never, 'gpu', 'model'>,
  other: Client<'crm', never, 'api'>,
) => [
  () => client.schedule(sync, 'nightly', { cron: '0 3 * * *', timeZone: 'Europe/Berlin' }, { id: 'a' }),
  () =>
    client.schedule(
      sync,
      'often',
      { every: '30s' },
      { id: 'a' },
      { pools: { gpu: 1 }, tags: { model: 'x' } },
    ),
  () => client.schedule(heavy, 'once', { at: new Date(0) }, 'text', { force: true, overlap: 'skip' }),
  () => client.unschedule(sync, 'nightly', { force: true }),
  () => client.listSchedules({ task: sync, state: 'paused' }),
  // @ts-expect-error a rule has cron, every or at
  () => client.schedule(sync, 'nightly', {}, { id: 'a' }),
  // @ts-expect-error the payload is the task's
  () => client.schedule(sync, 'nightly', { every: '1h' }, { id: 5 }),
  // @ts-expect-error there is no such queue
  () => client.schedule(stray, 'nightly', { every: '1h' }, 'text'),
  // @ts-expect-error there is no such pool
  () => client.schedule(sync, 'nightly', { every: '1h' }, { id: 'a' }, { pools: { tpu: 1 } }),
  // @ts-expect-error the task's pool is not configured
  () => other.schedule(heavy, 'nightly', { every: '1h' }, 'text'),
  // @ts-expect-error there is no such option
  () => client.schedule(sync, 'nightly', { every: '1h' }, { id: 'a' }, { overlaps: 'skip' }),
]

const limited = defineConfig({
  pools: { api: { concurrency: 4, rateLimit: { allowed: 9, period: '1s' }, costs: false } },
  tags: [
    { key: 'model', concurrency: 4 },
    { key: 'user', each: true, concurrency: 1 },
  ],
  queues: { crm: { total: 5 }, mail: {} },
})
type Limited = Client<'crm' | 'mail', never, 'api', 'model' | 'user'>
type LimitedAdmin = AdminClient<'crm' | 'mail', never, 'api', 'model' | 'user'>

const answer = new Response()

/** Never called either: what handlers throw. */
const asking = () => [
  () => new RetryAfterError('30s', { pool: 'any' }),
  () => throwIfToRetryAfter(answer, { pool: 'any' }),
  () => new RetryAfterError<typeof limited>('30s', 'a reason'),
  () => new RetryAfterError<typeof limited>('30s', { pool: 'api', reason: 'HTTP 429' }),
  () => throwIfToRetryAfter<typeof limited>(answer, { tag: 'user', each: 'ann' }),
  () => throwIfToRetryAfter<typeof limited>(answer, { total: 'crm' }),
  // @ts-expect-error there is no such pool
  () => new RetryAfterError<typeof limited>('30s', { pool: 'apo' }),
  // @ts-expect-error there is no such pool
  () => throwIfToRetryAfter<typeof limited>(answer, { pool: 'apo' }),
  // @ts-expect-error there is no such queue
  () => throwIfToRetryAfter<typeof limited>(answer, { total: 'crn' }),
  // @ts-expect-error no limit goes by that tag
  () => new RetryAfterError<typeof limited>('30s', { tag: 'modle' }),
]

/** Never called either: limiters by their names. */
const named = (client: Limited, admin: LimitedAdmin) => [
  () => client.limiter({ total: 'crm' }),
  () => client.why({ pool: 'api' }),
  () => client.why({ queue: 'mail' }),
  () => client.setLimiter({ tag: 'model', value: 'gpt-5' }, 2),
  () => client.slowDown({ tag: 'user', each: 'ann' }, '1m'),
  () => admin.pause({ pool: 'api' }),
  () => admin.pause({ queue: 'mail' }),
  // Tags without a limit are as good as others.
  () => client.enqueue(sync, { id: 'a' }, { tags: { model: 'gpt-5', team: 'blue' } }),
  () => client.enqueueMany(sync, [{ payload: { id: 'a' }, tags: { team: 'blue' } }]),
  // @ts-expect-error no tag with a limit is called that
  () => client.setLimiter({ tag: 'modle' }, 2),
  // @ts-expect-error there is no such queue
  () => client.limiter({ total: 'crmm' }),
  // @ts-expect-error there is no such pool
  () => admin.why({ pool: 'ap' }),
  // @ts-expect-error a partition is no part of that
  () => admin.why({ queue: 'mail', partition: 'acme' }),
  // @ts-expect-error there is no such pool
  () => client.slowedDown({ pool: 'ap' }),
  // @ts-expect-error there is no such pool
  () => admin.slowDown({ pool: 'ap' }, '1m'),
  // @ts-expect-error no tag with a limit is called that
  () => admin.resume({ tag: 'modle' }),
  // @ts-expect-error a total is paused with its queue
  () => admin.pause({ total: 'crm' }),
  // @ts-expect-error there is no such queue
  () => admin.pause({ queue: 'crmm' }),
  // @ts-expect-error a tag is a text, one with a limit, too
  () => client.enqueue(sync, { id: 'a' }, { tags: { model: 5 } }),
]

/** Never called: only its types are of interest. */
const calls = (client: Client<'crm' | 'mail'>) => [
  () => client.enqueue(sync, { id: 'a' }, { priority: 0, delay: '5s' }),
  () => client.enqueueMany(sync, [{ payload: { id: 'a', tries: '1' }, partition: 'x' }]),
  () => client.setLimits('mail', 'acme', { concurrency: 0 }),
  () => client.moveJobs('a queue of yesterday', { to: 'mail' }),
  () => client.moveJobs('a queue of yesterday', { to: 'dead-letters', by: 'ann' }),
  // @ts-expect-error jobs go somewhere
  () => client.moveJobs('crm', {}),
  () => client.redrive('a queue of yesterday', { to: 'crm', limit: 10 }),
  // @ts-expect-error the queue that jobs shall go to is not configured
  () => client.redrive('crm', { to: 'fax' }),
  // @ts-expect-error the payload lacks its id
  () => client.enqueue(sync, {}),
  // @ts-expect-error the id is text
  () => client.enqueue(sync, { id: 7 }),
  // @ts-expect-error there is no such key in the payload
  () => client.enqueue(sync, { id: 'a', more: 1 }),
  // @ts-expect-error a payload is given as the schema takes it, not as it gives it
  () => client.enqueue(sync, { id: 'a', tries: 1 }),
  // @ts-expect-error one of many payloads is wrong
  () => client.enqueueMany(sync, [{ payload: { id: 'a' } }, { payload: {} }]),
  // @ts-expect-error the task's queue is not configured
  () => client.enqueue(stray, 'text'),
  // @ts-expect-error a duration has a unit
  () => client.enqueue(sync, { id: 'a' }, { delay: '5 seconds' }),
  // @ts-expect-error there is no such queue
  () => client.setLimits('fax', undefined, null),
]

describe('types', () => {
  test('a client takes the tasks of its configuration, with their payloads', () => {
    expectTypeOf(createClient({ config })).toEqualTypeOf<Client<'crm' | 'mail'>>()
    expectTypeOf<PayloadOf<typeof sync>>().toEqualTypeOf<{ id: string; tries?: string | undefined }>()
    expectTypeOf(calls).parameter(0).toEqualTypeOf<Client<'crm' | 'mail'>>()
  })

  test('a client knows the pools of its configuration', () => {
    const pools = { api: { concurrency: 4 } }
    const client = createClient({ config: defineConfig({ pools, queues: { crm: {} } }) })
    expectTypeOf(client).toEqualTypeOf<Client<'crm', never, 'api'>>()
    expectTypeOf(scheduling).parameter(1).toEqualTypeOf<Client<'crm', never, 'api'>>()
    expectTypeOf(pooled).parameter(1).toEqualTypeOf<Client<'crm', never, 'api'>>()
  })

  test('a client, and staff, know the limiters of their configuration', () => {
    expectTypeOf(createClient({ config: limited })).toEqualTypeOf<Limited>()
    expectTypeOf(createAdmin({ config: limited })).toEqualTypeOf<LimitedAdmin>()
    expectTypeOf(named).parameter(0).toEqualTypeOf<Limited>()
    expectTypeOf(asking).returns.toBeArray()
  })

  test('a configuration has no unknown keys', () => {
    // @ts-expect-error a word that is misspelt
    const misspelt: ConfigInput = { queues: { crm: { concurency: 3 } } }
    // @ts-expect-error a size is of the queue or the partition
    const sized: ConfigInput = { queues: { crm: { maxQueueSize: { tenant: 5 } } } }
    // @ts-expect-error a rate needs its period
    const incomplete: ConfigInput = { queues: { crm: { rateLimit: { allowed: 3 } } } }
    // @ts-expect-error what its rate counts is of a pool or a queue
    const total: ConfigInput = { queues: { crm: { total: { concurrency: 3, costs: true } } } }
    expectTypeOf([misspelt, sized, incomplete, total]).toEqualTypeOf<ConfigInput[]>()
  })

  test('a queue names pools of its configuration', () => {
    const pools = { api: { concurrency: 4 } }
    expect(defineConfig({ pools, queues: { crm: { pools: { api: 2 } } } }).queues.crm.limiters).toHaveLength(
      1,
    )
    // @ts-expect-error there is no such pool
    expect(() => defineConfig({ pools, queues: { crm: { pools: { ap: 2 } } } })).toThrow('no such pool')
  })
})
