/** The rule by which what fails too often slows down. */
import { describe, expect, test } from 'vitest'
import {
  ADAPTIVE_DEFAULTS,
  type AdaptiveState,
  AT_EASE,
  afterOutcomes,
  type Counted,
  stretchAt,
} from '../../../../lib/core/limits/adaptive.ts'
import { NOW } from '../../../support/builders.ts'

const RULE = { ...ADAPTIVE_DEFAULTS, outcomes: 10, minimumOutcomes: 5, most: 8 }
const outcomes = (text: string): Counted[] => [...text].map((one) => (one === '1' ? 'failed' : 'ok'))
const judge = (text: string, state: AdaptiveState = AT_EASE, now = NOW) =>
  afterOutcomes(state, outcomes(text), RULE, now)

describe('the stretch', () => {
  test.each([
    ['no outcomes', '', 1],
    ['one failure is no rate', '1', 1],
    ['too few outcomes', '1111', 1],
    ['enough of them', '11111', 2],
    ['a share below the threshold', '0001000100', 1],
    ['a share at the threshold', '0000000111', 2],
    ['failures that are long past', '0100000000000100', 1],
    ['failures go on', '1111111111', 4],
    ['never beyond the most', '1'.repeat(50), 8],
    ['good outcomes take a step back', '1111111111' + '00000', 2],
    ['and then the next', '1111111111' + '0000000000', 1],
    ['and no step more', `11111${'0'.repeat(30)}`, 1],
  ])('%s', (_what, text, stretch) => expect(judge(text).stretch).toBe(stretch))

  test('it never becomes faster than configured', () => {
    const rule = { ...RULE, factor: 3, most: 4 }
    const calm = afterOutcomes(AT_EASE, outcomes('1111111111' + '0000000000'), rule, NOW)
    expect(calm.stretch).toBe(1)
  })

  test('only so many outcomes are kept', () => expect(judge('0'.repeat(40)).last).toHaveLength(10))

  test('it recovers as time passes, a step at a time', () => {
    const slow = judge('1111111111')
    const later = (steps: number) => stretchAt(slow, RULE, NOW + steps * RULE.recovery_ms)
    expect([later(0), later(0.99), later(1), later(1.5), later(2), later(100)]).toEqual([4, 4, 2, 2, 1, 1])
  })

  test('outcomes count from what time has left of it', () => {
    const slow = judge('1111111111')
    const later = judge('11111', slow, NOW + RULE.recovery_ms)
    expect(later).toEqual({ last: '', stretch: 4, since: NOW + RULE.recovery_ms })
  })
})
