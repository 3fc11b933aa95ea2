/** A handler hears that its job was cancelled, if it runs for so long that somebody looks. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { taskRunner } from '../../../lib/api/run-task.ts'
import { defineTask, type TaskContext } from '../../../lib/api/task.ts'
import { JobCancelledError } from '../../../lib/core/errors.ts'
import type { RawItem } from '../../../lib/core/job/job.ts'
import type { Duration } from '../../../lib/core/text/duration.ts'
import { CANCEL_LOOK_EVERY_MS } from '../../../lib/core/times.ts'
import { CancelWatch } from '../../../lib/use-cases/attempt/watch.ts'
import { configOf, jobItem, jobOf, NOW } from '../../support/builders.ts'
import { World } from '../../support/world.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const MARK = { by: 'ann', reason: 'no use', at: NOW }
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

/** A handler that runs until its signal is aborted or the test ends it, with what it was told. */
function runs(timeout: Duration, looks: (typeof MARK | undefined)[]) {
  const seen: { signal?: AbortSignal; looked: number; end: () => void } = { looked: 0, end: () => {} }
  const handler = ({ signal }: TaskContext<unknown>) =>
    new Promise<void>((resolve, reject) => {
      Object.assign(seen, { signal, end: resolve })
      signal.addEventListener('abort', () => reject(signal.reason))
    })
  const task = defineTask({ name: 'sync', queue: 'crm', payload: z.any(), handler })
  const look = async () => looks[seen.looked++]
  const outcome = taskRunner([task], () => silent)(jobOf(configOf({ timeout }), jobItem()), look)
  return { seen, outcome }
}

test('its signal is aborted with who and why, as soon as a look sees it', async () => {
  const { seen, outcome } = runs('1m', [undefined, MARK])
  await vi.advanceTimersByTimeAsync(2 * CANCEL_LOOK_EVERY_MS)
  expect(await outcome).toMatchObject({
    kind: 'failed',
    error: expect.stringContaining('cancelled by ann: no use'),
  })
  expect(seen.signal?.reason).toBeInstanceOf(JobCancelledError)
  expect(seen.looked).toBe(2)
})

test('nobody looks while a short job runs, or after a handler is over', async () => {
  const { seen, outcome } = runs('1m', [])
  await vi.advanceTimersByTimeAsync(CANCEL_LOOK_EVERY_MS - 1)
  seen.end()
  expect(await outcome).toEqual({ kind: 'succeeded' })
  await vi.advanceTimersByTimeAsync(10 * CANCEL_LOOK_EVERY_MS)
  expect([seen.looked, vi.getTimerCount()]).toEqual([0, 0])
})

test('nor in a queue whose handlers have no time for a look', async () => {
  const { seen } = runs('5s', [])
  await vi.advanceTimersByTimeAsync(0)
  expect(vi.getTimerCount()).toBe(0)
  seen.end()
})

test('a look sees the mark of this job, of no other in its place, and survives an outage', async () => {
  const world = new World(configOf({}))
  const watchOf = () => new CancelWatch(world.context, jobOf(configOf({}), jobItem()))
  const looksAt = async (...items: RawItem[]) => {
    world.put(...items)
    const watch = watchOf()
    return [await watch.look(), watch.job.cancellation]
  }
  expect(await looksAt()).toEqual([undefined, undefined])
  expect(await looksAt(jobItem())).toEqual([undefined, undefined])
  expect(await looksAt({ ...jobItem(), cancellation: MARK })).toEqual([MARK, MARK])
  expect(await looksAt({ ...jobItem({ payload: 'other' }), cancellation: MARK })).toEqual([
    undefined,
    undefined,
  ])
  world.context.store.jobs.peek = () => Promise.reject(new Error('throttled'))
  expect(await watchOf().look()).toBeUndefined()
})
