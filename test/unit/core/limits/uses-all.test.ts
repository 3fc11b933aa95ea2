/** A shard whose own jobs use all that there is of one gate waits for nobody else, and asks no other gate for anything. */
import { describe, expect, test } from 'vitest'
import { NO_BOOKS } from '../../../../lib/core/limits/books.ts'
import { type Gate, passedGates } from '../../../../lib/core/limits/gates.ts'
import type { Units } from '../../../../lib/core/limits/in-force.ts'
import type { Limits } from '../../../../lib/core/limits/limits.ts'
import type { Portion } from '../../../../lib/core/limits/portion.ts'
import { borrowed, loan, NONE, portionOf, slots } from '../../../support/lending.ts'

const RATE = { allowed: 5, period_ms: 60_000, margin_ms: 20 }
const OUTCOME = { claims: 0, isWorkLeft: true, startable: 0 }

/** A shard with all of its slots in use. */
const gate = (limits: Limits, may: Units, part: Partial<Portion> = {}): Gate => ({
  portion: portionOf({ self: '0', limits, borrowed: { slots: borrowed('a', may.slots) }, ...part }),
  may,
  inUse: slots(may.slots),
})
const lacksOf = (...gates: [Gate, ...Gate[]]) =>
  passedGates(gates, OUTCOME).map(({ lack }) => [lack.slots, lack.starts])

describe('a shard without a start', () => {
  test('lacks none if its own jobs use all slots of its partition', () => {
    expect(lacksOf(gate({ concurrency: 2, rateLimit: RATE }, slots(2)))).toEqual([[false, false]])
  })

  test('lacks one if others have some of the slots, or nobody has', () => {
    expect(lacksOf(gate({ concurrency: 3, rateLimit: RATE }, slots(2)))).toEqual([[false, true]])
  })

  test('lacks none if its own jobs use all of a total or a pool, whatever each weighs', () => {
    const partition = gate({ concurrency: 9, rateLimit: RATE }, slots(2))
    const total = gate({ concurrency: 2 }, slots(2), { givesIdleBack: true })
    const heavy = gate({ concurrency: 3 }, slots(2), { givesIdleBack: true, weightOf: () => 2 })
    expect(lacksOf(partition, total)).toEqual([
      [false, false],
      [false, false],
    ])
    expect(lacksOf(partition, heavy)[0]).toEqual([false, false])
  })

  test('lacks one if others have some of the total, or it is paused', () => {
    const partition = gate({ concurrency: 9, rateLimit: RATE }, slots(2))
    expect(lacksOf(partition, gate({ concurrency: 3 }, slots(2), { givesIdleBack: true }))[0]).toEqual([
      false,
      true,
    ])
    expect(lacksOf(gate({ concurrency: 0, rateLimit: RATE }, NONE))).toEqual([[false, true]])
  })
})

test('a start that it has goes to those who wait, and it comes to stand in no line for it', () => {
  const books = { ...NO_BOOKS, starts: { loans: { 0: loan('s', 1) }, line: { 1: 1 } } }
  const had = { slots: borrowed('a', 1), starts: borrowed('s', 1) }
  const full = gate(
    { concurrency: 1, rateLimit: RATE },
    { slots: 1, starts: 1 },
    { books, borrowed: had, waiting: [0] },
  )
  const [passed] = passedGates([full], { ...OUTCOME, startable: 1 })
  expect(passed?.portion.borrowed.starts?.returned).toBe(1)
  expect(passed?.lack).toEqual({ slots: false, starts: false })
})
