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
