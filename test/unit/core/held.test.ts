/** What has held a shard's jobs back, and what a job has waited for. */
import { describe, expect, it } from 'vitest'
import { poolNamed } from '../../../lib/core/limits/queue-limiter.ts'
import { heldAfter, isHeldByItsRate, waitsOf } from '../../../lib/core/pass/held.ts'
import type { Hold } from '../../../lib/core/pass/holds.ts'

const SLOTS: Hold = { reason: 'slots', jobs: 2, inFlight: 4, slots: 4 }
const RATE: Hold = { reason: 'rate', jobs: 2, allowed: 10 }
const POOL: Hold = { reason: 'limiter', jobs: 1, limiter: poolNamed('gpu'), lent: 4, units: 4 }
const TWINS: Hold = { reason: 'same id', jobs: 1 }

describe('the notes of a shard', () => {
  it('change only if something else holds its jobs', () => {
    const first = heldAfter({}, [SLOTS], 100)
    expect(first).toEqual([{ since: 100, by: 'slots' }])
    expect(heldAfter({ held: first }, [SLOTS, TWINS], 200)).toBe(first)
    expect(heldAfter({ held: first }, [POOL], 300)).toEqual([...first, { since: 300, by: 'pool|gpu' }])
  })
  it('name the rate before a limiter, of which a shard without a start asks for nothing', () => {
    expect(heldAfter({}, [POOL, RATE], 100)).toEqual([{ since: 100, by: 'rate' }])
  })
  it('say so if jobs wait for nothing that holds the others', () => {
    expect(heldAfter({}, [TWINS], 100)).toEqual([])
    expect(heldAfter({ held: [{ since: 100, by: 'rate' }] }, [TWINS], 200)).toEqual([
      { since: 100, by: 'rate' },
      { since: 200 },
    ])
  })
  it('are in order, although clocks are not: no time counts twice', () => {
    const first = heldAfter({}, [SLOTS], 1000)
    const held = heldAfter({ held: first }, [RATE], 700)
    expect(held).toEqual([
      { since: 1000, by: 'slots' },
      { since: 1000, by: 'rate' },
    ])
    expect(waitsOf({ held }, { from: 900, until: 1500 }, 1500)).toEqual({ waits_ms: { rate: 500 } })
  })
  it('are gone when nothing waits, and never more than six', () => {
    expect(heldAfter({ held: [{ since: 100, by: 'slots' }] }, [], 200)).toEqual([])
    let held = heldAfter({}, [SLOTS], 0)
    for (let now = 1; now <= 9; now++) held = heldAfter({ held }, [now % 2 ? RATE : SLOTS], now)
    expect(held.map(({ since }) => since)).toEqual([4, 5, 6, 7, 8, 9])
  })
})

describe('what a job has waited for', () => {
  const held = [
    { since: 100, by: 'slots' },
    { since: 300, by: 'rate' },
    { since: 350 },
    { since: 400, by: 'slots' },
  ]
  it('is each of the notes, for as long as the job was due', () => {
    expect(waitsOf({ held }, { from: 0, until: 500 }, 500)).toEqual({ waits_ms: { slots: 300, rate: 50 } })
    expect(waitsOf({ held }, { from: 310, until: 500 }, 500)).toEqual({ waits_ms: { rate: 40, slots: 100 } })
  })
  it('is the rate, too, if it is claimed ahead of its start', () => {
    expect(waitsOf({}, { from: 0, until: 700 }, 500)).toEqual({ waits_ms: { rate: 200 } })
    expect(waitsOf({}, { from: 0, until: 700.9 }, 500)).toEqual({ waits_ms: { rate: 200 } })
  })
  it('is not said of a job that has waited for nothing', () => {
    expect(waitsOf({}, { from: 0, until: 500 }, 500)).toEqual({})
    expect(waitsOf({ held }, { from: 500, until: 500 }, 500)).toEqual({})
  })
})

it.each([
  ['rate', true],
  ['interval', true],
  ['throttled', true],
  ['slots', false],
  ['paused', false],
  ['total|crm rate', false],
])('whoever is held by %s waits for a start of its own rate: %s', (by, isHeld) => {
  expect(
    isHeldByItsRate({
      held: [
        { since: 1, by: isHeld ? 'slots' : 'rate' },
        { since: 2, by },
      ],
    }),
  ).toBe(isHeld)
})
