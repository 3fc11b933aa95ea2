/** What a shard keeps of one gate while its next job lacks another. */
import { describe, expect, test } from 'vitest'
import { NO_BOOKS } from '../../../../lib/core/limits/books.ts'
import { passedGates } from '../../../../lib/core/limits/gates.ts'
import { NO_UNITS } from '../../../../lib/core/limits/in-force.ts'
import { awaitedGate, keepsForNext } from '../../../../lib/core/limits/keeping.ts'
import type { Lack, Portion } from '../../../../lib/core/limits/portion.ts'
import { KEPT_FOR_START_MS } from '../../../../lib/core/times.ts'

const LACKS: Lack = { slots: true, starts: false }
const HAS: Lack = { slots: false, starts: false }
const gate = (portion: Partial<Portion>, slots = 0) => ({
  portion: {
    self: 'x',
    limits: { concurrency: 1 },
    books: NO_BOOKS,
    borrowed: {},
    ownUse: NO_UNITS,
    ...portion,
  } satisfies Portion,
  may: { slots, starts: 0 },
  inUse: NO_UNITS,
})
const inLine = (...names: string[]) => ({
  books: {
    ...NO_BOOKS,
    slots: { loans: {}, line: Object.fromEntries(names.map((name, n) => [name, n])) },
  },
})
const PARTITION = gate({ self: '+pool.a' })
const OF_LANE = gate({ ofLane: true })
const OF_QUEUE = gate({})
const kept = (gates: Parameters<typeof keepsForNext>[0], lacks: Lack[]) =>
  gates.map((_, index) => keepsForNext(gates, lacks, index))

describe('a lane', () => {
  test('keeps nothing of its partition while it waits for a pool, but what it has of others before it', () => {
    expect(kept([PARTITION, OF_LANE, OF_LANE], [HAS, HAS, LACKS])).toEqual([false, true, false])
    expect(kept([PARTITION, OF_LANE, OF_LANE], [HAS, LACKS, HAS])).toEqual([false, false, false])
  })

  test('keeps what it has of a pool while it waits for its partition, and of its queue’s nothing', () => {
    expect(kept([PARTITION, OF_LANE, OF_QUEUE], [LACKS, HAS, HAS])).toEqual([false, true, false])
    expect(kept([PARTITION, OF_LANE, OF_QUEUE], [HAS, HAS, LACKS])).toEqual([true, true, false])
  })

  test('gives it back if one of its jobs runs, or nothing of the partition can', () => {
    const busy = { ...PARTITION, inUse: { slots: 1, starts: 0 } }
    const paused = gate({ self: '+pool.a', limits: { concurrency: 0 } })
    const slow = gate({ self: '+pool.a', limits: { concurrency: 1, slowedUntil: 7 } })
    for (const partition of [busy, paused, slow])
      expect(kept([partition, OF_LANE], [LACKS, HAS])).toEqual([false, false])
  })
})

describe('a lane that waits for a start of its partition', () => {
  const rated = (period_ms: number) =>
    gate({ self: '+pool.a', limits: { concurrency: 1, rateLimit: { allowed: 1, period_ms, margin_ms: 20 } } })
  const START: Lack = { slots: false, starts: true }

  test('keeps what it has of a tag if that comes soon', () => {
    expect(kept([rated(KEPT_FOR_START_MS), OF_LANE], [START, HAS])).toEqual([false, true])
  })

  test('leaves it to others if it may take long, unless a slot is all that it lacks', () => {
    expect(kept([rated(KEPT_FOR_START_MS + 1), OF_LANE], [START, HAS])).toEqual([false, false])
    expect(kept([rated(3_600_000), OF_LANE], [LACKS, HAS])).toEqual([false, true])
  })
})

test('a shard that waits for the total keeps its slot', () => {
  const numbered = gate({ self: '3', ...inLine('3', '4') })
  expect(kept([numbered, OF_QUEUE], [HAS, LACKS])).toEqual([true, false])
})

test('a lane stays in the line of a limiter until it is served there', () => {
  const waiting = gate({ ofLane: true, ...inLine('x') })
  const served = gate({ ofLane: true, ...inLine('x') }, 1)
  expect(awaitedGate([PARTITION, OF_LANE, waiting])).toBe(2)
  expect(awaitedGate([PARTITION, OF_LANE, served])).toBe(-1)
  expect(awaitedGate([PARTITION, gate(inLine('x'))])).toBe(-1)
  const outcome = { claims: 0, isWorkLeft: true, startable: 1 }
  const lacks = passedGates([PARTITION, waiting], outcome).map(({ lack }) => lack.slots)
  expect(lacks).toEqual([false, true])
})
