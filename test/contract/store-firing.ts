import { describe, expect, test } from 'vitest'
import type { JobItem } from '../../lib/core/job/job.ts'
import { uniqueOf } from '../../lib/core/job/lock.ts'
import type { Firing, Store } from '../../lib/ports/store.ts'
import { jobItem, NOW, sortKey, value } from '../support/builders.ts'
import { freshQueue, freshShard } from './fresh.ts'
import { fresh, nextOf } from './store-schedules.ts'

const keyOf = ({ pk, sk }: JobItem) => ({ pk, sk })

export function describeFiring(store: () => Store): void {
  const schedules = () => store().schedules
  const jobs = () => store().jobs
  /** A schedule that is there, and the firing of its next tick. */
  const due = async (...items: JobItem[]): Promise<Firing> => {
    const schedule = fresh()
    await schedules().put(schedule, 'absent')
    const fired = nextOf(schedule, { nextAt: NOW + 7_200_000, lastAt: NOW + 3_600_000 })
    return { schedule: fired, found: schedule.version, jobs: items }
  }
  const fire = (firing: Firing) => schedules().fire(firing)
  const isThere = async (item: JobItem) => (await jobs().get(item)) !== undefined
  const job = (id = 'tick') => jobItem({ pk: freshShard(), id })

  describe('a firing', () => {
    test('puts the jobs, and writes the schedule', async () => {
      const firing = await due(...Array.from({ length: 25 }, (_, n) => job(`tick-${n}`)))
      expect(await fire(firing)).toEqual({ kind: 'fired' })
      expect(await schedules().get(firing.schedule.pk)).toEqual(firing.schedule)
      for (const item of firing.jobs) expect(await jobs().get(item)).toEqual(item)
    })

    test('knows itself if the reply was lost, and puts back no job that has ended since', async () => {
      const firing = await due(job())
      expect(await fire(firing)).toEqual({ kind: 'fired' })
      expect(await fire(firing)).toEqual({ kind: 'fired' })
      for (const item of firing.jobs) await jobs().remove(item)
      expect(await fire(firing)).toEqual({ kind: 'fired' })
      for (const item of firing.jobs) expect(await isThere(item)).toBe(false)
    })

    test('of a schedule that somebody else has written, or removed, does nothing', async () => {
      const [written, removed] = [await due(job()), await due(job())]
      await schedules().put(nextOf(written.schedule), written.found)
      await schedules().remove(removed.schedule.pk, removed.found)
      for (const firing of [written, removed]) {
        expect(await fire(firing)).toEqual({ kind: 'stale' })
        for (const item of firing.jobs) expect(await isThere(item)).toBe(false)
      }
      expect(await schedules().get(removed.schedule.pk)).toBeUndefined()
    })

    test('says which of its jobs stand there already, and does nothing', async () => {
      const [first, second, third] = [job('one'), job('two'), job('three')]
      const firing = await due(first, second, third)
      await jobs().put({ ...second, task: 'other' })
      await jobs().put(third)
      expect(await fire(firing)).toEqual({ kind: 'exists', keys: [keyOf(second), keyOf(third)] })
      expect(await isThere(first)).toBe(false)
      expect((await schedules().get(firing.schedule.pk))?.['version']).toBe(firing.found)
      expect(await fire({ ...firing, jobs: [first] })).toEqual({ kind: 'fired' })
    })

    test('is one, however many fire simultaneously', async () => {
      const { schedule, found } = await due()
      const all = Array.from({ length: 8 }, (_, n) => ({
        schedule: { ...schedule, by: n },
        found,
        jobs: [job()],
      }))
      const outcomes = await Promise.all(all.map(fire))
      expect(outcomes.filter(({ kind }) => kind === 'fired')).toHaveLength(1)
      expect(outcomes.every(({ kind }) => ['fired', 'stale', 'busy'].includes(kind))).toBe(true)
      const there = await Promise.all(all.flatMap(({ jobs }) => jobs).map(isThere))
      expect(there.filter((is) => is)).toHaveLength(1)
    })

    test('counts the jobs that count', async () => {
      const queue = freshQueue()
      const pk = queue as JobItem['pk']
      const counted = (id: string, part: number) => ({ ...jobItem({ pk, id }), countedIn: { queue: part } })
      const firing = await due(counted('one', 0), counted('two', 0), counted('three', 5))
      expect(await fire(firing)).toEqual({ kind: 'fired' })
      const size = await store().history.size(`$size|${queue}`)
      expect([...size].map(([part, { jobs }]) => [part, jobs])).toEqual([
        [0, 2],
        [5, 1],
      ])
      for (const item of firing.jobs) await jobs().remove(item)
      const left = [...(await store().history.size(`$size|${queue}`)).values()]
      expect(left.map(({ jobs }) => jobs)).toEqual([0, 0])
    })
  })

  describe('a firing whose jobs must not overlap', () => {
    const pk = freshShard()
    const key = () => `$schedule|${fresh().pk}`.slice(0, 256)
    const unique = (text: string, id: string) =>
      value(uniqueOf({ key: text }, jobItem({ pk, id: `${id}-${key().slice(-36)}` }), id, NOW))

    test('takes the lock', async () => {
      const { item, lock } = unique(key(), 'one')
      expect(await fire({ ...(await due(item)), lock: { lock } })).toEqual({ kind: 'fired' })
      expect(await store().history.lock(lock)).toEqual(lock)
      expect(await isThere(item)).toBe(true)
    })

    test('does nothing while another job has it', async () => {
      const text = key()
      const [first, second] = [unique(text, 'one'), unique(text, 'two')]
      await jobs().putUnique(first.item, first.lock)
      const firing = await due(second.item)
      for (const found of [undefined, first.lock]) {
        const lock = { lock: second.lock, ...(found ? { found } : {}) }
        expect(await fire({ ...firing, lock })).toEqual({ kind: 'locked', lock: first.lock })
      }
      expect(await isThere(second.item)).toBe(false)
      expect((await schedules().get(firing.schedule.pk))?.['version']).toBe(firing.found)
    })

    test('takes it over from one that is gone', async () => {
      const text = key()
      const [first, second] = [unique(text, 'one'), unique(text, 'two')]
      await jobs().putUnique(first.item, first.lock)
      await jobs().remove(first.item)
      const firing = { ...(await due(second.item)), lock: { lock: second.lock, found: first.lock } }
      for (const _time of ['first', 'copy']) expect(await fire(firing)).toEqual({ kind: 'fired' })
      expect(await store().history.lock(second.lock)).toEqual(second.lock)
    })

    test('leaves it to one that has gone on to its next attempt', async () => {
      const text = key()
      const [first, second] = [unique(text, 'one'), unique(text, 'two')]
      await jobs().putUnique(first.item, first.lock)
      const next = { ...first.item, sk: sortKey({ id: 'one', runAt: NOW + 1000 }), attempt: 2 }
      await jobs().replace(first.item, next)
      const firing = { ...(await due(second.item)), lock: { lock: second.lock, found: first.lock } }
      const outcome = await fire(firing)
      expect(outcome).toMatchObject({ kind: 'locked', lock: { job: keyOf(next) } })
      await jobs().remove(next)
      if (outcome.kind !== 'locked') throw new Error('it is not locked')
      const again = { ...firing, lock: { lock: second.lock, found: outcome.lock } }
      expect(await fire(again)).toEqual({ kind: 'fired' })
    })

    test('counts its job, too', async () => {
      const queue = freshQueue()
      const counted = { ...jobItem({ pk: queue as JobItem['pk'] }), countedIn: { queue: 3 } }
      const { item, lock } = value(uniqueOf({ key: key() }, counted, 'one', NOW))
      expect(await fire({ ...(await due(item)), lock: { lock } })).toEqual({ kind: 'fired' })
      expect((await store().history.size(`$size|${queue}`)).get(3)?.jobs).toBe(1)
    })
  })

  describe('a job that is put at most once', () => {
    test('is there; something that stands there stays', async () => {
      const item = job()
      expect(await schedules().putAtMostOnce(item)).toBe('put')
      expect(await jobs().get(item)).toEqual(item)
      expect(await schedules().putAtMostOnce({ ...item, task: 'other' })).toBe('exists')
      expect(await jobs().get(item)).toEqual(item)
    })

    test('counts, if it counts', async () => {
      const queue = freshQueue()
      const item = { ...jobItem({ pk: queue as JobItem['pk'] }), countedIn: { queue: 2 } }
      expect(await schedules().putAtMostOnce(item)).toBe('put')
      expect(await schedules().putAtMostOnce(item)).toBe('exists')
      expect((await store().history.size(`$size|${queue}`)).get(2)?.jobs).toBe(1)
    })
  })
}
