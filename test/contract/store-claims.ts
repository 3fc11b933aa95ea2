import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { deadLetterOf } from '../../lib/core/job/dead-letter.ts'
import { lockKeyOf, uniqueOf } from '../../lib/core/job/lock.ts'
import { emptyState } from '../../lib/core/shard/state.ts'
import type { Store } from '../../lib/ports/store.ts'
import { jobItem, NOW, value } from '../support/builders.ts'
import { freshShard } from './fresh.ts'

export function describeClaims(store: () => Store): void {
  const unique = (key: string) => value(uniqueOf({ key }, jobItem({ pk: freshShard() }), randomUUID(), NOW))
  const put = ({ item, lock }: ReturnType<typeof unique>) => store().jobs.putUnique(item, lock)
  const keyOf = ({ pk, sk }: { pk: string; sk: string }) => ({ pk, sk })

  /** A letter whose job had a key, and that key. */
  async function buried() {
    const made = unique(randomUUID())
    await put(made)
    const letter = deadLetterOf(made.item, 'exhausted', 'no', NOW)
    await store().jobs.bury(made.item, letter)
    const found = await store().history.lock(made.lock)
    return { ...made, letter, key: { pk: made.lock.pk, sk: made.lock.sk }, found }
  }

  describe('with a job that comes back', () => {
    test('its unique key is taken', async () => {
      const { item, letter, key, found } = await buried()
      expect(found).toMatchObject({ job: keyOf(item) })
      const next = { ...item, sk: jobItem({ runAt: NOW + 1 }).sk }
      expect(await store().history.putBack(letter, next, { key, found })).toBe('put')
      expect(await store().history.lock(key)).toMatchObject({ job: keyOf(next) })
    })

    test('it is not taken if it is another’s by now, and the letter stays', async () => {
      const { item, letter, key, lock, found } = await buried()
      const other = unique(lock.pk.split('|')[2] ?? '')
      await store().jobs.putUnique(other.item, other.lock, lock)
      for (const claim of [{ key }, { key, found }, { key, found: other.lock }])
        expect(await store().history.putBack(letter, item, claim)).toBe('locked')
      expect(await store().jobs.get(item)).toBeUndefined()
      expect((await store().history.letters(letter.pk)).letters).toContainEqual(letter)
    })
  })

  test('a letter’s key is not taken while the job is there that was found with it', async () => {
    const { item, letter, key } = await buried()
    const found = await store().history.lock(key)
    if (!found) throw new Error('a lock')
    await store().jobs.put({ ...item, task: 'again' })
    const next = { ...item, sk: jobItem({ runAt: NOW + 1 }).sk }
    expect(await store().history.putBack(letter, next, { key, found })).toBe('locked')
  })

  describe('with a job that is moved', () => {
    test('goes its unique key', async () => {
      const made = unique(randomUUID())
      await put(made)
      const job = { ...made.item, pk: freshShard() }
      const key = lockKeyOf(job)
      if (!key) throw new Error('a key')
      const claim = { key, found: { ...made.lock, hasStarted: true as const } }
      expect(await store().jobs.moveOut(emptyState(made.item.pk), made.item, { job, claim })).toBe('moved')
      expect(await store().history.lock(key)).toMatchObject({ job: keyOf(job) })
    })

    test('goes no key that is another’s, nor does the job', async () => {
      const [made, other] = [unique(randomUUID()), unique(randomUUID())]
      await put(made)
      await put(other)
      const job = { ...made.item, pk: freshShard() }
      const claim = { key: { pk: other.lock.pk, sk: other.lock.sk } }
      expect(await store().jobs.moveOut(emptyState(made.item.pk), made.item, { job, claim })).toBe('locked')
      expect(await store().jobs.get(made.item)).toEqual(made.item)
    })
  })
}
