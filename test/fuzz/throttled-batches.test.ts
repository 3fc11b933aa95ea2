/** Batches run through a throttle: whatever is iterated, called and asked for, each item that was taken is in one count, and nothing hangs. */
import { fc } from '@fast-check/vitest'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { RetryAfterError } from '../../lib/api/retry-after.ts'
import {
  BatchInterruptedError,
  type BatchResult,
  SKIP,
  throttledBatch,
} from '../../lib/api/throttled-batch.ts'
import { ConfigurationError } from '../../lib/core/errors.ts'
import { untyped } from '../support/untyped.ts'
import { almost, anything } from './bodies.ts'
import { reportInputs, runs, tried } from './count.ts'
import { type Source, source } from './iterables.ts'

reportInputs('throttled batches')
beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const hostile = fc.oneof(
  { weight: 5, arbitrary: anything },
  {
    weight: 2,
    arbitrary: fc.constantFrom<unknown>(undefined, 1n, Symbol('x'), Object.create(null), () => 1),
  },
)
const rarely = (...right: unknown[]) =>
  fc.oneof({ weight: 20, arbitrary: fc.constantFrom(undefined, ...right) }, { weight: 1, arbitrary: hostile })
const progress = fc.constantFrom<unknown>(
  undefined,
  undefined,
  () => {},
  async () => {},
  () => {
    throw new Error('no progress')
  },
  () => Promise.reject(Object.create(null)),
)
const options = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      maxConcurrent: rarely(1, 2, 7),
      minInterval: rarely('0s', '250ms', 10, '1h'),
      adaptive: rarely(true, false, { outcomes: 4, threshold: 0.5 }),
      maxQueue: rarely(0, 1, 50),
      maxErrors: rarely(0, 2),
      onProgress: fc.oneof({ weight: 20, arbitrary: progress }, { weight: 1, arbitrary: hostile }),
    }),
  },
  { weight: 1, arbitrary: almost({ maxConcurrent: hostile, signal: hostile, onProgress: hostile }) },
  { weight: 1, arbitrary: hostile },
)

/** What becomes of a call. */
const call = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom<() => unknown>(
      () => 1,
      () => SKIP,
      async () => SKIP,
    ),
  },
  { weight: 3, arbitrary: fc.nat(300).map((ms) => () => new Promise((resolve) => setTimeout(resolve, ms))) },
  { weight: 3, arbitrary: hostile.map((thrown) => () => Promise.reject(thrown)) },
  {
    weight: 1,
    arbitrary: hostile.map((when) => () => Promise.reject(new RetryAfterError(untyped(when)))),
  },
)

const ABORTED_AFTER_MS = 3000
/** What runs ends within 300 ms, and a throttle looks again after a second. */
const OVER_AFTER_MS = ABORTED_AFTER_MS + 2000

describe('a throttled batch', () => {
  test('counts each item that it has taken once, or is refused before it takes any', async () => {
    const calls = fc.array(call, { minLength: 1, maxLength: 9 })
    const property = fc.asyncProperty(source, calls, options, play)
    await fc.assert(property, runs(1500))
  })
})

async function play(made: () => Source, calls: readonly (() => unknown)[], how: unknown): Promise<void> {
  tried(1)
  const [from, seen] = [made(), { running: 0, most: 0, called: 0 }]
  const fn = async () => {
    seen.called++
    seen.most = Math.max(seen.most, ++seen.running)
    try {
      return await calls[seen.called % calls.length]?.()
    } finally {
      seen.running--
    }
  }
  const given = withSignal(how)
  const result = await resultOf(() => throttledBatch(untyped(from.iterable), fn, untyped(given)))
  if (result === 'refused') {
    expect([seen.called, from.taken?.() ?? 0]).toEqual([0, 0])
    return
  }
  const { sent, failed, skipped, total, errors } = result
  expect(sent + failed + skipped).toBe(total)
  // One that the iterable still owed when nothing was wanted any more is in no count.
  if (from.taken) expect([total, total + 1]).toContain(from.taken())
  expect(seen.running).toBe(0)
  const { maxConcurrent = 3, maxErrors = 100 } = Object(given) as {
    maxConcurrent?: number
    maxErrors?: number
  }
  expect(seen.most).toBeLessThanOrEqual(maxConcurrent)
  expect(errors.length === Math.min(failed, maxErrors)).toBe(true)
}

/** Without one it may take for ever, as it was asked to. */
function withSignal(how: unknown): unknown {
  if (how === undefined) return { signal: abortedLater() }
  const isOptions = typeof how === 'object' && how !== null && !Array.isArray(how)
  return isOptions && !('signal' in how) ? { ...how, signal: abortedLater() } : how
}

function abortedLater(): AbortSignal {
  const controller = new AbortController()
  setTimeout(() => controller.abort(), ABORTED_AFTER_MS)
  return controller.signal
}

async function resultOf(
  start: () => Promise<BatchResult<unknown>>,
): Promise<BatchResult<unknown> | 'refused'> {
  let batch: Promise<BatchResult<unknown>>
  try {
    batch = start()
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError)
    expect((error as Error).message).toMatch(/^.{8,}/)
    return 'refused'
  }
  let ended: BatchResult<unknown> | undefined
  const interrupted = (error: unknown) => {
    expect(error).toBeInstanceOf(BatchInterruptedError)
    return (error as BatchInterruptedError).result
  }
  const over = batch.catch(interrupted).then((result) => {
    ended = result
  })
  for (let ms = 0; ms < OVER_AFTER_MS && !ended; ms += 100) await vi.advanceTimersByTimeAsync(100)
  if (ended) await over
  return ended ?? expect.fail('the batch hangs')
}
