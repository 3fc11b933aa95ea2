/** What people set for partitions and limiters: the clauses of those writes. */
import { describe, expect, test } from 'vitest'
import { type LimiterName, limiterKey } from '../../lib/core/limits/queue-limiter.ts'
import { emptyState } from '../../lib/core/shard/state.ts'
import type { Store } from '../../lib/ports/store.ts'
import { NOW } from '../support/builders.ts'
import { override } from '../support/override.ts'
import { freshShard } from './fresh.ts'

const GOES_AT = 2_000_000_000
const SLOW = { until: NOW + 60_000, reason: 'HTTP 429' }
const PAUSED = { paused: { by: 'ann' } }

export function describeByPeople(store: () => Store): void {
  const freshLimiter = () => limiterKey(`pool|${freshShard()}` as LimiterName)

  describe('what people set', () => {
    test('is written only over what was read, a pause included', async () => {
      const shard = freshShard()
      expect(await store().states.override(emptyState(shard), PAUSED)).toMatchObject({ override: PAUSED })
      expect(await store().states.override(emptyState(shard), { concurrency: 1 })).toBeUndefined()
      const read = await store().states.read(shard)
      expect(read?.override).toEqual(PAUSED)
      const both = { concurrency: 1, ...PAUSED }
      expect((await store().states.override(read ?? emptyState(shard), both))?.override).toEqual(both)
      expect(await store().states.override(read ?? emptyState(shard), undefined)).toBeUndefined()
    })

    test('makes an item stay, and lets a limiter go when nothing is set any more', async () => {
      const key = freshLimiter()
      const first = await store().states.override(emptyState(key), { concurrency: 1 }, GOES_AT)
      expect(first?.expiresAt).toBeUndefined()
      const last = await store().states.override(first ?? emptyState(key), undefined, GOES_AT)
      expect(last).toMatchObject({ shard: key, expiresAt: GOES_AT })
      expect(last).not.toHaveProperty('override')
    })
  })

  describe('a slow-down of a limiter', () => {
    test('lets its item go, unless somebody has set its units', async () => {
      const key = freshLimiter()
      const slowed = await store().states.slowDown(key, SLOW, GOES_AT)
      expect(slowed).toMatchObject({ slowed: SLOW, expiresAt: GOES_AT })
      await override(store(), key, { concurrency: 1 })
      const both = await store().states.slowDown(key, SLOW, GOES_AT)
      expect(both).toMatchObject({ slowed: SLOW, override: { concurrency: 1 } })
      expect(both.expiresAt).toBeUndefined()
      expect(both.version).toBe(3)
    })

    test('ends', async () => {
      const key = freshLimiter()
      await store().states.slowDown(key, SLOW, GOES_AT)
      expect(await store().states.slowDown(key, undefined, GOES_AT)).not.toHaveProperty('slowed')
    })
  })

  test('books are no reason for an item to go in which somebody has written an override by hand', async () => {
    const key = freshLimiter()
    const nothing = { loans: [], line: [], isLending: false, expiresAt: GOES_AT } as const
    const made = await store().states.slowDown(key, SLOW, GOES_AT)
    await store().states.writeBooks(made, nothing)
    const read = await store().states.read(key)
    const byHand = { ...(read ?? emptyState(key)), override: { concurrency: 1 } }
    // As if it had been read with one that was taken back since.
    expect((await store().states.writeBooks(byHand, nothing)).kind).toBe('conflict')
  })
}
