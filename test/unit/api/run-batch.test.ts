/** What the handler of a batch gets, and what becomes of what it returns. */
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type BatchContext, defineBatchTask } from '../../../lib/api/batch-task.ts'
import { RetryAfterError } from '../../../lib/api/retry-after.ts'
import { taskRunner } from '../../../lib/api/run-task.ts'
import { defineTask } from '../../../lib/api/task.ts'
import { configOf, jobItem, jobOf } from '../../support/builders.ts'
import { untyped } from '../../support/untyped.ts'

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
const CONFIG = configOf({ concurrency: 1, batch: { size: 10 } })
const payload = z.object({ customer: z.string(), n: z.number() })
type Payload = z.infer<typeof payload>
type Handler = (context: BatchContext<Payload>) => Promise<unknown>

const jobsOf = (...numbers: unknown[]) =>
  numbers.map((n, index) => jobOf(CONFIG, jobItem({ id: `job-${index}`, payload: { customer: 'acme', n } })))
const taskOf = (handler: Handler) =>
  defineBatchTask({ name: 'sync', queue: 'crm', payload, handler: untyped(handler) })
const run = (handler: Handler, ...numbers: unknown[]) =>
  taskRunner([taskOf(handler)], () => silent).batch?.(jobsOf(...numbers))

const done = { kind: 'succeeded' }
const failed = (error: string) => ({ kind: 'failed', error })

describe('the handler of a batch', () => {
  test('is called once, with all payloads and what their jobs are', async () => {
    const calls: unknown[] = []
    const outcomes = await run(
      async ({ payloads, jobs }) => void calls.push([payloads.map(({ n }) => n), jobs.map(({ id }) => id)]),
      1,
      2,
    )
    expect(calls).toEqual([
      [
        [1, 2],
        ['job-0', 'job-1'],
      ],
    ])
    expect(outcomes).toEqual([done, done])
  })

  test('does not get what does not match the schema', async () => {
    const outcomes = await run(
      async ({ payloads }) => payloads.map(({ n }) => (n === 3 ? new Error('no') : undefined)),
      1,
      'two',
      3,
    )
    expect(outcomes).toMatchObject([done, { kind: 'refused' }, failed('Error: no')])
  })

  test('is not called if nothing matches', async () => {
    expect(await run(() => expect.unreachable(), 'one')).toMatchObject([{ kind: 'refused' }])
  })

  test('that throws has failed for all of them', async () => {
    expect(await run(() => Promise.reject(new TypeError('all')), 1, 2)).toEqual([
      failed('TypeError: all'),
      failed('TypeError: all'),
    ])
  })

  test('may ask to be called later, for all or for one', async () => {
    const until = Date.now() + 60_000
    const later = new RetryAfterError(new Date(until), 'HTTP 429')
    const slowed = { kind: 'slowed', until, reason: 'HTTP 429' }
    expect(await run(() => Promise.reject(later), 1, 2)).toEqual([slowed, slowed])
    expect(await run(async () => [undefined, later], 1, 2)).toEqual([done, slowed])
  })
})

describe('the results of a batch', () => {
  test('may be what Promise.allSettled returns', async () => {
    const results = () => Promise.allSettled([Promise.resolve(7), Promise.reject(new Error('no'))])
    expect(await run(results, 1, 2)).toEqual([done, failed('Error: no')])
  })

  test('are one for each job, or all have failed', async () => {
    const error = 'TypeError: the handler of a batch returned 1 results for 2 jobs: return one for each'
    expect(await run(async () => [undefined], 1, 2)).toEqual([failed(error), failed(error)])
    const [outcome] = (await run(async () => 'ok', 1)) ?? []
    expect(outcome).toMatchObject({ kind: 'failed', error: expect.stringContaining('returns a list') })
  })

  test.each([[false], [{ ok: true }], ['no'], [{ status: 'rejected' }]])(
    'of which %j is no success',
    async (result) => {
      expect(await run(async () => [undefined, result], 1, 2)).toMatchObject([done, { kind: 'failed' }])
    },
  )
})

describe('a task', () => {
  test('count for their own jobs, even if one cannot be looked at', async () => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    const trap = Object.defineProperty({}, 'status', {
      get: () => {
        throw undefined
      },
    })
    for (const broken of [proxy, trap, { status: 'rejected', reason: proxy }])
      expect(await run(async () => [undefined, broken, undefined], 1, 2, 3)).toEqual([
        done,
        failed(expect.stringMatching(/^TypeError: |^the handler threw something/)),
        done,
      ])
  })

  test('have failed for all if what is thrown cannot be looked at', async () => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    const outcomes = await run(async () => Promise.reject(proxy), 1, 2)
    expect(outcomes).toEqual(Array(2).fill(failed(expect.stringMatching(/^the handler threw something/))))
  })

  test('that takes one job is unknown to a queue with batches', async () => {
    const single = defineTask({ name: 'sync', queue: 'crm', payload, handler: () => expect.unreachable() })
    const outcomes = await taskRunner([single], () => silent).batch?.(jobsOf(1, 2))
    expect(outcomes).toMatchObject([{ kind: 'unknown' }, { kind: 'unknown' }])
  })

  test('that takes a batch is called for each job in a queue without', async () => {
    const [job] = jobsOf(1)
    if (!job) throw new Error('one job')
    const runTask = (handler: Handler) => taskRunner([taskOf(handler)], () => silent)(job)
    expect(await runTask(async () => undefined)).toEqual(done)
    expect(await runTask(async () => [new Error('no')])).toEqual(failed('Error: no'))
  })
})
