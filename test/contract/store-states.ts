import { describe, expect, test } from 'vitest'
import type { ShardKey } from '../../lib/core/keys.ts'
import { emptyState } from '../../lib/core/shard/state.ts'
import type { Store } from '../../lib/ports/store.ts'
import { change, claimed, NOW } from '../support/builders.ts'
import { override } from '../support/override.ts'
import { afterPass, freshShard } from './fresh.ts'

export function describeStates(store: () => Store): void {
  describe('overrides', () => {
    const OVERRIDE = { concurrency: 2, rateLimit: { allowed: 3, period_ms: 1000 } }

    test('an override on a shard that nobody visited is kept by its first pass', async () => {
      const shard = freshShard()
      await override(store(), shard, OVERRIDE)
      const before = await store().states.read(shard)
      expect(before).toMatchObject({ initialised: false, override: OVERRIDE, slots: {}, window: {} })
      const after = await afterPass(store(), { take: { a: claimed('t') }, start: '7' }, before)
      expect(after).toMatchObject({ initialised: true, override: OVERRIDE, window: { 7: 1 } })
      expect(await store().states.read(shard)).toEqual(after)
    })

    test('an override leaves slots and windows alone', async () => {
      const before = await afterPass(store(), { take: { a: claimed('t') }, start: '7', waiting: true })
      await override(store(), before.shard, OVERRIDE)
      const { slots, window, waiting } = before
      expect(await store().states.read(before.shard)).toMatchObject({
        slots,
        window,
        waiting,
        override: OVERRIDE,
      })
    })

    test('an override is replaced as a whole, and removed', async () => {
      const { shard } = await afterPass(store())
      await override(store(), shard, OVERRIDE)
      await override(store(), shard, { concurrency: 0 })
      expect((await store().states.read(shard))?.override).toEqual({ concurrency: 0 })
      await override(store(), shard, undefined)
      expect((await store().states.read(shard))?.override).toBeUndefined()
    })

    test('a pass that has read the old limits conflicts', async () => {
      const before = await afterPass(store())
      await override(store(), before.shard, { concurrency: 0 })
      expect(await store().states.pass(before, change())).toEqual({ kind: 'conflict' })
      const shard = freshShard()
      await override(store(), shard, { concurrency: 0 })
      expect(await store().states.pass(emptyState(shard), change())).toEqual({ kind: 'conflict' })
    })
  })

  describe('due index', () => {
    const dueIn = async (group: string, until: number, shards: readonly ShardKey[]) =>
      (await store().states.due(group, until)).filter(({ shard }) => shards.includes(shard))

    test('lists the shards of a group whose time comes by then', async () => {
      const early = await afterPass(store(), { dueAt: NOW, dueShard: '1' })
      const late = await afterPass(store(), { dueAt: NOW + 1, dueShard: '1' })
      const other = await afterPass(store(), { dueAt: NOW, dueShard: '2' })
      const shards = [early, late, other].map(({ shard }) => shard)
      expect(await dueIn('1', NOW, shards)).toEqual([{ shard: early.shard, dueAt: NOW }])
      expect(await dueIn('1', NOW + 1, shards)).toHaveLength(2)
      expect(await dueIn('2', NOW, shards)).toEqual([{ shard: other.shard, dueAt: NOW }])
    })

    test('does not list a shard with a time but no group, nor one that was taken off', async () => {
      const unlisted = await afterPass(store(), { dueAt: NOW })
      const listed = await afterPass(store(), { dueAt: NOW, dueShard: '1' })
      await afterPass(store(), { dueAt: NOW }, listed)
      const gone = await afterPass(store(), { dueAt: NOW, dueShard: '1' })
      await afterPass(store(), {}, gone)
      const shards = [unlisted, listed, gone].map(({ shard }) => shard)
      for (const group of ['0', '1', '2']) expect(await dueIn(group, NOW, shards)).toEqual([])
    })
  })
}
