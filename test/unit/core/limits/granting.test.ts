/** Which starts a shard gets of shared rates, and what it remembers of one that came too late. */
import { describe, expect, test } from 'vitest'
import type { Grant } from '../../../../lib/core/limits/grant.ts'
import { type Asked, grant } from '../../../../lib/core/limits/granting.ts'
import { poolNamed } from '../../../../lib/core/limits/queue-limiter.ts'
import { NOW } from '../../../support/builders.ts'

const rate = { allowed: 2, period_ms: 1000, margin_ms: 0 }
const asked = (some: Partial<Asked>): Asked => ({
  rates: [{ name: poolNamed('api'), rate, window: {}, cost: 1 }],
  known: [],
  starts: [NOW],
  hasWork: true,
  isOwn: false,
  now: NOW,
  newToken: () => 'token',
  ...some,
})
const LAPSED: Grant = { at: NOW - 2000, until: NOW - 1500, keys: {} }
const length = (one: Grant | undefined): number => (one ? one.until - one.at : 0)

describe('a start that came too late', () => {
  test('is granted anew for four times as long', () => {
    const { grants } = grant(asked({ known: [LAPSED] }))
    expect(length(grants[0])).toBe(2000)
  })

  test('is remembered while the job has no slot, and then granted for longer', () => {
    const waiting = grant(asked({ known: [LAPSED], starts: [] }))
    expect(waiting).toMatchObject({ grants: [], ahead: LAPSED, taken: [], dropped: [] })
    const again = grant(asked({ known: [LAPSED, ...(waiting.ahead ? [waiting.ahead] : [])] }))
    expect(length(again.grants[0])).toBe(2000)
  })

  test('is given back by the limiter, whatever is remembered of it', () => {
    const own: Grant = { ...LAPSED, keys: { [poolNamed('api')]: ['1.1', 1] } }
    const { ahead, dropped } = grant(asked({ known: [own], starts: [] }))
    expect(ahead).toEqual(LAPSED)
    expect(dropped).toEqual([own])
  })

  test('does not count against the next', () => {
    const key = `${NOW - 500}.0000000001`
    const own: Grant = { at: NOW - 600, until: NOW - 500, keys: { [poolNamed('api')]: [key, 2] } }
    const rates = [{ name: poolNamed('api'), rate, window: { [key]: 2 }, cost: 2 }]
    expect(grant(asked({ known: [own], rates }))).toMatchObject({ grants: [{ at: NOW }], dropped: [own] })
  })

  test('is forgotten with the work that it was for', () => {
    expect(grant(asked({ known: [LAPSED], starts: [], hasWork: false })).ahead).toBeUndefined()
  })
})

describe('jobs that say what they cost', () => {
  const RATE = { allowed: 10, period_ms: 1000, margin_ms: 0 }
  const API = poolNamed('api')
  const costly = (costs: readonly (number | undefined)[], some: Partial<Asked> = {}) =>
    asked({
      rates: [{ name: API, rate: RATE, window: {}, cost: 2 }],
      starts: costs.map(() => NOW),
      costs,
      ...some,
    })
  const unitsOf = (grants: readonly Grant[]) => grants.map(({ keys }) => keys[API]?.[1])
  /** That a limiter remembers. */
  const has = (cost: number | undefined, at: number, key: string, units = cost ?? 2): Grant => ({
    at,
    until: at + 300,
    keys: { [API]: [key, units] },
    ...(cost === undefined ? {} : { cost }),
  })
  const knowing = (known: readonly Grant[]) => ({
    known,
    rates: [
      {
        name: API,
        rate: RATE,
        window: Object.fromEntries(known.map(({ keys }) => keys[API] ?? ['', 0])),
        cost: 2,
      },
    ],
  })

  test('count as that, and the others as their queue says', () => {
    expect(unitsOf(grant(costly([3, undefined, 1])).grants)).toEqual([3, 2, 1])
  })

  test('are held by a rate that counts starts as all others', () => {
    const rates = [{ name: API, rate: RATE, window: {}, cost: 1, countsStarts: true as const }]
    expect(unitsOf(grant(costly([9, 9], { rates })).grants)).toEqual([1, 1])
  })

  test('wait in their order: a dear one that has no room holds those behind it', () => {
    const { grants, ahead, wait } = grant(costly([4, 8, 1]))
    expect(unitsOf(grants)).toEqual([4])
    expect(ahead).toMatchObject({ cost: 8 })
    expect(wait).toMatchObject({ cost: 8, nextAt: ahead?.at })
  })

  test('use what they have been granted, each its own', () => {
    const known = [has(5, NOW, `${NOW + 300}.1`), has(undefined, NOW, `${NOW + 300}.2`)]
    const { grants, taken, dropped } = grant(costly([undefined, 5], knowing(known)))
    expect(grants).toEqual([known[1], known[0]])
    expect([taken, dropped]).toEqual([[], []])
  })

  test.each([
    ['more', 7],
    ['less', 1],
    ['nothing', undefined],
  ])('use no start that was granted to one that said %s', (_what, cost) => {
    const known = [has(5, NOW, `${NOW + 300}.1`)]
    const { grants, taken, dropped } = grant(costly([cost], knowing(known)))
    expect(dropped).toEqual(known)
    expect(grants).toEqual(taken)
    expect(grants).toMatchObject([cost === undefined ? { at: NOW } : { cost }])
  })

  test('give back what the shard’s item has only when that does not have it any more: another pass may have used it', () => {
    const [own] = [has(5, NOW, `${NOW + 300}.1`)]
    const { taken, dropped, ahead, isOutdated } = grant(costly([1], { ...knowing([own]), standing: own }))
    expect([taken, dropped]).toEqual([[], []])
    expect(ahead).toEqual({ ...own, keys: {} })
    expect(isOutdated).toBe(true)
  })

  test('let one that comes before them ask, if that costs something else', () => {
    const later = has(9, NOW + 5000, `${NOW + 5300}.1`)
    expect(grant(costly([9, 1], knowing([later]))).ahead).toEqual(later)
    expect(unitsOf(grant(costly([1, 9], knowing([later]))).grants)).toEqual([1, 9])
  })

  test('that cost more than is allowed by now are told so', () => {
    const { grants, ahead, wait } = grant(costly([11]))
    expect([grants, ahead]).toEqual([[], undefined])
    expect(wait).toEqual({ limiter: API, allowed: 10, period_ms: 1000, cost: 11 })
  })
})
