import { describe, expect, test } from 'vitest'
import type { JobItem } from '../../lib/core/job/job.ts'
import { keptUntil } from '../../lib/core/shard/expiry.ts'
import { emptyState } from '../../lib/core/shard/state.ts'
import type { Store, Withdrawal, WithdrawnFrom } from '../../lib/ports/store.ts'
import { change, claimed, jobItem, NOW } from '../support/builders.ts'
import { afterPass, freshQueue, freshShard } from './fresh.ts'
import { fresh, nextOf } from './store-schedules.ts'

export function describeWithdrawals(store: () => Store): void {
  const schedules = () => store().schedules
  const isThere = async (item: JobItem) => (await store().jobs.get(item)) !== undefined
  const put = async (id: string, pk = freshShard()) => {
    const item = jobItem({ pk, id })
    await store().jobs.put(item)
    return item
  }
  /** A schedule that is there, and what takes these back. */
  const taking = async (...from: WithdrawnFrom[]): Promise<Withdrawal> => {
    const schedule = fresh()
    await schedules().put(schedule, 'absent')
    return { schedule: nextOf(schedule, { lastAt: NOW }), found: schedule.version, from }
  }
  const versionOf = async (pk: string) => (await schedules().get(pk))?.['version']

  describe('jobs that are taken back', () => {
    test('go without dead letters, in several shards, with the write of their schedule', async () => {
      const [one, two] = [await put('one'), await put('two')]
      const three = await put('three', one.pk)
      const withdrawal = await taking(
        { state: emptyState(one.pk), items: [one, three], expiresAt: keptUntil(NOW) },
        { state: emptyState(two.pk), items: [two], expiresAt: keptUntil(NOW) },
      )
      expect(await schedules().withdraw(withdrawal)).toBe('withdrawn')
      for (const item of [one, two, three]) expect(await isThere(item)).toBe(false)
      expect(await schedules().get(withdrawal.schedule.pk)).toEqual(withdrawal.schedule)
      for (const { pk } of [one, two]) {
        expect(await store().states.read(pk)).toMatchObject({ version: 1, expiresAt: keptUntil(NOW) })
        expect((await store().history.letters(pk)).letters).toEqual([])
      }
    })

    test('are gone, and stay so, if the reply was lost', async () => {
      const item = await put('one')
      const withdrawal = await taking({ state: emptyState(item.pk), items: [item] })
      expect(await schedules().withdraw(withdrawal)).toBe('withdrawn')
      await store().jobs.put(item)
      expect(await schedules().withdraw(withdrawal)).toBe('withdrawn')
      expect(await isThere(item)).toBe(true)
    })

    test('are as they were read, all of them', async () => {
      const [one, two] = [await put('one'), await put('two')]
      const changed = { ...two, payload: { customer: 'other' } }
      const [first, second] = [emptyState(one.pk), emptyState(two.pk)]
      for (const item of [changed, jobItem({ pk: two.pk, id: 'gone' })]) {
        const withdrawal = await taking({ state: first, items: [one] }, { state: second, items: [item] })
        expect(await schedules().withdraw(withdrawal)).toBe('stale')
        expect(await versionOf(withdrawal.schedule.pk)).toBe(withdrawal.found)
      }
      expect([await isThere(one), await isThere(two)]).toEqual([true, true])
      expect(await store().states.read(one.pk)).toBeUndefined()
    })

    test('wait: a pass may have claimed them since', async () => {
      const state = await afterPass(store())
      const item = await put('one', state.shard)
      await store().states.pass(state, change({ take: { one: claimed('t') } }))
      for (const read of [state, emptyState(state.shard)]) {
        const withdrawal = await taking({ state: read, items: [item] })
        expect(await schedules().withdraw(withdrawal)).toBe('stale')
        expect(await versionOf(withdrawal.schedule.pk)).toBe(withdrawal.found)
      }
      expect(await isThere(item)).toBe(true)
    })

    test('are not claimed by a pass that has read them before', async () => {
      const state = await afterPass(store())
      const item = await put('one', state.shard)
      expect(await schedules().withdraw(await taking({ state, items: [item] }))).toBe('withdrawn')
      const claims = change({ take: { one: claimed('t') } })
      expect(await store().states.pass(state, claims)).toMatchObject({ kind: 'conflict' })
    })

    test('stay if somebody else has written the schedule, or removed it', async () => {
      const item = await put('one')
      const from = { state: emptyState(item.pk), items: [item] }
      const [written, removed] = [await taking(from), await taking(from)]
      await schedules().put(nextOf(written.schedule), written.found)
      await schedules().remove(removed.schedule.pk, removed.found)
      for (const withdrawal of [written, removed])
        expect(await schedules().withdraw(withdrawal)).toBe('stale')
      expect(await isThere(item)).toBe(true)
      expect(await schedules().get(removed.schedule.pk)).toBeUndefined()
    })

    test('are counted off', async () => {
      const queue = freshQueue()
      const item = { ...jobItem({ pk: queue as JobItem['pk'] }), countedIn: { queue: 4 } }
      await store().jobs.putCounted(item)
      const withdrawal = await taking({ state: emptyState(item.pk), items: [item] })
      expect(await schedules().withdraw(withdrawal)).toBe('withdrawn')
      expect((await store().history.size(`$size|${queue}`)).get(4)?.jobs).toBe(0)
    })

    test('are twenty at most, in as many shards', async () => {
      const items = await Promise.all(Array.from({ length: 20 }, (_, n) => put(`job-${n}`)))
      const from = items.map((item) => ({ state: emptyState(item.pk), items: [item] }))
      expect(await schedules().withdraw(await taking(...from))).toBe('withdrawn')
      expect(await Promise.all(items.map(isThere))).toEqual(items.map(() => false))
    })
  })

  test('which partitions are fired is kept beside how many there are', async () => {
    const before = await schedules().partitions()
    const note = { upTo: 64, enabled: [0, 3], version: (before?.version ?? 0) + 1 }
    expect(await schedules().savePartitions(note, before ?? 'absent')).toBe('put')
    expect(await schedules().partitions()).toEqual(note)
  })

  test('what is declared is noted over what was read, and is no schedule', async () => {
    const found = (await schedules().declared())?.version ?? 'absent'
    const { pk } = fresh()
    const first = { version: found === 'absent' ? 1 : found + 1, keys: [pk] }
    const second = { version: first.version + 1, configuration: 'hash', keys: [] }
    for (const _time of ['first', 'copy']) expect(await schedules().saveDeclared(first, found)).toBe('put')
    expect(await schedules().saveDeclared(second, found)).toBe('stale')
    expect(await schedules().declared()).toEqual(first)
    expect(await schedules().saveDeclared(second, first.version)).toBe('put')
    expect(await schedules().declared()).toEqual(second)
    const { schedules: all } = await schedules().scan({ limit: 1000 })
    expect(all.some((item) => item.pk.startsWith('$'))).toBe(false)
  })
}
