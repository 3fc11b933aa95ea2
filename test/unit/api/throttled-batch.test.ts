/** Whatever can be iterated, run through a throttle of this process. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { RetryAfterError } from '../../../lib/api/retry-after.ts'
import {
  type BatchInterruptedError,
  SKIP,
  type ThrottledOptions,
  throttledBatch,
} from '../../../lib/api/throttled-batch.ts'
import { untyped } from '../../support/untyped.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index)
const FLAT: ThrottledOptions = { adaptive: false }

/** Runs all timers until the batch has ended. */
async function ended<T>(batch: Promise<T>): Promise<T> {
  let isOver = false
  const mark = () => {
    isOver = true
  }
  batch.then(mark, mark)
  while (!isOver) await vi.advanceTimersByTimeAsync(10)
  return batch
}

const takes = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe('a batch', () => {
  test('is run, and counted', async () => {
    const fn = (item: number) => {
      if (item % 4 === 0) throw new Error(`no ${item}`)
      return item === 1 ? SKIP : item
    }
    const result = await ended(throttledBatch(upTo(8), fn, FLAT))
    expect(result).toMatchObject({
      sent: 5,
      failed: 2,
      skipped: 1,
      total: 8,
      errorRate: 2 / 7,
      isAborted: false,
    })
    expect(result.errors).toEqual([
      { item: 0, error: new Error('no 0') },
      { item: 4, error: new Error('no 4') },
    ])
  })

  test('may be empty', async () => {
    expect(await ended(throttledBatch([], takes))).toMatchObject({ sent: 0, total: 0, errorRate: 0 })
  })

  test('keeps some errors, and counts all', async () => {
    const fn = () => Promise.reject(new Error('no'))
    const result = await ended(throttledBatch(upTo(5), fn, { ...FLAT, maxErrors: 2 }))
    expect([result.failed, result.errors.length]).toEqual([5, 2])
  })

  test.each([{ maxConcurrent: 0 }, { minInterval: 'soon' }, { maxQeue: 1 }, { adaptive: { threshold: 0 } }])(
    'refuses %o',
    (options) => {
      expect(() => throttledBatch([], takes, options as ThrottledOptions)).toThrow(
        expect.objectContaining({ name: 'ConfigurationError' }),
      )
    },
  )
})

describe('limits', () => {
  test('no more run simultaneously than may', async () => {
    let [running, most] = [0, 0]
    const fn = async () => {
      most = Math.max(most, ++running)
      await takes(30)
      running--
    }
    await ended(throttledBatch(upTo(10), fn, { ...FLAT, maxConcurrent: 4 }))
    expect(most).toBe(4)
  })

  test('no two starts are closer than the interval', async () => {
    const starts: number[] = []
    const fn = () => void starts.push(Date.now())
    await ended(throttledBatch(upTo(5), fn, { ...FLAT, maxConcurrent: 5, minInterval: '200ms' }))
    const gaps = starts.slice(1).map((at, index) => at - (starts[index] ?? 0))
    expect(gaps.length).toBe(4)
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(200)
  })

  test('it is slower while too many fail, and recovers', async () => {
    let isDown = true
    const fn = () => {
      if (isDown) throw new Error('down')
    }
    const adaptive = { outcomes: 4, minimumOutcomes: 2, most: 8 }
    const seen: number[] = []
    const onProgress = ({
      interval_ms,
      sent,
      failed,
    }: {
      interval_ms: number
      sent: number
      failed: number
    }) => {
      seen.push(interval_ms)
      if (sent + failed === 6) isDown = false
    }
    await ended(throttledBatch(upTo(12), fn, { maxConcurrent: 1, minInterval: 50, adaptive, onProgress }))
    // One failure is no rate; nothing smaller than the smallest interval is multiplied.
    expect(seen).toEqual([50, 200, 200, 400, 400, 800, 800, 400, 400, 200, 200, 50])
  })

  test('nothing starts before a time that the service has asked for, and the item is tried again', async () => {
    const calls: [number, number][] = []
    const begunAt = Date.now()
    const fn = (item: number) => {
      calls.push([item, Date.now() - begunAt])
      if (calls.length === 1) throw new RetryAfterError('5s')
    }
    const result = await ended(throttledBatch(upTo(2), fn, { ...FLAT, maxConcurrent: 1 }))
    expect(result).toMatchObject({ sent: 2, failed: 0 })
    expect(calls.map(([item]) => item)).toEqual([0, 0, 1])
    expect(calls[1]?.[1]).toBeGreaterThanOrEqual(5000)
  })
})

describe('the iterable', () => {
  test('is asked for no more than there is room for', async () => {
    let made = 0
    async function* items() {
      for (;;) yield made++
    }
    const abort = new AbortController()
    const batch = throttledBatch(items(), () => takes(1000), {
      ...FLAT,
      maxConcurrent: 2,
      maxQueue: 3,
      signal: abort.signal,
    })
    await vi.advanceTimersByTimeAsync(500)
    expect(batch.stats()).toMatchObject({ running: 2, total: 5, sent: 0 })
    expect(made).toBe(5)
    abort.abort()
    expect(await ended(batch)).toMatchObject({ sent: 2, skipped: 3, total: 5, isAborted: true })
  })

  test('gives an item when nothing is started any more: it is counted as one that was skipped', async () => {
    async function* items() {
      yield 1
      await takes(100)
      yield 2
    }
    const abort = new AbortController()
    const { signal } = abort
    const batch = throttledBatch(items(), () => takes(1000), { ...FLAT, maxConcurrent: 2, signal })
    await vi.advanceTimersByTimeAsync(50)
    abort.abort()
    const result = await ended(batch)
    expect(result).toMatchObject({ sent: 1, failed: 0, skipped: 1, total: 2, isAborted: true })
  })

  test('is told when no more is wanted', async () => {
    let isClosed = false
    async function* items() {
      try {
        for (;;) yield 1
      } finally {
        isClosed = true
      }
    }
    const abort = new AbortController()
    const batch = throttledBatch(items(), () => abort.abort(), { ...FLAT, signal: abort.signal })
    await ended(batch)
    expect(isClosed).toBe(true)
  })

  test('nothing is taken if the signal was aborted before', async () => {
    const result = await ended(throttledBatch(upTo(3), takes, { signal: AbortSignal.abort() }))
    expect(result).toMatchObject({ total: 0, isAborted: true })
  })

  test('that throws ends the batch, when what runs has ended', async () => {
    async function* items() {
      yield 1
      yield 2
      throw new Error('lost the database')
    }
    const error = await ended(throttledBatch(items(), () => takes(50), FLAT)).catch(
      (thrown: unknown) => thrown,
    )
    expect(error).toMatchObject({ name: 'BatchInterruptedError', result: { sent: 2, total: 2 } })
    expect((error as BatchInterruptedError).message).toContain('lost the database')
  })

  test('a progress callback that throws ends it, too', async () => {
    const onProgress = () => {
      throw new Error('no screen')
    }
    const options = { ...FLAT, maxConcurrent: 1, maxQueue: 0, onProgress }
    const error = await ended(throttledBatch(upTo(9), () => 1, options)).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ result: { sent: 1 }, cause: new Error('no screen') })
  })

  test('and one whose promise rejects, whatever with', async () => {
    const onProgress = async () => Promise.reject(Object.create(null))
    const options = { ...FLAT, maxConcurrent: 1, onProgress }
    const error = await ended(throttledBatch(upTo(99), () => takes(5), options)).catch(
      (thrown: unknown) => thrown,
    )
    expect(error).toMatchObject({ name: 'BatchInterruptedError' })
    expect((error as BatchInterruptedError).result.total).toBeLessThan(99)
  })
})

describe('an abortion', () => {
  test('loses no item that one lane skips while others are still read ahead', async () => {
    const abort = new AbortController()
    const options = { minInterval: '1h', maxConcurrent: 3, maxQueue: 1, signal: abort.signal } as const
    const batch = throttledBatch(upTo(9), () => 1, options)
    await vi.advanceTimersByTimeAsync(50)
    abort.abort()
    const { sent, skipped, total } = await ended(batch)
    expect(sent + skipped).toBe(total)
  })

  test('comes through although nothing is ever waited for', async () => {
    function* endless() {
      for (;;) yield 1
    }
    const abort = new AbortController()
    setTimeout(() => abort.abort(), 50)
    const batch = throttledBatch(endless(), () => SKIP, { ...FLAT, signal: abort.signal })
    expect(await ended(batch)).toMatchObject({ sent: 0, isAborted: true })
  })
})

describe('a batch of what has no types', () => {
  test('may be a text', async () => {
    expect(await ended(throttledBatch('abc', () => 1, FLAT))).toMatchObject({ sent: 3 })
  })

  test.each([
    ['the iterable', 5, takes, {}, 'iterable'],
    ['the function', [], 'send', {}, 'fn'],
    ['the options', [], takes, null, 'options'],
    ['the signal', [], takes, { signal: { aborted: true } }, 'signal'],
    ['the callback', [], takes, { onProgress: 'log' }, 'onProgress'],
  ])('is refused by the name of %s', (_what, items, fn, options, path) => {
    expect(() => throttledBatch(untyped(items), untyped(fn), untyped(options))).toThrow(
      expect.objectContaining({ name: 'ConfigurationError', path }),
    )
  })

  test.each([
    ['gives no iterator', { [Symbol.iterator]: () => undefined }],
    ['gives no results', { [Symbol.iterator]: () => ({ next: () => 5 }) }],
  ])('is interrupted if what is iterated %s', async (_what, iterable) => {
    const error = await ended(throttledBatch(untyped(iterable), takes)).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ name: 'BatchInterruptedError', result: { total: 0 } })
  })
})
