import { describe, expect, test } from 'vitest'
import { deadEvent } from '../../lib/core/job/dead-letter.ts'
import {
  foundVersion,
  isRaw,
  type RawSchedule,
  type ScheduleItem,
} from '../../lib/core/schedule/schedule-item.ts'
import type { Store } from '../../lib/ports/store.ts'
import { NOW } from '../support/builders.ts'
import type { PastThePort } from './past-the-port.ts'
import { fresh, nextOf } from './store-schedules.ts'

const inItsPlace = ({ pk }: RawSchedule): ScheduleItem => ({ ...fresh(), pk: pk as ScheduleItem['pk'] })

/** Each test mends a note as another version. */
let mends = 0

export function describeSchedulesByHand(store: () => Store, pastThePort: () => PastThePort): void {
  const schedules = () => store().schedules
  const byHand = async (part: Readonly<Record<string, unknown>> = {}): Promise<RawSchedule> => {
    const item = { pk: fresh().pk, task: 'sync', cron: '0 3 * * *', payload: { sizes: [1, 2] }, ...part }
    await pastThePort().putSchedule(item)
    const read = await schedules().get(item.pk)
    if (!read) throw new Error('it is not there')
    expect(read).toEqual(item)
    return read
  }

  describe('an item that somebody has put by hand', () => {
    test.each([
      ['no version', {}],
      ['a version of its own kind', { version: 'v1' }],
      ['a set in it', { team: new Set(['a', 'b']) }],
      ['many attributes', Object.fromEntries(Array.from({ length: 80 }, (_, n) => [`a${n}`, n]))],
    ])('with %s is replaced as it was read', async (_what, part) => {
      const item = await byHand(part)
      expect(isRaw(item)).toBe(true)
      const schedule = inItsPlace(item)
      for (const _time of ['first', 'copy'])
        expect(await schedules().put(schedule, foundVersion(item))).toBe('put')
      expect(await schedules().get(item.pk)).toEqual(schedule)
      expect(await schedules().put(nextOf(schedule, { queue: 'late' }), item)).toBe('stale')
    })

    test.each<[string, Readonly<Record<string, unknown>>]>([
      ['changed', { cron: '0 4 * * *' }],
      ['given an option', { missed: 'all' }],
      ['given a time', { at: 7 }],
      ['without what it had', { payload: undefined }],
    ])('is left alone if it is %s since', async (_how, part) => {
      const item = await byHand()
      const other = Object.fromEntries(
        Object.entries({ ...item, ...part }).filter(([, had]) => had !== undefined),
      )
      await pastThePort().putSchedule({ ...other, pk: item.pk })
      expect(await schedules().put(inItsPlace(item), item)).toBe('stale')
      expect(await schedules().remove(item.pk, item)).toBe('stale')
      expect(await schedules().get(item.pk)).toEqual(other)
    })

    test('is in the way of whoever has found none, or a schedule', async () => {
      const item = await byHand()
      const schedule = inItsPlace(item)
      expect(await schedules().put(schedule, 'absent')).toBe('stale')
      expect(await schedules().put(nextOf(schedule), schedule.version)).toBe('stale')
      expect(await schedules().remove(item.pk, schedule.version)).toBe('stale')
      expect(await schedules().get(item.pk)).toEqual(item)
    })

    test('over a schedule is in the way of its firing', async () => {
      const schedule = fresh()
      await schedules().put(schedule, 'absent')
      await pastThePort().putSchedule({ pk: schedule.pk, cron: '0 4 * * *' })
      const firing = { schedule: nextOf(schedule), found: schedule.version, jobs: [] }
      expect(await schedules().fire(firing)).toEqual({ kind: 'stale' })
    })

    test('stays what it is with a note in it, and whoever has read it before is too late', async () => {
      const item = await byHand()
      const noted = { ...item, unknownSince: 7 }
      for (const _time of ['first', 'copy']) expect(await schedules().put(noted, item)).toBe('put')
      const read = await schedules().get(item.pk)
      expect(read).toEqual(noted)
      expect(await schedules().put(inItsPlace(item), item)).toBe('stale')
      expect(await schedules().remove(item.pk, item)).toBe('stale')
      expect(read && (await schedules().put(inItsPlace(item), read))).toBe('put')
    })

    test('is removed', async () => {
      const item = await byHand()
      expect(await schedules().remove(item.pk, item)).toBe('removed')
      expect(await schedules().get(item.pk)).toBeUndefined()
    })

    test('is buried with one letter, and not if it is another since', async () => {
      const [item, changed] = [await byHand(), await byHand()]
      const letterOf = ({ pk }: RawSchedule, at: number) => {
        const letter = deadEvent({ queue: '', id: pk, event: {} }, 'odd', at)
        return { ...letter, pk: `dead|${pk}` }
      }
      const letters = async ({ pk }: RawSchedule) => (await store().history.letters(`dead|${pk}`)).letters
      expect(await schedules().bury(item, letterOf(item, NOW))).toBe('buried')
      expect(await schedules().bury(item, letterOf(item, NOW + 1))).toBe('stale')
      expect(await schedules().get(item.pk)).toBeUndefined()
      expect(await letters(item)).toEqual([letterOf(item, NOW)])
      await pastThePort().putSchedule({ ...changed, cron: '0 4 * * *' })
      expect(await schedules().bury(changed, letterOf(changed, NOW))).toBe('stale')
      expect(await schedules().get(changed.pk)).toMatchObject({ cron: '0 4 * * *' })
      expect(await letters(changed)).toEqual([])
    })

    test('is listed, and where it says so, as due', async () => {
      const item = await byHand({ dueIn: '1023', nextAt: -1.5 })
      const { schedules: due } = await schedules().due({ partition: 1023, until: 0, limit: 10 })
      expect(due).toContainEqual({ key: item.pk, nextAt: -1.5 })
      await schedules().remove(item.pk, item)
    })
  })

  test.each<[string, Readonly<Record<string, unknown>>, object]>([
    ['without a version', { upTo: 8, enabled: [1] }, { version: 0, enabled: [1] }],
    ['with a version that is text', { version: 'one', upTo: 8 }, { version: 0 }],
    ['with a version that is no whole number', { version: 1.5, upTo: 8 }, { version: 0 }],
    ['without a number of partitions', { version: 7, enabled: [9999] }, { version: 7 }],
    ['with more partitions than there can be', { version: 7, upTo: 1025 }, { version: 7 }],
    ['with nothing', {}, { version: 0 }],
  ])(
    'a note of the partitions that somebody has damaged, %s, is told and can be mended',
    async (...given) => {
      const [, damaged, read] = given
      await pastThePort().putPartitions(damaged)
      const found = await store().schedules.partitions()
      expect(found).toEqual({ upTo: 1024, ...read, damage: expect.any(String) })
      const mended = { version: NOW + mends++, upTo: 1024 }
      expect(await store().schedules.savePartitions(mended, 'absent')).toBe('stale')
      expect(await store().schedules.savePartitions(mended, found ?? 'absent')).toBe('put')
      expect(await store().schedules.savePartitions({ ...mended, upTo: 3 }, found ?? 'absent')).toBe('stale')
      expect(await store().schedules.partitions()).toEqual(mended)
    },
  )
}
