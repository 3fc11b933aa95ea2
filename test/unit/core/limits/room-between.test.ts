/** Where a start fits in between others that were granted before. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Grant } from '../../../../lib/core/limits/grant.ts'
import { type Asked, grant } from '../../../../lib/core/limits/granting.ts'
import { poolNamed } from '../../../../lib/core/limits/queue-limiter.ts'
import { roomBetween, withLength } from '../../../../lib/core/limits/room-between.ts'
import type { RateInUse } from '../../../../lib/core/limits/shared-rate.ts'
import { NOW } from '../../../support/builders.ts'

const API = poolNamed('api')
const HOUR_MS = 3_600_000
const keyOf = (from: number, until: number, n = 0) =>
  withLength(`${until}.${String(n).padStart(10, '0')}`, until - from)
const useOf = (allowed: number, period_ms: number, window: Record<string, number>): RateInUse => ({
  name: API,
  rate: { allowed, period_ms, margin_ms: 0 },
  window,
  cost: 1,
})

describe('room for a start', () => {
  const LENGTH = 3
  const LAST = 60
  interface Drawn {
    readonly from: number
    readonly until: number
    readonly count: number
  }
  const spans = fc.array(
    fc
      .tuple(
        fc.integer({ min: 0, max: LAST }),
        fc.integer({ min: 0, max: 6 }),
        fc.integer({ min: 1, max: 2 }),
      )
      .map(([from, length, count]): Drawn => ({ from: NOW + from, until: NOW + from + length, count })),
    { maxLength: 8 },
  )
  const cases = fc.tuple(spans, fc.integer({ min: 1, max: 5 }), fc.integer({ min: 3, max: 20 }))
  /** In some window that the new one can fall into, wherever in its span it is made. */
  const isTooMuch = (drawn: readonly Drawn[], allowed: number, period: number, at: number): boolean =>
    Array.from({ length: LENGTH + period }, (_, n) => at + n).some((end) => {
      const counted = drawn.filter(({ from, until }) => from <= end && until > end - period)
      return 1 + counted.reduce((sum, { count }) => sum + count, 0) > allowed
    })

  test('is where no window has too many, and at the first such time', () => {
    let found = 0
    for (const [drawn, allowed, period] of fc.sample(cases, { numRuns: 2000, seed: 7 })) {
      const window = Object.fromEntries(
        drawn.map(({ from, until, count }, i) => [keyOf(from, until, i), count]),
      )
      const rates = [useOf(allowed, period, window)]
      const at = roomBetween({
        rates,
        cost: undefined,
        from: NOW + 5,
        before: NOW + LAST,
        untilOf: (t) => t + LENGTH,
      })
      for (let t = NOW + 5; t < (at ?? NOW + LAST); t++)
        expect(isTooMuch(drawn, allowed, period, t)).toBe(true)
      if (at === undefined) continue
      found++
      expect(isTooMuch(drawn, allowed, period, at)).toBe(false)
    }
    expect(found).toBeGreaterThan(500)
  })

  test('is where all rates have some, and a job has room for all that it costs', () => {
    const one = useOf(10, 100, { [keyOf(NOW, NOW + 50)]: 8 })
    const other = { ...useOf(1, 100, { [keyOf(NOW, NOW + 70)]: 1 }), countsStarts: true as const }
    const sought = { from: NOW + 60, before: NOW + 1000, untilOf: (at: number) => at + 10 }
    expect(roomBetween({ ...sought, rates: [one, other], cost: 2 })).toBe(NOW + 170)
    expect(roomBetween({ ...sought, rates: [one], cost: 2 })).toBe(NOW + 60)
    expect(roomBetween({ ...sought, rates: [one], cost: 3 })).toBe(NOW + 150)
  })

  test('counts one that does not say for how long it may be made as made at any time, and a bucket as made', () => {
    const sought = { cost: undefined, from: 0, untilOf: (at: number) => at }
    const unsaid = useOf(1, 1000, { '100000.0000000001': 1 })
    expect(roomBetween({ ...sought, rates: [unsaid], before: 100_000 })).toBe(0)
    expect(roomBetween({ ...sought, rates: [unsaid], from: 49_001, before: 101_000 })).toBeUndefined()
    expect(roomBetween({ ...sought, rates: [useOf(1, 1000, { '500': 1 })], before: 9999 })).toBe(1500)
  })
})

describe('a shard that waits', () => {
  const HAD: Grant = {
    at: NOW + HOUR_MS,
    until: NOW + HOUR_MS + 10,
    keys: { [API]: [keyOf(NOW + HOUR_MS, NOW + HOUR_MS + 10), 1] },
  }
  const window = { [String(NOW)]: 1, [HAD.keys[API]?.[0] ?? '']: 1 }
  const asked = (some: Partial<Asked> = {}): Asked => ({
    rates: [useOf(3, HOUR_MS, window)],
    known: [HAD],
    standing: HAD,
    starts: [NOW],
    costs: [undefined],
    hasWork: true,
    isOwn: false,
    now: NOW,
    newToken: () => 'token',
    ...some,
  })

  test('moves forward, and gives back what it had only when its item says so', () => {
    const { grants, ahead, taken, dropped } = grant(asked())
    expect(grants).toMatchObject([{ at: NOW }])
    expect(taken).toEqual(grants)
    expect([ahead, dropped]).toEqual([undefined, []])
  })

  test('gives back immediately what no item says', () => {
    expect(grant(asked({ standing: undefined })).dropped).toEqual([HAD])
  })

  test('stays if there is no room, or not much sooner', () => {
    expect(grant(asked({ rates: [useOf(1, HOUR_MS, window)] }))).toMatchObject({ ahead: HAD, taken: [] })
    const soon = { ...HAD, at: NOW + 50_000, until: NOW + 50_010 }
    const keys = { [API]: [keyOf(soon.at, soon.until), 1] as const }
    const rates = [useOf(3, HOUR_MS, { [String(NOW)]: 1, [keyOf(soon.at, soon.until)]: 1 })]
    const waiting = { ...soon, keys }
    expect(grant(asked({ known: [waiting], standing: waiting, rates })).ahead).toEqual(waiting)
  })

  test('waits for what its job lacks, if that may start by the rate', () => {
    const { grants, ahead, taken } = grant(asked({ starts: [] }))
    expect([grants, ahead, taken]).toEqual([[], undefined, []])
    expect(grant(asked({ starts: [], rates: [useOf(1, HOUR_MS, window)] })).ahead).toEqual(HAD)
    expect(grant(asked({ starts: [], costs: [] })).ahead).toEqual(HAD)
  })

  test('asks where there is room if the end is far off', () => {
    const rates = [useOf(2, HOUR_MS, window)]
    const { ahead, grants } = grant(asked({ known: [], standing: undefined, starts: [NOW, NOW], rates }))
    expect(grants).toMatchObject([{ at: NOW }])
    expect(ahead?.at).toBeGreaterThanOrEqual(NOW + HOUR_MS)
  })
})
