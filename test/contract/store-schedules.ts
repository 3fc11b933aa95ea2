import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Schedule } from '../../lib/core/schedule/schedule.ts'
import { type ScheduleItem, versionAfter } from '../../lib/core/schedule/schedule-item.ts'
import type { DueQuery, DueSchedule, Store } from '../../lib/ports/store.ts'
import { NOW } from '../support/builders.ts'
import { asVersion, scheduleItem } from '../support/schedules.ts'

/** Each test has partitions of its own. */
let partitions = 0
const freshPartition = (): number => partitions++
export const fresh = (part: Partial<Omit<Schedule, 'key'>> = {}): ScheduleItem =>
  scheduleItem({ name: `a|b 100% ü ${randomUUID()}`, ...part })
/** The item as its next write has it. */
export const nextOf = (item: ScheduleItem, part: Readonly<Record<string, unknown>> = {}): ScheduleItem => ({
  ...item,
  version: versionAfter(item.version, NOW),
  ...part,
})

export function describeSchedules(store: () => Store): void {
  const schedules = () => store().schedules

  describe('a schedule', () => {
    test('is there as it was put', async () => {
      const item = fresh({ payload: { list: [1, { a: null }], text: 'ü' } })
      expect(await schedules().get(item.pk)).toBeUndefined()
      expect(await schedules().put(item, 'absent')).toBe('put')
      expect(await schedules().get(item.pk)).toEqual(item)
    })

    test('is put only where its place is as it was found', async () => {
      const item = fresh()
      const [changed, late] = [nextOf(item, { queue: 'mail' }), nextOf(item, { queue: 'late' })]
      expect(await schedules().put(changed, item.version)).toBe('stale')
      expect(await schedules().put(item, 'absent')).toBe('put')
      expect(await schedules().put({ ...item, queue: 'other' }, 'absent')).toBe('stale')
      expect(await schedules().put(changed, item.version)).toBe('put')
      expect(await schedules().put(late, item.version)).toBe('stale')
      expect(await schedules().get(item.pk)).toEqual(changed)
    })

    test('is put as a whole: what is left out is gone', async () => {
      const item = fresh({ pause: { at: NOW, by: 'ann' } })
      await schedules().put(item, 'absent')
      const { pause: _, ...resumed } = nextOf(item)
      expect(await schedules().put(resumed as ScheduleItem, item.version)).toBe('put')
      expect(await schedules().get(item.pk)).toEqual(resumed)
    })

    test('knows its own write if the reply was lost and it is sent again', async () => {
      const item = fresh()
      for (const _time of ['first', 'copy']) expect(await schedules().put(item, 'absent')).toBe('put')
      const changed = nextOf(item, { nextAt: NOW + 1, payload: { list: [1, { a: null }] } })
      for (const _time of ['first', 'copy']) expect(await schedules().put(changed, item.version)).toBe('put')
      expect(await schedules().put(nextOf(changed), changed.version)).toBe('put')
      expect(await schedules().put(changed, item.version)).toBe('stale')
    })

    test('is one writer’s, however many write simultaneously', async () => {
      const item = fresh()
      await schedules().put(item, 'absent')
      const writes = Array.from({ length: 8 }, (_, n) => nextOf(item, { queue: `q${n}` }))
      const outcomes = await Promise.all(writes.map((write) => schedules().put(write, item.version)))
      expect(outcomes.filter((outcome) => outcome === 'put')).toHaveLength(1)
      expect(await schedules().get(item.pk)).toEqual(writes[outcomes.indexOf('put')])
    })

    test('is removed only if it is as it was read; one that is gone is gone', async () => {
      const item = fresh()
      await schedules().put(item, 'absent')
      await schedules().put(nextOf(item), item.version)
      expect(await schedules().remove(item.pk, item.version)).toBe('stale')
      expect(await schedules().get(item.pk)).toEqual(nextOf(item))
      for (const _time of ['first', 'copy'])
        expect(await schedules().remove(item.pk, nextOf(item).version)).toBe('removed')
      expect(await schedules().get(item.pk)).toBeUndefined()
    })

    test('is read beside others, each once, and those that are gone are left out', async () => {
      const items = Array.from({ length: 100 }, () => fresh())
      await Promise.all(items.slice(1).map((item) => schedules().put(item, 'absent')))
      const found = await schedules().getMany(items.map(({ pk }) => pk))
      expect(new Map(found.map((item) => [item.pk, item]))).toEqual(
        new Map(items.slice(1).map((item) => [item.pk, item])),
      )
      const [, one] = items.map(({ pk }) => pk)
      expect(await schedules().getMany([one ?? '', one ?? ''])).toHaveLength(1)
      expect(await schedules().getMany([])).toEqual([])
    })
  })

  describe('schedules that are due', () => {
    const put = async (part: Partial<Omit<Schedule, 'key'>>) => {
      const item = fresh(part)
      await schedules().put(item, 'absent')
      return item
    }
    const due = async (query: Partial<DueQuery> & Pick<DueQuery, 'partition'>) =>
      (await schedules().due({ until: NOW, limit: 100, ...query })).schedules

    test('are found in the order of their next ticks, those of the partition only', async () => {
      const [partition, other] = [freshPartition(), freshPartition()]
      const last = await put({ partition, nextAt: NOW })
      await put({ partition, nextAt: NOW + 1 })
      await put({ partition: other, nextAt: NOW })
      const first = await put({ partition, nextAt: NOW - 60_000 })
      expect(await due({ partition })).toEqual([
        { key: first.pk, nextAt: NOW - 60_000 },
        { key: last.pk, nextAt: NOW },
      ])
    })

    test('are those that fire', async () => {
      const partition = freshPartition()
      await put({ partition, nextAt: NOW, pause: { at: NOW, by: 'ann' } })
      await put({ partition, nextAt: NOW, setAside: { at: NOW, reason: 'no such queue' } })
      expect(await due({ partition })).toEqual([])
    })

    test('are where they were written last', async () => {
      const [before, now] = [freshPartition(), freshPartition()]
      const item = await put({ partition: before, nextAt: NOW })
      const moved = nextOf(item, { partition: now, dueIn: String(now), nextAt: NOW - 1 })
      await schedules().put(moved, item.version)
      expect(await due({ partition: before })).toEqual([])
      expect(await due({ partition: now })).toEqual([{ key: item.pk, nextAt: NOW - 1 }])
      await schedules().remove(item.pk, moved.version)
      expect(await due({ partition: now })).toEqual([])
    })

    test('come a page at a time, also if all have one time', async () => {
      const partition = freshPartition()
      const items = await Promise.all(Array.from({ length: 7 }, () => put({ partition, nextAt: NOW })))
      await put({ partition, nextAt: NOW + 1 })
      const pages: string[][] = []
      let cursor: DueSchedule | undefined
      do {
        const query = { partition, until: NOW, limit: 3, ...(cursor === undefined ? {} : { cursor }) }
        const page = await schedules().due(query)
        pages.push(page.schedules.map(({ key }) => key))
        cursor = page.cursor
      } while (cursor !== undefined)
      expect(pages.slice(0, 2).map(({ length }) => length)).toEqual([3, 3])
      expect(pages.flat().toSorted()).toEqual(items.map(({ pk }) => pk).toSorted())
    })
  })

  test('all schedules are listed, each once, a page at a time, and nothing else is', async () => {
    const items = Array.from({ length: 5 }, () => fresh())
    await Promise.all(items.map((item) => schedules().put(item, 'absent')))
    const note = await schedules().partitions()
    const version = (note?.version ?? 0) + 1
    await schedules().savePartitions({ version, upTo: 32 }, note ?? 'absent')
    const listed = []
    let cursor: string | undefined
    do {
      const page = await schedules().scan({ limit: 2, ...(cursor === undefined ? {} : { cursor }) })
      expect(page.schedules.length).toBeLessThanOrEqual(2)
      listed.push(...page.schedules)
      cursor = page.cursor
    } while (cursor !== undefined)
    for (const item of items) expect(listed.filter(({ pk }) => pk === item.pk)).toEqual([item])
    expect(listed.filter(({ pk }) => pk.startsWith('$'))).toEqual([])
    const { length } = (await schedules().scan()).schedules
    // Of a hundred items that are looked at one may be the note.
    expect([length, length + 1]).toContain(Math.min(100, listed.length))
  })

  test('the note of the partitions is written over what was read, and a copy of the call changes nothing', async () => {
    const found = (await schedules().partitions()) ?? 'absent'
    const first = { version: NOW + partitions++, upTo: 32 }
    for (const _time of ['first', 'copy']) expect(await schedules().savePartitions(first, found)).toBe('put')
    const lowering = { to: 16, since: NOW }
    const second = { version: first.version + 1, upTo: 64, enabled: 'all', lowering } as const
    for (const stale of ['absent', { ...first, version: first.version - 1 }] as const)
      expect(await schedules().savePartitions(second, stale)).toBe('stale')
    expect(await schedules().partitions()).toEqual(first)
    for (const _time of ['first', 'copy']) expect(await schedules().savePartitions(second, first)).toBe('put')
    expect(await schedules().savePartitions(first, found)).toBe('stale')
    expect(await schedules().partitions()).toEqual(second)
  })

  test('a schedule that was removed and made anew has another version than any before', async () => {
    const item = fresh()
    await schedules().put(item, 'absent')
    await schedules().remove(item.pk, item.version)
    await schedules().put({ ...item, version: asVersion(NOW + 1000) }, 'absent')
    expect(await schedules().put(nextOf(item), item.version)).toBe('stale')
  })
}
