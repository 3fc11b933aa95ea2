import { describe, expect, test } from 'vitest'
import { isGivenBack, isSameUnits } from '../../../../lib/core/limits/borrowed.ts'
import { afterGivingBack } from '../../../../lib/core/limits/giving-back.ts'
import { SLOTS_OF_A_SMALL_ITEM } from '../../../../lib/core/limits/in-force.ts'
import { PLAIN } from '../../../../lib/core/limits/lending.ts'
import type { Limiter } from '../../../../lib/core/limits/limiter.ts'
import {
  givesNextStartAway,
  isOverLimit,
  lackOf,
  mayUse,
  mostItMayGet,
  type Portion,
  unitsHeld,
  unitsWanted,
} from '../../../../lib/core/limits/portion.ts'
import { borrowed, loan, NONE, portionOf, slotBooks, slots, usage } from '../../../support/lending.ts'

const SMALL = SLOTS_OF_A_SMALL_ITEM
const RATE = { allowed: 5, period_ms: 1000, margin_ms: 0 }
const LACKS_NOTHING = { slots: false, starts: false }
/** Shard 0 with three units, in a partition of ten. */
const holder = (line: Limiter['line'] = {}, part: Partial<Portion> = {}): Portion =>
  portionOf({
    self: '0',
    borrowed: { slots: borrowed('a', 3) },
    books: slotBooks({ 0: loan('a', 3) }, line),
    ...part,
  })
/** A shard with so many starts of five. */
const withStarts = (count: number, line: Limiter['line'] = {}): Portion =>
  holder(
    {},
    {
      limits: { rateLimit: RATE },
      borrowed: { slots: borrowed('a', 3), starts: borrowed('s', count) },
      books: { ...slotBooks({ 0: loan('a', 3) }), starts: { loans: { 0: loan('s', count) }, line } },
    },
  )

describe('a shard has', () => {
  test('what it has borrowed and not returned', () => {
    expect(unitsHeld(holder({}, { borrowed: { slots: borrowed('a', 3, 1) } }), 'slots')).toBe(2)
    expect(unitsHeld(holder({}, { borrowed: {} }), 'slots')).toBe(0)
  })

  test('if it is the plain one, all that is not lent', () => {
    expect(unitsHeld(portionOf({ books: slotBooks({ 0: loan('a', 4, 1) }) }), 'slots')).toBe(7)
  })

  test('if it is the plain one and others wait who have less, only what it uses', () => {
    const others = { books: slotBooks({ 0: loan('a', 1) }, { 0: 1 }), ownUse: slots(4) }
    expect(unitsHeld(portionOf(others), 'slots')).toBe(4)
    expect(unitsHeld(portionOf({ ...others, ownUse: NONE }), 'slots')).toBe(9)
  })
})

describe('a shard may use', () => {
  test('what it has', () => {
    expect(mayUse(holder(), usage(slots(3)))).toEqual({ slots: 3, starts: Number.POSITIVE_INFINITY })
  })

  test('nothing more while too much is out', () => {
    const over = holder({}, { limits: { concurrency: 2 } })
    expect([isOverLimit(over, 'slots'), mayUse(over, usage(slots(1))).slots]).toEqual([true, 0])
    expect(isOverLimit(holder({}, { limits: { concurrency: 3 } }), 'slots')).toBe(false)
  })

  test('one unit less, if that has just become free and somebody waits who has less', () => {
    expect(mayUse(holder({ 1: 1 }), usage(slots(2), slots(1))).slots).toBe(2)
    expect(mayUse(holder({}), usage(slots(2), slots(1))).slots).toBe(3)
  })

  test('all that it has not used yet, even if somebody waits', () => {
    expect(mayUse(holder({ 1: 1 }), usage(slots(2))).slots).toBe(3)
    expect(mayUse(holder({ 1: 1 }), usage(slots(3), slots(1))).slots).toBe(3)
  })

  test('one start less than are in its window, if somebody waits for one', () => {
    const inUse = { slots: 0, starts: 2 }
    expect(mayUse(withStarts(2, { 1: 1 }), usage(inUse)).starts).toBe(1)
    expect(givesNextStartAway(withStarts(2, { 1: 1 }), usage(inUse))).toBe(true)
    expect(mayUse(withStarts(2), usage(inUse)).starts).toBe(2)
    expect(givesNextStartAway(withStarts(2), usage(inUse))).toBe(false)
    expect(givesNextStartAway(withStarts(3, { 1: 1 }), usage(inUse))).toBe(false)
  })

  test('none of its starts once it has no job, if somebody waits who may have as much', () => {
    const idle = (count: number, line = {}): Portion => {
      const { books, ...portion } = withStarts(count, line)
      const loans = { ...books.starts.loans, 1: loan('t', 2) }
      return { ...portion, books: { ...books, starts: { ...books.starts, loans } }, waiting: [] }
    }
    const gives = (portion: Portion, starts: number) =>
      givesNextStartAway(portion, usage({ slots: 0, starts }))
    expect(gives(idle(2, { 1: 1 }), 2)).toBe(true)
    expect(gives(idle(2, { 1: 1 }), 1)).toBe(true)
    expect(gives(idle(2, { 1: 1 }), 0)).toBe(false)
    expect(gives(idle(2, { 0: 1 }), 2)).toBe(false)
    expect(gives({ ...idle(2, { 1: 1 }), waiting: [5] }, 2)).toBe(false)
  })
})

describe('a shard wants', () => {
  const want = (portion: Portion, inUse: number, ready: number) =>
    unitsWanted(portion, usage(slots(inUse)), ready, ready).slots

  test('a unit for each job that has none, up to the limit', () => {
    expect(want(holder(), 3, 2)).toBe(2)
    expect(want(holder(), 1, 2)).toBe(0)
    expect(want(holder(), 3, 50)).toBe(7)
  })

  test('nothing without jobs', () => {
    expect(want(holder(), 3, 0)).toBe(0)
  })

  test('nothing while it has to give some back', () => {
    expect(want(holder({}, { limits: { concurrency: 2 } }), 3, 5)).toBe(0)
    expect(unitsWanted(holder({ 1: 1 }), usage(slots(2), slots(1)), 5, 5).slots).toBe(0)
  })

  test('if nothing limits it, what a small item holds, and never again', () => {
    const unlimited = { limits: {} }
    expect(want(holder({}, { ...unlimited, borrowed: {} }), 0, 1)).toBe(SMALL)
    expect(want(holder({}, { ...unlimited, borrowed: { slots: borrowed('a', SMALL) } }), SMALL, 50)).toBe(0)
  })

  test('if it is the plain one, only what others have', () => {
    expect(want(portionOf({ books: slotBooks({ 0: loan('a', 4) }), ownUse: slots(6) }), 6, 50)).toBe(4)
    expect(want(portionOf({ ownUse: slots(10) }), 10, 50)).toBe(0)
  })

  test('a start for each job that could run and has none, and those of late starts again', () => {
    const three = { slots: 0, starts: 0 }
    expect(unitsWanted(withStarts(1), usage(three), 3, 1).starts).toBe(2)
    expect(unitsWanted(withStarts(1), usage({ slots: 0, starts: 2 }), 3, 0).starts).toBe(4)
    expect(unitsWanted(withStarts(1), usage(three), 3, 3).starts).toBe(0)
  })

  test('a few at a time, so that not too many jobs are read for units that may not come', () => {
    const poor = holder({}, { limits: { concurrency: 1000 } })
    expect(mostItMayGet(poor, usage(slots(3)), true).slots).toBe(3 + SMALL)
    expect(mostItMayGet(holder({}, { limits: { concurrency: 4 } }), usage(slots(3)), true).slots).toBe(4)
  })
})

describe('a shard lacks', () => {
  const may = slots(3)
  const outcome = { may: { ...may, starts: 1 }, inUse: slots(3), isWorkLeft: true, startable: 1 }

  test('a slot, if work is left and all it may use is in use', () => {
    expect(lackOf(holder(), outcome)).toEqual({ slots: true, starts: false })
    expect(lackOf(holder(), { ...outcome, isWorkLeft: false })).toEqual(LACKS_NOTHING)
    expect(lackOf(holder(), { ...outcome, inUse: slots(2) })).toEqual(LACKS_NOTHING)
  })

  test('nothing that nobody could give', () => {
    expect(lackOf(holder({}, { limits: { concurrency: 3 } }), outcome)).toEqual(LACKS_NOTHING)
  })

  test('a slot while the partition is paused, so that whoever lifts that finds it', () => {
    const paused = holder({}, { limits: { concurrency: 0 } })
    expect(lackOf(paused, { ...outcome, may: NONE, inUse: NONE }).slots).toBe(true)
  })

  test('starts before slots', () => {
    expect(lackOf(withStarts(1), { ...outcome, startable: 0 })).toEqual({ slots: false, starts: true })
  })
})

describe('a shard gives back', () => {
  const back = (portion: Portion, inUse: number, lack = LACKS_NOTHING, may = 3) =>
    afterGivingBack(portion, { may: slots(may), inUse: slots(inUse) }, lack).slots?.returned

  test('nothing, as long as nobody waits', () => {
    expect(back(holder(), 0)).toBe(0)
  })

  test('nothing to itself', () => {
    expect(back(holder({ 0: 1 }), 0)).toBe(0)
  })

  test('all that it does not use, if somebody waits', () => {
    expect(back(holder({ 1: 1 }), 1)).toBe(2)
  })

  test('nothing while it lacks units itself, but what it must not use', () => {
    const lack = { ...LACKS_NOTHING, slots: true }
    expect(back(holder({ 1: 1 }), 2, lack)).toBe(0)
    expect(back(holder({ 1: 1 }), 2, lack, 2)).toBe(1)
  })

  test('never what is in use, however low the limit is', () => {
    expect(back(holder({ 1: 1 }, { limits: { concurrency: 0 } }), 3, LACKS_NOTHING, 0)).toBe(0)
    expect(back(holder({ 1: 1 }, { limits: { concurrency: 0 } }), 1, LACKS_NOTHING, 0)).toBe(2)
  })

  test('all starts but those in use and one more, if it waits for a slot itself: it needs that one then', () => {
    const spent = { may: { slots: 3, starts: 4 }, inUse: { slots: 3, starts: 2 } }
    const after = afterGivingBack(withStarts(4, { 1: 1 }), spent, { slots: true, starts: false })
    expect(after.starts?.returned).toBe(1)
  })

  test('nothing of what is not counted any more', () => {
    const portion = { ...withStarts(2, { 1: 1 }), limits: { concurrency: 10 } }
    expect(afterGivingBack(portion, { may: slots(3), inUse: NONE }, LACKS_NOTHING).starts?.returned).toBe(0)
  })

  test('and that has to be written', () => {
    const before = { slots: borrowed('a', 3) }
    expect(isGivenBack(before, { slots: borrowed('a', 3, 1) })).toBe(true)
    expect(isGivenBack(before, { slots: borrowed('a', 4) })).toBe(false)
    expect(isSameUnits(before, { slots: borrowed('a', 3) })).toBe(true)
    expect(isSameUnits(before, { slots: borrowed('b', 3) })).toBe(false)
    expect([isSameUnits(undefined, {}), isSameUnits(undefined, before)]).toEqual([true, false])
  })

  test('if it is the plain one, nothing: what it does not use is free', () => {
    expect(
      afterGivingBack(portionOf({ self: PLAIN }), { may: slots(3), inUse: NONE }, LACKS_NOTHING),
    ).toEqual({})
  })
})
