/** Which tick of a schedule is next whose jobs must not overlap. */
import { describe, expect, test } from 'vitest'
import { dueAlone, passedOver } from '../../../../lib/core/schedule/overlap.ts'
import { NOW } from '../../../support/builders.ts'
import { scheduleOf } from '../../../support/schedules.ts'

const EACH_10_S = { kind: 'every', every_ms: 10_000, from: NOW } as const
const AT = NOW + 20_000
const look = (now: number) => ({ now, until: now + 90_000 })
const schedule = scheduleOf({ rule: EACH_10_S, nextAt: AT, lastAt: NOW + 10_000 })

describe('a tick that has waited', () => {
  const waiting = { ...schedule, buffered: AT }

  test('is fired, and those that were due meanwhile are over', () => {
    expect(dueAlone(waiting, NOW + 45_000, NOW + 135_000)).toEqual({
      at: AT,
      lastAt: AT,
      nextAt: NOW + 50_000,
      skipped: { from: NOW + 30_000, to: NOW + 40_000 },
      why: 'overlap',
      isMore: true,
    })
  })

  test('is not the next one again where the clock is behind that of whoever had it wait', () => {
    expect(dueAlone(waiting, AT - 3000, AT + 87_000)).toMatchObject({ at: AT, nextAt: NOW + 30_000 })
  })
})

describe('ticks that are passed over', () => {
  test('are those that are due, and the last one stays that whose job is in the way', () => {
    expect(passedOver(schedule, AT, look(NOW + 45_000))).toEqual({
      lastAt: NOW + 10_000,
      nextAt: NOW + 50_000,
      skipped: { from: AT, to: NOW + 40_000 },
      why: 'overlap',
      isMore: true,
    })
  })
})
