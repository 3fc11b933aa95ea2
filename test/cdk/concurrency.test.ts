import { describe, expect, test } from 'vitest'
import { concurrencyOf } from '../../cdk/concurrency.ts'

/** A stream begins with four shards; a tick, a sweep and CloudFormation's request. */
const [STREAM_SHARDS, TICKS] = [4, 3]
const QUOTAS = [10, 11, 20, 50, 99, 100, 125, 126, 200, 500, 999, 1000, 3000, 50_000]

describe.each(QUOTAS)('of a quota of %i', (quota) => {
  const { worker, wake, ingest, streamLanes, reserved } = concurrencyOf({ accountConcurrency: quota })

  test('workers get at least half and never all', () => {
    expect(worker).toBeGreaterThanOrEqual(Math.min(1000, Math.floor(quota / 2)))
    expect(worker).toBeLessThanOrEqual(quota - 5)
  })

  test('there is room for all, unless it is very small', () => {
    const all = worker + wake + ingest + streamLanes * STREAM_SHARDS + TICKS
    if (quota >= 22) expect(all).toBeLessThanOrEqual(quota)
  })

  test('Lambda takes the numbers', () => {
    for (const limit of [worker, wake, ingest]) {
      expect(limit).toBeGreaterThanOrEqual(2)
      expect(limit).toBeLessThanOrEqual(1000)
    }
    expect(streamLanes).toBeGreaterThanOrEqual(1)
    expect(streamLanes).toBeLessThanOrEqual(10)
    for (const number of [worker, wake, ingest, streamLanes]) expect(number).toSatisfy(Number.isInteger)
  })

  test('a reservation leaves 100, and suffices for all that the sources bring', () => {
    if (!reserved) return
    expect(quota - reserved.dispatcher - reserved.tick).toBeGreaterThanOrEqual(100)
    expect(reserved.dispatcher).toBeGreaterThanOrEqual(wake + streamLanes * STREAM_SHARDS)
    expect(reserved.tick).toBeGreaterThanOrEqual(TICKS)
  })
})

test('something is reserved as soon as Lambda allows it', () => {
  expect(concurrencyOf({ accountConcurrency: 125 }).reserved).toBeUndefined()
  expect(concurrencyOf({ accountConcurrency: 126 })).toHaveProperty('reserved')
})

test('without a quota the usual one is divided, and nothing is reserved', () => {
  const { reserved: _, ...divided } = concurrencyOf({ accountConcurrency: 1000 })
  expect(concurrencyOf({})).toEqual(divided)
})

test('what the user says of the worker wins', () => {
  expect(concurrencyOf({ accountConcurrency: 10, workerMaxConcurrency: 9 })).toMatchObject({
    worker: 9,
    wake: 2,
  })
})
