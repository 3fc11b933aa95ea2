/** What a handler gets, and what becomes of what it does. */
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { RetryAfterError } from '../../../lib/api/retry-after.ts'
import { taskRunner } from '../../../lib/api/run-task.ts'
import { defineTask, type TaskContext } from '../../../lib/api/task.ts'
import type { ShardKey } from '../../../lib/core/keys.ts'
import { defineConfig } from '../../../lib/core/queue/config.ts'
import type { RunTask } from '../../../lib/use-cases/attempt/execute.ts'
import { configOf, type JobOptions, jobItem, jobOf } from '../../support/builders.ts'
import { World } from '../../support/world.ts'

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
type Handler = (context: TaskContext<unknown>) => Promise<unknown>

const run = (runTask: RunTask, item: JobOptions = {}) =>
  runTask(jobOf(configOf({ concurrency: 1 }), jobItem(item)))

/** A worker with one task, `sync`, whose schema lets everything through as it is. */
const workerOf = (handler: Handler, queue = 'crm'): RunTask =>
  taskRunner([defineTask({ name: 'sync', queue, payload: z.any(), handler })], () => silent)

describe('a handler that changes what it is given', () => {
  const RETRY = { attempts: 2, backoff: 0 }
  type Changeable = Record<string, unknown> & { list: unknown[] }
  const changes: [string, (value: Changeable) => void][] = [
    ['adds to it', (value) => value.list.push('mine')],
    ['takes from it', (value) => delete value['customer']],
    ['makes a circle of it', (value) => Object.assign(value, { self: value })],
  ]
  test.each(changes)('and %s changes neither the next attempt nor the dead letter', async (_, change) => {
    const world = new World(configOf({ concurrency: 1, retry: RETRY }))
    const seen: unknown[] = []
    world.handler = workerOf(async ({ payload, job }) => {
      seen.push(structuredClone({ payload, meta: job.meta }))
      change(payload as Changeable)
      change(job.meta as Changeable)
      throw new Error('no')
    })
    const asPut = { ...jobItem({ payload: { customer: 'acme', list: [1] } }), meta: { list: [2] } }
    world.put(structuredClone(asPut))
    await world.live(1000)
    const asGiven = { payload: asPut.payload, meta: asPut.meta }
    expect(seen).toEqual([asGiven, asGiven])
    expect(world.dead.map(({ job }) => JSON.parse(job))).toMatchObject([asGiven])
  })
})

test('a handler that wants to be called later says until when, and why', async () => {
  const until = Date.now() + 60_000
  const slows = workerOf(() => Promise.reject(new RetryAfterError(new Date(until), 'HTTP 429')))
  expect(await run(slows)).toEqual({ kind: 'slowed', until, reason: 'HTTP 429' })
})

describe('a job that this worker cannot run', () => {
  const never = async () => expect.unreachable()

  test('is unknown if the worker does not have its task, for a newer worker may', async () => {
    expect(await run(workerOf(never), { task: 'sync-v2' })).toEqual({
      kind: 'unknown',
      reason: 'there is no task "sync-v2"; the worker has: sync',
    })
  })

  test('is unknown if its task belongs to another queue here', async () => {
    expect(await run(workerOf(never, 'mail'))).toEqual({
      kind: 'unknown',
      reason: 'task "sync" belongs to queue "mail", not to "crm"',
    })
  })

  test('is refused if its payload does not match: no worker will ever take it', async () => {
    const payload = z.object({ customer: z.number() })
    const task = defineTask({ name: 'sync', queue: 'crm', payload, handler: never })
    expect(await run(taskRunner([task], () => silent))).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(/^payload: customer: /),
    })
  })
})

test.each([
  ['api', { limiter: 'pool|api', reason: 'HTTP 429' }],
  ['other', { reason: 'HTTP 429 (no limiter of queue crm is pool|other)' }],
])('a handler may name a pool, if that covers its queue: %s', async (pool, said) => {
  const config = defineConfig({
    pools: { api: { concurrency: 1 } },
    queues: { crm: { partition: { payload: 'customer' }, pools: { api: 1 } } },
  })
  const run = workerOf(async () => {
    throw new RetryAfterError('30s', { pool, reason: 'HTTP 429' })
  })
  expect(await run(jobOf(config, jobItem()))).toEqual({ kind: 'slowed', until: expect.any(Number), ...said })
})

test.each([
  [{ pool: 'api' }, 'pool|api'],
  [{ tag: 'portal', each: 'x' }, 'each|portal=x'],
  [{ rate: 'crm', of: 'eu' }, 'rate|crm:meta.region=eu'],
])(
  'a handler may name one with a rate alone, a tag of the job, and the value that a rate goes by: %j',
  async (limiter, name) => {
    const rateLimit = { allowed: 1, period: '1s' } as const
    const config = defineConfig({
      pools: { api: { rateLimit } },
      tags: [{ key: 'portal', each: true, rateLimit }],
      queues: {
        crm: {
          partition: { payload: 'customer' },
          pools: { api: 1 },
          rateLimit: { ...rateLimit, partition: { meta: 'region' } },
        },
      },
    })
    const run = workerOf(async () => {
      throw new RetryAfterError('30s', limiter)
    })
    const pk = 'crm|acme|+each.portal=x+rate.crm:meta.region=eu' as ShardKey
    const item = { ...jobItem(), pk, tags: { portal: 'x' }, meta: { region: 'eu' } }
    expect(await run(jobOf(config, item))).toMatchObject({ kind: 'slowed', limiter: name })
  },
)

describe('after the timeout', () => {
  const aborted = (signal: AbortSignal) =>
    new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  const runLate = (end: () => unknown) =>
    workerOf(async ({ signal }) => {
      await aborted(signal)
      return end()
    })(jobOf(configOf({ timeout: '5ms' }), jobItem()))

  test('a handler that throws has failed its attempt, and the error says why', async () => {
    const fail = () => {
      throw new Error('gave up')
    }
    expect(await runLate(fail)).toEqual({ kind: 'failed', error: 'timed out after 5 ms: Error: gave up' })
  })

  test('a handler that ignored the signal and returns has done its job', async () => {
    expect(await runLate(() => 'late')).toEqual({ kind: 'succeeded' })
  })
})

describe('job.partition', () => {
  test.each([
    ['crm|acme', 'acme'],
    ['crm|p%7Cq%25', 'p|q%'],
    ['crm|%257C', '%7C'],
    ['crm|x%2Cy,p%7Cq', 'x%2Cy,p|q'],
  ])('of %s is %s', async (pk, partition) => {
    const seen: unknown[] = []
    await run(
      workerOf(async ({ job }) => seen.push(job.partition)),
      { pk: pk as ShardKey },
    )
    expect(seen).toEqual([partition])
  })
})
