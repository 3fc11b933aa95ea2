/** Whether a throttle holds a shard, whatever units it has, or that it has too few starts of its partition's rate. */
import { expect, test } from 'vitest'
import type { RateLimit, ShardLimits } from '../../../lib/core/limits/limits.ts'
import { decide, type PassInput } from '../../../lib/core/pass/decide.ts'
import { isWorkLeft } from '../../../lib/core/pass/holds.ts'
import { asToken, configOf, jobItem, jobOf, NOW, READS_ALL, SHARD } from '../../support/builders.ts'

const inputOf = (limits: ShardLimits, window: PassInput['state']['window']): PassInput => ({
  state: { shard: SHARD, initialised: true, version: 1, slots: {}, waiting: false, window },
  due: ['a', 'b'].map((id) => jobOf(configOf({}), jobItem({ id }))),
  more: false,
  reading: READS_ALL,
  limits,
  now: NOW,
  newToken: () => asToken('new'),
  recovered: new Set(),
})

/** Of the partition's starts in a second the shard has so many. Stretched by four. */
function throttled(has: number, allowedInAll: number, slots = 9): ShardLimits {
  const rateLimit: RateLimit = { allowed: has, period_ms: 1000, margin_ms: 0 }
  const rate = { ...rateLimit, period_ms: 4000 }
  const throttle = { stretch: 4, rate, allowedInAll, easesAt: NOW + 60_000 }
  return { slots: has === 0 ? 0 : slots, rateLimit, throttle }
}

const [JUST_NOW, BEFORE] = [NOW - 100, NOW - 2000]

test.each<[string, ShardLimits, PassInput['state']['window'], boolean]>([
  ['has all starts, and has used them', throttled(2, 2), { [JUST_NOW]: 2 }, true],
  ['has a start that its throttle leaves unused', throttled(2, 20), { [BEFORE]: 2 }, true],
  ['has no slot either', throttled(2, 20, 0), { [BEFORE]: 2 }, true],
  ['could not use one start more', throttled(2, 20), { [JUST_NOW]: 2, [BEFORE]: 1 }, true],
  ['has no start, and could not use one', throttled(0, 20), { [BEFORE]: 1 }, true],
  ['has used all that it has, and could use one more', throttled(2, 20), { [JUST_NOW]: 2 }, false],
  ['has no start, and could use one', throttled(0, 20), {}, false],
])('a throttled shard that %s', (_what, limits, window, isThrottle) => {
  const { claims, holds, change } = decide(inputOf(limits, window))
  expect(claims).toEqual([])
  expect(holds.at(-1)).toMatchObject({ reason: isThrottle ? 'throttled' : 'rate' })
  // Only what could use more stands in a line; the other looks by itself.
  expect(isWorkLeft(holds)).toBe(!isThrottle)
  expect(change.dueAt).toBeGreaterThan(NOW)
})
