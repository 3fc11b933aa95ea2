/** How limits of all partitions of a queue compose with the others, and when what waits has to be woken for them. */
import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { derivedLimit } from '../../../lib/core/limits/app-rate.ts'
import { limitsInForce } from '../../../lib/core/limits/in-force.ts'
import { type Limits, withMargin } from '../../../lib/core/limits/limits.ts'
import { defineConfig } from '../../../lib/core/queue/config.ts'
import { toQueueLimits, withQueueLimits, wokenAll } from '../../../lib/core/queue/queue-limits.ts'
import { NO_SETTINGS, withSettings } from '../../../lib/core/queue/queue-settings.ts'

const concurrency = fc.nat(9)
const rateLimit = fc.record({
  allowed: fc.nat(9),
  period_ms: fc.constantFrom(100, 1000, 5000),
  margin_ms: fc.nat(50),
})
const limits = fc.record({ concurrency, rateLimit }, { requiredKeys: [] })

describe('limits in force', () => {
  property.prop([limits, limits, limits])(
    'are what is set for the partition, or else for the queue, or else configured',
    (configured, queueLimits, override) => {
      const { concurrency, rateLimit } = limitsInForce({ ...configured, queueLimits }, { override }, 0)
      const first = <T>(...all: (T | undefined)[]) => all.find((one) => one !== undefined)
      expect(concurrency).toEqual(
        first(override.concurrency, queueLimits.concurrency, configured.concurrency),
      )
      expect(rateLimit).toEqual(first(override.rateLimit, queueLimits.rateLimit, configured.rateLimit))
    },
  )

  property.prop([limits, limits])(
    'of a queue that counts costs count them, whoever has set them',
    (queueLimits, override) => {
      const { rateLimit, costRate } = limitsInForce({ costs: true, queueLimits }, { override }, 0)
      expect(rateLimit).toBeUndefined()
      expect(costRate).toEqual(override.rateLimit ?? queueLimits.rateLimit)
    },
  )

  test('are those of the queue, and not what a partition keeps that is derived from the rate of its app', () => {
    const { crm } = defineConfig({
      apps: { hub: { rate: 100, frequency_s: 10 } },
      queues: { crm: { partition: { payload: 'customer' }, app: 'hub' } },
    }).queues
    if (!crm?.derivation) throw new Error('nothing is derived')
    // By a rate that was set at run time: not what is configured.
    const derived = { ...derivedLimit(crm.derivation, undefined), concurrency: 7 }
    expect(limitsInForce(crm, { derived }, 0)).toMatchObject({ concurrency: derived.concurrency })
    const { concurrency } = derived
    const of = (queueLimits: Limits) => limitsInForce({ ...crm, queueLimits }, { derived }, 0)
    expect(of({ concurrency: concurrency + 1 })).toMatchObject({ concurrency: concurrency + 1 })
    // Each limit by itself.
    expect(of({ rateLimit: { allowed: 9, period_ms: 1000, margin_ms: 0 } })).toMatchObject({ concurrency })
  })

  test('keep batches, and pause if nobody can read what is set', () => {
    const batch = { size: 3, wait_ms: 0 }
    const queueLimits = { concurrency: 2 }
    expect(limitsInForce({ batch, queueLimits }, {}, 0)).toEqual({ batch, concurrency: 2 })
    const odd = { batch, queueLimits: { problem: 'odd' } }
    expect(limitsInForce(odd, { override: { concurrency: 5 } }, 0)).toEqual({ concurrency: 0 })
  })
})

describe('what waits', () => {
  const most = ({ concurrency }: Limits) => concurrency ?? Number.POSITIVE_INFINITY
  const isSlower = (is: Limits['rateLimit'], was: Limits['rateLimit']) =>
    was === undefined ||
    (is !== undefined &&
      is.allowed <= was.allowed &&
      is.period_ms >= was.period_ms &&
      is.margin_ms >= was.margin_ms)
  const before = fc.option(limits, { nil: undefined })

  property.prop([limits, before, limits])(
    'is left alone only if nothing is more than it was',
    (configured, was, is) => {
      const inForce = (queueLimits: Limits['queueLimits']) =>
        limitsInForce({ ...configured, ...(queueLimits ? { queueLimits } : {}) }, {}, 0)
      if (withQueueLimits(configured, was, is)?.waking) return
      expect(most(inForce(is))).toBeLessThanOrEqual(most(inForce(was)))
      expect(isSlower(inForce(is).rateLimit, inForce(was).rateLimit)).toBe(true)
    },
  )

  property.prop([limits, limits])('is left alone if the same is set again', (configured, same) => {
    const again = { ...same, by: 'ann', since: 7 }
    expect(withQueueLimits(configured, same, again)).toEqual(Object.keys(same).length > 0 ? again : undefined)
  })

  property.prop([limits, before, limits])('is woken from where another call was', (configured, was, is) => {
    const waking = { woken: 7, cursor: 'crm' }
    const said = withQueueLimits(configured, { ...was, waking }, is)
    expect([waking, { woken: 0 }]).toContainEqual(said?.waking)
    expect(said && wokenAll(said)).toEqual(Object.keys(is).length > 0 ? is : undefined)
  })

  test('is woken whatever is set over what nobody can read', () => {
    expect(withQueueLimits({}, { problem: 'odd' }, { concurrency: 0 })).toEqual({
      concurrency: 0,
      waking: { woken: 0 },
    })
  })
})

describe('what is set for a queue', () => {
  const config = defineConfig({ queues: { crm: { concurrency: 5 }, mail: {} } })

  test('is part of its configuration, and of no other’s', () => {
    const set = withSettings(config, {
      pauses: new Map(),
      limits: new Map([
        ['crm', { concurrency: 2, by: 'ann' }],
        ['fax', {}],
      ]),
    })
    expect(set.queues['crm']?.queueLimits).toEqual({ concurrency: 2, by: 'ann' })
    expect(set.queues['mail']).toBe(config.queues['mail'])
  })

  test('leaves the very same configuration if it says nothing', () => {
    const nothing = new Map([['crm', { by: 'ann', waking: { woken: 3 } }]])
    expect(withSettings(config, { pauses: new Map(), limits: nothing })).toBe(config)
    expect(withSettings(config, NO_SETTINGS)).toBe(config)
  })

  test.each([
    [
      {
        concurrency: 2,
        rateLimit: { allowed: 1, period_ms: 1000 },
        by: 'ann',
        since: 7,
        waking: { woken: 0 },
      },
      undefined,
    ],
    [{}, undefined],
    ['2', /expected object/],
    [{ concurrency: -1 }, /concurrency/],
    [{ guaranteed: { acme: 1 } }, /guaranteed/],
    [{ paused: {} }, /paused/],
    [{ waking: { woken: 'x' } }, /waking/],
  ])('is read, or pauses: %j', (said, problem) => {
    const read = toQueueLimits(said)
    if (problem === undefined) expect(read).toEqual(said)
    else expect(read).toEqual({ problem: expect.stringMatching(problem) })
  })

  test('has the usual margin if it says none', () => {
    const rate = { allowed: 1, period_ms: 1000 }
    expect(limitsInForce({ queueLimits: { rateLimit: rate } }, {}, 0).rateLimit).toEqual(withMargin(rate))
  })
})
