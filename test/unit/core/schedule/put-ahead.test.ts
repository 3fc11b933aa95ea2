/** Where a schedule goes on when jobs that were put ahead have been taken back. */
import { describe, expect, it } from 'vitest'
import { afterTakingBack, type LookedAt, tickOfPlace } from '../../../../lib/core/schedule/put-ahead.ts'
import type { Schedule, WithdrawnJob } from '../../../../lib/core/schedule/schedule.ts'
import { scheduleOf } from '../../../support/schedules.ts'

const MIDNIGHT = Date.UTC(2025, 5, 15)
const SECOND_MS = 1000
const at = (seconds: number): number => MIDNIGHT + seconds * SECOND_MS
const placeAt = (tick: number): WithdrawnJob => {
  const time = new Date(tick).toISOString()
  return { pk: 'crm', sk: `5#${time}#0123@${time}` }
}
const every = (seconds: number): Schedule['rule'] => ({
  kind: 'every',
  every_ms: seconds * SECOND_MS,
  from: 0,
})

/** All of them are gone, the latest first. */
const taken = (ticks: readonly number[]): LookedAt[] =>
  ticks.toReversed().map((tick) => ({ place: placeAt(tick), isTakenBack: true }))

const noted = (part: Partial<Schedule>, ticks: readonly number[]): Schedule =>
  scheduleOf({ ...part, withdraw: ticks.map(placeAt), createdAt: MIDNIGHT })

describe('when jobs were taken back', () => {
  it('knows the tick of a place', () => {
    expect(tickOfPlace(placeAt(at(60)))).toBe(at(60))
  })

  it('fires them again by the definition that is', () => {
    const details = { rule: every(15), lastAt: at(75), nextAt: at(90), updatedAt: at(50) }
    const next = afterTakingBack(noted(details, [at(60), at(75)]), taken([at(60), at(75)]), at(51))
    expect(next).toMatchObject({ nextAt: at(60), lastAt: at(45) })
    expect(next.withdraw).toBeUndefined()
  })

  it('fires what another rule has before them, although it ticks at their times, too', () => {
    const changed = { rule: every(15), ruleFrom: at(31), updatedAt: at(31), lastAt: at(120), nextAt: at(135) }
    const next = afterTakingBack(noted(changed, [at(60), at(120)]), taken([at(60), at(120)]), at(32))
    expect(next.nextAt).toBe(at(45))
    expect(next.lastAt).toBeUndefined()
  })

  it('keeps the last tick of another rule when it is paused later', () => {
    const pause = { at: at(50), by: 'ann' }
    const paused = { rule: every(15), ruleFrom: at(31), updatedAt: at(31), lastAt: at(75), pause }
    const next = afterTakingBack(noted(paused, [at(60), at(75)]), taken([at(60), at(75)]), at(51))
    expect(next.lastAt).toBe(at(45))
  })

  it('stays behind one that was claimed', () => {
    const details = { rule: every(15), lastAt: at(75), nextAt: at(90), updatedAt: at(59) }
    const looked = [...taken([at(75)]), { place: placeAt(at(60)), isTakenBack: false }]
    expect(afterTakingBack(noted(details, [at(60), at(75)]), looked, at(60))).toMatchObject({
      nextAt: at(75),
      lastAt: at(60),
    })
  })
})
