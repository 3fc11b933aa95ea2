/** Starts of shared rates: granted in a limiter's window, and settled there; and what a shard waits for. */
import { describe, expect, test } from 'vitest'
import type { Grant } from '../../lib/core/limits/grant.ts'
import { limiterKey, poolNamed } from '../../lib/core/limits/queue-limiter.ts'
import { emptyState, type ShardState } from '../../lib/core/shard/state.ts'
import type { Store } from '../../lib/ports/store.ts'
import { asId, borrowed, change, claimed } from '../support/builders.ts'
import { afterPass, freshQueue } from './fresh.ts'

const KEPT_UNTIL = 2_000_000_000
const ONE = '1750000000000.0000000001'
const OTHER = '1750000000000.0000000002'
const freshLimiter = (): ShardState => emptyState(limiterKey(poolNamed(freshQueue())))

export function describeGrants(store: () => Store): void {
  const granting = (limiter: ShardState, keys: readonly string[], drop: readonly string[] = []) =>
    store().states.grantStarts(limiter, {
      take: keys.map((key) => [key, 2] as const),
      drop,
      expiresAt: KEPT_UNTIL,
    })
  const granted = async (limiter: ShardState, keys: readonly string[], drop: readonly string[] = []) => {
    const outcome = await granting(limiter, keys, drop)
    if (outcome.kind !== 'written') throw new Error(outcome.kind)
    return outcome.limiter
  }

  describe('a start of a shared rate', () => {
    test('is written into the limiter’s window, and is there for all to see', async () => {
      const empty = freshLimiter()
      const first = await granted(empty, [ONE])
      expect(first).toEqual({
        ...empty,
        initialised: true,
        version: 1,
        window: { [ONE]: 2 },
        expiresAt: KEPT_UNTIL,
      })
      expect(await store().states.read(empty.shard)).toEqual(first)
      const second = await granted(first, [OTHER], [ONE, '7'])
      expect(second).toEqual({ ...first, version: 2, window: { [OTHER]: 2 } })
    })

    test('is granted to one of two who have seen the same', async () => {
      const first = await granted(freshLimiter(), [ONE])
      await granted(first, [OTHER])
      expect(await granting(first, ['1750000000001.0000000003'])).toEqual({ kind: 'conflict' })
      expect(await granting(emptyState(first.shard), ['1750000000001.0000000003'])).toEqual({
        kind: 'conflict',
      })
    })

    test('is known again by whoever wrote it, and got no reply', async () => {
      const empty = freshLimiter()
      const first = await granted(empty, [ONE])
      expect(await granting(empty, [ONE])).toEqual({ kind: 'written', limiter: first })
      expect(await granting(empty, [ONE, OTHER])).toEqual({ kind: 'conflict' })
    })

    test('is not granted by limits that somebody has changed, and an item with an override stays', async () => {
      const first = await granted(freshLimiter(), [ONE])
      const set = await store().states.override(first, { concurrency: 1 })
      if (!set) throw new Error('nobody has set anything meanwhile')
      expect(await granting(first, [OTHER])).toEqual({ kind: 'conflict' })
      // Somebody may have written it by hand, and left the version as it was.
      for (const override of [{ concurrency: 2 }, { concurrency: 1, reason: 'a' }])
        expect(await granting({ ...set, override }, [OTHER])).toEqual({ kind: 'conflict' })
      expect((await granted(set, [OTHER])).expiresAt).toBeUndefined()
    })

    test('leaves books and loans as they are', async () => {
      const empty = freshLimiter()
      const loans = [
        {
          resource: 'slots',
          borrower: 'crm|a',
          was: undefined,
          is: { id: borrowed('l', 1).id, lent: 1, returned: 0 },
        },
      ] as const
      const books = { loans, line: [], isLending: true, expiresAt: KEPT_UNTIL }
      const opened = await store().states.writeBooks(empty, books)
      if (opened.kind !== 'written') throw new Error(opened.kind)
      const after = await granted(opened.owner, [ONE])
      expect(after.books).toEqual(opened.owner.books)
      expect(await store().states.writeBooks(opened.owner, { ...books, loans: [] })).toEqual({
        kind: 'conflict',
      })
    })

    test('is remembered under its time once it is made, once however often that is said', async () => {
      const first = await granted(freshLimiter(), [ONE, OTHER])
      for (const _ of [1, 2]) await store().states.settleStart(first.shard, [ONE, 2], '1749999990000')
      await store().states.settleStart(first.shard, [OTHER, 2], '1749999990000')
      const after = await store().states.read(first.shard)
      expect(after?.window).toEqual({ '1749999990000': 4 })
      expect(after?.version).toBe(first.version)
    })

    test('counts no more if it is not used; another one is left alone', async () => {
      const first = await granted(freshLimiter(), [ONE, OTHER])
      await store().states.settleStart(first.shard, [ONE, 2])
      await store().states.settleStart(first.shard, [OTHER, 1], '1749999990000')
      await store().states.settleStart(freshLimiter().shard, [ONE, 2], '1')
      expect((await store().states.read(first.shard))?.window).toEqual({ [OTHER]: 2 })
    })

    test('is waited for by a shard, until a pass says otherwise', async () => {
      const waits: Grant = { at: 5, until: 9, keys: { [poolNamed('hubspot')]: [ONE, 2] } }
      const first = await afterPass(store(), { granted: waits })
      expect(first.granted).toEqual(waits)
      expect(await store().states.read(first.shard)).toEqual(first)
      const second = await afterPass(store(), {}, first)
      expect(second.granted).toEqual(waits)
      const dear = { ...waits, cost: 1200 }
      const third = await afterPass(store(), { granted: dear }, second)
      expect((await store().states.read(first.shard))?.granted).toEqual(dear)
      expect((await afterPass(store(), { granted: 'over' }, third)).granted).toBeUndefined()
    })

    test('holds for a claim until it starts', async () => {
      const token = claimed('t').token
      const first = await afterPass(store(), { take: { a: { ...claimed('t'), startBy: 77 } } })
      expect(first.slots['a']).toMatchObject({ startBy: 77 })
      expect(await store().states.pass(first, change())).toMatchObject({ kind: 'written' })
      const attempt = { token: 'u' as typeof token, deadline: 9, bucket: '1' }
      const started = await store().states.start(first.shard, { id: asId('a'), token }, attempt)
      expect(started.state?.slots['a']).not.toHaveProperty('startBy')
    })
  })
}
