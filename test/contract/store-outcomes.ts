import { describe, expect, test } from 'vitest'
import { NO_OUTCOMES } from '../../lib/core/limits/adaptive.ts'
import type { Store } from '../../lib/ports/store.ts'
import { asId, asToken, claimed, NOW } from '../support/builders.ts'
import { afterPass } from './fresh.ts'

const holder = (id: string) => ({ id: asId(id), token: asToken(id) })
const SLOW = { last: '01', stretch: 2, since: NOW }

export function describeOutcomes(store: () => Store): void {
  describe('outcomes', () => {
    const claimAll = () =>
      afterPass(store(), { take: { a: claimed('a'), b: claimed('b'), c: claimed('c'), d: claimed('d') } })

    test('are counted by whoever frees the slot, once, and only if it says one', async () => {
      const { shard } = await claimAll()
      const { states } = store()
      await states.release(shard, { ...holder('a'), outcome: 'failed' })
      await states.release(shard, { ...holder('a'), outcome: 'failed' })
      await states.release(shard, { ...holder('b'), outcome: 'failed' })
      await states.release(shard, { ...holder('c'), outcome: 'ok' })
      const { state } = await states.release(shard, holder('d'))
      expect(state).toMatchObject({ version: 1, slots: {}, outcomes: { ok: 1, failed: 2 } })
      expect(await states.read(shard)).toEqual(state)
    })

    test('come off when a pass has judged by them, but for those that came since', async () => {
      const { shard } = await claimAll()
      const { states } = store()
      await states.release(shard, { ...holder('a'), outcome: 'failed' })
      const read = await states.read(shard)
      await states.release(shard, { ...holder('b'), outcome: 'failed' })
      await states.release(shard, { ...holder('c'), outcome: 'ok' })
      const judged = read?.outcomes ?? NO_OUTCOMES
      const after = read && (await afterPass(store(), { throttling: { adaptive: SLOW, judged } }, read))
      expect(after).toMatchObject({ adaptive: SLOW, outcomes: { ok: 1, failed: 1 } })
      const rest = { ok: 1, failed: 1 }
      const last =
        after && (await afterPass(store(), { throttling: { adaptive: SLOW, judged: rest } }, after))
      expect(last?.outcomes).toBeUndefined()
      const kept = last && (await afterPass(store(), {}, last))
      expect(kept?.adaptive).toEqual(SLOW)
      expect(await states.read(shard)).toEqual(kept)
    })

    test('may be judged by the first pass of all', async () => {
      const throttling = { adaptive: SLOW, judged: NO_OUTCOMES }
      const { shard } = await afterPass(store(), { throttling })
      expect(await store().states.read(shard)).toMatchObject({ adaptive: SLOW, version: 1 })
    })
  })
}
