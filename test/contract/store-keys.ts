import { describe, expect, test } from 'vitest'
import type { ShardKey } from '../../lib/core/keys.ts'
import { emptyState } from '../../lib/core/shard/state.ts'
import type { Store } from '../../lib/ports/store.ts'
import { asId, asToken, claimed, jobItem, NOW } from '../support/builders.ts'
import { afterPass, freshShard } from './fresh.ts'

const HOSTILE_IDS = [
  'a.b.c',
  'a:b',
  'n0.v0',
  '1',
  'constructor',
  'slots.x',
  'v0:-',
  'a@b=c+d~e',
  'x'.repeat(64),
]
const HOSTILE_PARTITIONS = [
  'a.b',
  `o'neil "x"`,
  '#n0',
  ':v0',
  'ü🚀',
  'a b\n\t',
  '%7C',
  '__proto__',
  ']',
  '\u0000',
]

export function describeKeys(store: () => Store): void {
  describe('hostile names', () => {
    test.each(HOSTILE_IDS)('a slot may be called %j', async (name) => {
      const id = asId(name)
      const { shard } = await afterPass(store(), { take: { [id]: claimed('t1') } })
      const started = await store().states.start(
        shard,
        { id, token: asToken('t1') },
        { token: asToken('t2'), deadline: NOW + 1, bucket: String(NOW) },
      )
      expect(started.kind).toBe('started')
      expect(started.state?.slots[id]).toMatchObject({ token: 't2', deadline: NOW + 1 })
      const released = await store().states.release(shard, { id, token: asToken('t2') })
      expect(released).toMatchObject({ kind: 'released', state: { slots: {} } })
    })

    test('hostile slots stand side by side and are dropped one by one', async () => {
      const take = Object.fromEntries(HOSTILE_IDS.map((id) => [id, claimed('t')]))
      const state = await afterPass(store(), { take })
      expect(state.slots).toEqual(take)
      const left = await afterPass(store(), { drop: HOSTILE_IDS.slice(1).map(asId) }, state)
      expect(Object.keys(left.slots)).toEqual(HOSTILE_IDS.slice(0, 1))
    })

    test.each(HOSTILE_PARTITIONS)('a partition may be called %j', async (name) => {
      const shard = freshShard(name)
      const item = jobItem({ pk: shard })
      await store().jobs.put(item)
      expect((await store().jobs.range({ shard, from: '0#', limit: 2 })).items).toEqual([item])
      const state = await afterPass(store(), { take: { job: claimed('t') } }, emptyState(shard))
      expect(await store().states.read(shard)).toEqual(state)
    })

    test('shards whose names begin alike are apart', async () => {
      const { shard } = await afterPass(store(), { take: { job: claimed('t') } })
      expect(await store().states.read(`${shard}|0` as ShardKey)).toBeUndefined()
    })
  })
}
