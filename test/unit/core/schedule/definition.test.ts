/** What a schedule is when somebody whose clock is behind has changed it. */
import { describe, expect, it } from 'vitest'
import { redefined, withDetails } from '../../../../lib/core/schedule/definition.ts'
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
