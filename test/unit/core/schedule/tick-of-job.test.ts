/** What a job says of its tick, and where in its window it starts. */
import { describe, expect, test } from 'vitest'
import { offsetIn } from '../../../../lib/core/schedule/offset.ts'
import type { Rule } from '../../../../lib/core/schedule/rule.ts'
import { manualTick, type TickedSchedule, tickOfJob } from '../../../../lib/core/schedule/tick-of-job.ts'
import { at, cron, every } from './rules.ts'

const HOUR_MS = 3_600_000
const MADE = at('2026-03-28T00:10:00Z')
const hours = (...numbers: readonly number[]) => numbers.map((hour) => MADE + hour * HOUR_MS)
const hourly = every(HOUR_MS, MADE)

const schedule = (rule: Rule, more: Partial<TickedSchedule> = {}): TickedSchedule => ({
  task: 'report',
  name: 'acme',
  rule,
  createdAt: MADE,
  options: { onFailure: 'retry' },
  ...more,
})
const previous = (more: Partial<TickedSchedule>, hour: number, rule: Rule = hourly) =>
  tickOfJob(schedule(rule, more), MADE + hour * HOUR_MS).previous

describe('a tick', () => {
  test('has its time, the one before, and the next five', () => {
    const [last = 0, time = 0, ...next] = hours(3, 4, 5, 6, 7, 8, 9)
    expect(tickOfJob(schedule(hourly, { lastAt: last, nextAt: time }), time)).toEqual({
      task: 'report',
      name: 'acme',
      at: time,
      previous: last,
      next,
    })
  })
  test('that is the last has no next', () =>
    expect(tickOfJob(schedule({ kind: 'at', at: 7 }, { nextAt: 7 }), 7)).toEqual({
      task: 'report',
      name: 'acme',
      at: 7,
      next: [],
    }))
  test('says what follows on a failure, if that is not what the queue says', () => {
    const { onFailure } = tickOfJob(schedule(hourly, { options: { onFailure: 'wait' } }), MADE + HOUR_MS)
    expect(onFailure).toBe('wait')
  })
  test('says by how much daylight saving has moved it', () => {
    const rule = cron('30 2 * * *', 'Europe/Berlin')
    expect(tickOfJob(schedule(rule), at('2026-03-29T01:00:00Z')).moved_ms).toBe(HOUR_MS / 2)
    expect(tickOfJob(schedule(rule), at('2026-03-30T00:30:00Z'))).not.toHaveProperty('moved_ms')
  })
})

describe('the tick before', () => {
  const [first = 0, second = 0, third = 0] = hours(1, 2, 3)
  test('is none for the first', () => expect(previous({ nextAt: first }, 1)).toBeUndefined())
  test('is one that the same firing fires or skips', () =>
    expect(previous({ nextAt: first }, 3)).toBe(second))
  test('is the last that was fired', () => expect(previous({ lastAt: first, nextAt: second }, 2)).toBe(first))
  test('is none of a rule that the schedule did not have then', () =>
    expect(previous({ lastAt: MADE - 777, nextAt: third }, 3, every(HOUR_MS))).toBe(MADE - 777))
  test('of one that somebody asks for is not one that was put ahead', () =>
    expect(manualTick(schedule(hourly, { lastAt: third }), second + 5).previous).toBe(second))
  test('of one that somebody asks for before any tick is none', () =>
    expect(manualTick(schedule(hourly, { lastAt: first }), MADE + 5)).toEqual({
      task: 'report',
      name: 'acme',
      at: MADE + 5,
      next: hours(1, 2, 3, 4, 5),
      isManual: true,
    }))
})

describe('the offset in a window', () => {
  const keys = Array.from({ length: 4000 }, (_, n) => `report|customer ${n}`)
  test('is always the same, here and in every later version', () => {
    expect([offsetIn(600_000, 'report|acme'), offsetIn(600_000, 'report|other')]).toEqual([226_967, 546_282])
  })
  test('is within the window, and evenly spread', () => {
    const counts = new Array<number>(10).fill(0)
    for (const key of keys) {
      const offset = offsetIn(600_000, key)
      expect(Number.isInteger(offset) && offset >= 0 && offset < 600_000).toBe(true)
      const tenth = Math.floor(offset / 60_000)
      counts[tenth] = (counts[tenth] ?? 0) + 1
    }
    expect(Math.min(...counts)).toBeGreaterThan(330)
    expect(Math.max(...counts)).toBeLessThan(470)
  })
  test('is none without a window', () => expect(offsetIn(0, 'report|acme')).toBe(0))
})
