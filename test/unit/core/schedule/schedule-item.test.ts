import { describe, expect, test } from 'vitest'
import { UNREADABLE } from '../../../../lib/core/job/job.ts'
import type { Schedule } from '../../../../lib/core/schedule/schedule.ts'
import {
  dueIn,
  foundVersion,
  isRaw,
  type RawSchedule,
  readSchedule,
  SCHEDULE_ATTRIBUTES,
  toScheduleItem,
  versionAfter,
} from '../../../../lib/core/schedule/schedule-item.ts'
import { NOW, reason, value } from '../../../support/builders.ts'
import { asVersion, scheduleItem, scheduleOf } from '../../../support/schedules.ts'

const EVERYTHING: Schedule = scheduleOf({
  declared: true,
  chosen: 7,
  lastAt: NOW - 1,
  buffered: NOW - 2,
  pause: { at: NOW, by: 'ann', reason: 'they migrate' },
  setAside: { at: NOW, reason: 'no such queue' },
  withdraw: [{ pk: 'crm|acme', sk: '5#…#id' }],
  options: {
    ...scheduleOf().options,
    ttl_ms: 1000,
    priority: 3,
    jobPartition: 'a|b',
    tags: { customer: 'acme' },
    pools: { gpu: 2 },
    cost: 5,
  },
})

describe('the item of a schedule', () => {
  test.each([
    ['with nothing but what it needs', scheduleOf()],
    ['with everything', EVERYTHING],
    ['by an interval', scheduleOf({ rule: { kind: 'every', every_ms: 1000, from: NOW } })],
    ['one time', scheduleOf({ rule: { kind: 'at', at: NOW } })],
    ['with a name that needs escapes', scheduleOf({ task: 'a|b', name: '100%' })],
  ])('%s is read as it was written', (_what, schedule) => {
    expect(value(readSchedule(toScheduleItem(schedule)))).toEqual(schedule)
  })

  test('has no attribute that says nothing', () => {
    const { payload: _, ...schedule } = scheduleOf()
    const item = toScheduleItem({ ...schedule, payload: undefined })
    expect(Object.values(item)).not.toContain(undefined)
    expect(item).not.toHaveProperty('payload')
    expect(value(readSchedule(item)).payload).toBeUndefined()
  })

  test('is listed as due only if it fires', () => {
    const { nextAt: _, ...done } = scheduleOf()
    expect(dueIn(scheduleOf({ partition: 0 }))).toBe('0')
    expect(scheduleItem({ partition: 31 })).toMatchObject({ dueIn: '31', nextAt: NOW + 3_600_000 })
    for (const silent of [
      done,
      scheduleOf({ pause: { at: NOW, by: 'ann' } }),
      scheduleOf({ setAside: { at: NOW, reason: 'no such queue' } }),
    ])
      expect(toScheduleItem(silent)).not.toHaveProperty('dueIn')
  })

  test('is read with attributes that others have added', () => {
    expect(value(readSchedule({ ...scheduleItem(), team: 'growth' }))).toEqual(scheduleOf())
  })

  const wrong: [what: string, part: Readonly<Record<string, unknown>>, says: RegExp][] = [
    ['a key of another schedule', { pk: 'sync|other' }, /task and name are not those of pk/],
    ['a key that is none', { pk: 'sync' }, /is not <task>\|<name>/],
    ['no queue', { queue: '' }, /^queue: /],
    ['no rule', { rule: undefined }, /^rule: /],
    ['a rule of two kinds', { rule: { kind: 'at', at: NOW, cron: '* * * * *' } }, /^rule: .*cron/],
    ['an unknown kind of rule', { rule: { kind: 'moon' } }, /^rule/],
    ['an interval of nothing', { rule: { kind: 'every', every_ms: 0, from: 0 } }, /^rule\.every_ms/],
    ['an unknown option', { options: { ...EVERYTHING.options, missd: 'all' } }, /^options: .*missd/],
    ['an option without its value', { options: {} }, /^options\.missed/],
    ['a partition as text', { partition: '7' }, /^partition/],
    ['a partition beyond all', { partition: 1024 }, /^partition/],
    ['a time that is none', { nextAt: 1.5 }, /^nextAt: is no time/],
    ['a version that is no whole number', { version: 1.5 }, /^version/],
    ['a payload that is no JSON', { payload: new Set(['a']) }, /^payload is a set/],
    ['a pause by nobody', { pause: { at: NOW } }, /^pause\.by/],
    ['a priority beyond 9', { options: { ...EVERYTHING.options, priority: 10 } }, /^options\.priority/],
  ]
  test.each(wrong)('is refused with %s', (_what, part, says) => {
    expect(reason(readSchedule({ ...scheduleItem(), ...part }))).toMatch(says)
  })

  test('is refused if DynamoDB gives what JavaScript cannot hold', () => {
    expect(reason(readSchedule({ ...scheduleItem(), [UNREADABLE]: 'no such type' }))).toBe(
      'the item cannot be read: no such type',
    )
  })

  test('names every attribute that it can have', () => {
    const names = Object.keys({ ...toScheduleItem(EVERYTHING), dueIn: '7' }).filter((name) => name !== 'pk')
    expect(names.filter((name) => !SCHEDULE_ATTRIBUTES.includes(name))).toEqual([])
    expect(new Set(SCHEDULE_ATTRIBUTES).size).toBe(SCHEDULE_ATTRIBUTES.length)
  })
})

describe('an item without a version', () => {
  const byHand: RawSchedule = { pk: 'sync|nightly', cron: '0 3 * * *' }

  test('is somebody’s own', () => {
    expect(isRaw(byHand)).toBe(true)
    expect(isRaw({ ...byHand, version: '1' })).toBe(true)
    expect(isRaw(scheduleItem())).toBe(false)
  })

  test('is found as it was read', () => {
    expect(foundVersion(byHand)).toBe(byHand)
    expect(foundVersion(undefined)).toBe('absent')
    expect(foundVersion(scheduleItem({ version: asVersion(3) }))).toBe(3)
  })

  test('is followed by a version that no earlier schedule of its name has had', () => {
    expect(versionAfter(asVersion(3), NOW)).toBe(4)
    expect(versionAfter('absent', NOW)).toBe(NOW)
    expect(versionAfter(asVersion(Number.MAX_SAFE_INTEGER), NOW)).toBe(NOW)
    expect(versionAfter(byHand, NOW)).toBe(NOW)
  })
})
