import { describe, expect, test } from 'vitest'
import { poolNamed } from '../../../lib/core/limits/queue-limiter.ts'
import { assertSound } from '../../../lib/core/pass/assertions.ts'
import { type Decision, decide, type PassInput } from '../../../lib/core/pass/decide.ts'
import {
  asId,
  asToken,
  claimed,
  configOf,
  jobItem,
  jobOf,
  NOW,
  READS_ALL,
  SHARD,
} from '../../support/builders.ts'

const config = configOf({})
const INTERVAL = { allowed: 1, period_ms: 1000, margin_ms: 0, isInterval: true } as const
const THROTTLE = {
  stretch: 4,
  rate: { ...INTERVAL, period_ms: 4000 },
  allowedInAll: 1,
  easesAt: NOW + 60_000,
} as const
const job = (id: string, runAt = NOW) => jobOf(config, jobItem({ id, runAt }))

const inputOf = (part: Partial<PassInput> = {}): PassInput => ({
  state: {
    shard: SHARD,
    initialised: true,
    version: 1,
    slots: { held: claimed('t') },
    window: {},
    waiting: false,
  },
  due: [job('a'), job('b')],
  more: false,
  reading: READS_ALL,
  limits: { slots: 2 },
  now: NOW,
  newToken: () => asToken('new'),
  recovered: new Set(),
  ...part,
})

/** What a mistake in the rules would make of a decision. */
const mistaken = (change: (decision: Decision) => Decision, input = inputOf()) => {
  const decision = change(decide(input))
  return () => assertSound(input, decision)
}
const claimOf = (id: string, runAt = NOW) => ({ job: job(id, runAt), slot: claimed('x'), startAt: NOW })

describe('a decision that', () => {
  test('keeps all rules passes', () => {
    expect(mistaken((decision) => decision)).not.toThrow()
  })

  test.each<[string, RegExp, () => () => void]>([
    [
      'claims beyond the slots',
      /than there are slots/,
      () => mistaken((made) => ({ ...made, claims: [...made.claims, claimOf('b')] })),
    ],
    [
      'claims beyond the rate',
      /rate allows/,
      () =>
        mistaken(
          (made) => ({ ...made, claims: [claimOf('a')] }),
          inputOf({
            limits: { slots: 9, rateLimit: { allowed: 1, period_ms: 1000, margin_ms: 0 } },
            state: { ...inputOf().state, slots: {}, window: { [NOW]: 1 } },
          }),
        ),
    ],
    [
      'claims two jobs of a partition with an interval',
      /closer than the interval/,
      () =>
        mistaken(
          (made) => ({ ...made, claims: [claimOf('a'), claimOf('b')] }),
          inputOf({ due: [], limits: { slots: 9, rateLimit: { ...INTERVAL, allowed: 9 } } }),
        ),
    ],
    [
      'claims a job too soon after another',
      /closer than the interval/,
      () =>
        mistaken(
          (made) => ({ ...made, claims: [claimOf('a')] }),
          inputOf({
            due: [],
            limits: { slots: 9, rateLimit: { ...INTERVAL, allowed: 9 } },
            state: { ...inputOf().state, slots: {}, window: { [NOW - 999]: 1 } },
          }),
        ),
    ],
    [
      'is throttled to more than the limits',
      /only takes away/,
      () => () =>
        decide(
          inputOf({ limits: { slots: 2, rateLimit: INTERVAL, throttle: { ...THROTTLE, stretch: 0.5 } } }),
        ),
    ],
    [
      'claims a job whose id is in flight',
      /claimed once/,
      () => mistaken((made) => ({ ...made, claims: [claimOf('held')] })),
    ],
    [
      'claims a job before its time',
      /only due jobs/,
      () => mistaken((made) => ({ ...made, claims: [claimOf('c', NOW + 1)] })),
    ],
    [
      'drops the slot of a job that may run',
      /dropped only for its holder/,
      () => mistaken((made) => ({ ...made, change: { ...made.change, drop: [asId('held')] } })),
    ],
    [
      'does not say that jobs wait',
      /that is said/,
      () => mistaken((made) => ({ ...made, change: { ...made.change, waiting: false } })),
    ],
  ])('%s is stopped', (_what, rule, call) => expect(call()).toThrow(rule))
})

test('says that the interval holds the others, and until when', () => {
  const limits = { slots: 9, rateLimit: INTERVAL }
  const state = { ...inputOf().state, slots: {}, window: { [NOW - 400]: 1 } }
  const { holds, looks } = decide(inputOf({ limits, state }))
  // So long before it is over as jobs may be claimed ahead.
  expect(holds).toEqual([{ reason: 'interval', jobs: 2, interval_ms: 1000, reopensAt: NOW + 350 }])
  expect(looks).toEqual([{ at: NOW + 350, why: 'the interval is over' }])
})

test('says that the throttle holds the others, and until when', () => {
  const limits = { slots: 9, rateLimit: INTERVAL, throttle: THROTTLE }
  const state = { ...inputOf().state, slots: {}, window: { [NOW - 400]: 1 } }
  const { holds, looks } = decide(inputOf({ limits, state }))
  expect(holds).toEqual([{ reason: 'throttled', jobs: 2, stretch: 4, reopensAt: NOW + 3350 }])
  expect(looks).toEqual([{ at: NOW + 3350, why: 'the throttle lets one start' }])
  const soon = decide(
    inputOf({ limits: { ...limits, throttle: { ...THROTTLE, easesAt: NOW + 100 } }, state }),
  )
  expect(soon.looks).toEqual([{ at: NOW + 100, why: 'the throttle lets one start' }])
})

test('a start that was granted to a job of another cost is used by none', () => {
  const claim = { ...claimOf('a'), job: { ...job('a'), cost: 7 } }
  const shared = (cost: number) => ({
    grants: [{ at: NOW, until: NOW + 1000, keys: {}, cost }],
    wait: { limiter: poolNamed('api'), allowed: 10, period_ms: 1000 },
    counting: { late_ms: 1, kept_ms: 1000, buckets_ms: {} },
  })
  const by = (cost: number) => {
    const input = inputOf({ limits: { slots: 3, shared: shared(cost) }, due: [claim.job] })
    return () => assertSound(input, { ...decide(inputOf()), claims: [claim] })
  }
  expect(by(7)).not.toThrow()
  expect(by(6)).toThrow(/for what another costs/)
})
