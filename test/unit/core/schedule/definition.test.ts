/** What a schedule is when somebody has changed it: also one whose clock is behind. */
import { describe, expect, it } from 'vitest'
import { type Definition, redefined, withDetails } from '../../../../lib/core/schedule/definition.ts'
import type { Schedule } from '../../../../lib/core/schedule/schedule.ts'
import { NOW } from '../../../support/builders.ts'
import { scheduleOf } from '../../../support/schedules.ts'

const every = (seconds: number) => ({ kind: 'every', every_ms: seconds * 1000, from: 0 }) as const
const CHANGED_AT = NOW + 31_000
const changed = scheduleOf({ rule: every(15), ruleFrom: CHANGED_AT, updatedAt: CHANGED_AT })

describe('a change by somebody whose clock is behind', () => {
  it('has no tick before the change that came before it', () => {
    const next = redefined(changed, { ...changed, rule: every(10) }, NOW + 28_000)
    expect(next).toMatchObject({ ruleFrom: CHANGED_AT + 1, updatedAt: CHANGED_AT + 1, nextAt: NOW + 40_000 })
  })

  it('is a later change, whatever it changes', () => {
    expect(withDetails(changed, changed, NOW + 28_000)).toMatchObject({
      ruleFrom: CHANGED_AT,
      updatedAt: CHANGED_AT + 1,
    })
  })
})

const asked = (rule: Schedule['rule']): Definition => {
  const { nextAt: _, lastAt: __, ...definition } = scheduleOf({ rule })
  return definition
}

describe('another rule', () => {
  it('ticks after what was fired ahead and runs, though that is after now', () => {
    const next = redefined(
      scheduleOf({ rule: every(15), lastAt: NOW + 15_000 }),
      asked(every(5)),
      NOW + 14_900,
    )
    expect(next).toMatchObject({ nextAt: NOW + 20_000 })
  })
})

describe('a one-time in place of another rule', () => {
  const once = { kind: 'at', at: NOW } as const
  const fired = scheduleOf({ rule: every(10), lastAt: NOW })

  it('is due although the other has ticked at its very time', () => {
    const next = redefined(fired, asked(once), NOW + 1000)
    expect(next).toMatchObject({ nextAt: NOW })
    expect(next).not.toHaveProperty('lastAt')
  })

  it('leaves the last tick, if that was another', () => {
    const next = redefined({ ...fired, lastAt: NOW - 10_000 }, asked(once), NOW + 1000)
    expect(next).toMatchObject({ nextAt: NOW, lastAt: NOW - 10_000 })
  })

  it('is due no more if it was fired, whatever else has changed', () => {
    const setAside = { at: NOW, reason: 'no queue' }
    expect(redefined({ ...fired, rule: once, setAside }, asked(once), NOW)).not.toHaveProperty('nextAt')
  })
})
