import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import config from '../../../demo/config.ts'
import { createCustomers, overriddenCustomers, PLANS, zipfShares } from '../../../demo/customers.ts'
import { markIn } from '../../../demo/malformed.ts'
import { SHARED_KINDS, SYNC } from '../../../demo/shared.ts'
import { createWorkload, isFlaky, type Way } from '../../../demo/workload.ts'

const OPTIONS = { jobs: 2000, customers: 40, seed: 1 }

describe('the shares', () => {
  test.prop([fc.integer({ min: 1, max: 200 }), fc.integer({ min: 0, max: 5000 })])(
    'add up to the total',
    (count, total) => {
      const shares = zipfShares(count, total)
      expect(shares).toHaveLength(count)
      expect(shares.reduce((sum, share) => sum + share, 0)).toBe(total)
      expect(shares.every((share) => share >= (total >= count ? 1 : 0))).toBe(true)
    },
  )

  it('are skewed: the first has twice as many as the second', () => {
    const [first = 0, second = 0, third = 0] = zipfShares(40, 20_000)
    expect(first / second).toBeCloseTo(2, 0)
    expect(first / third).toBeCloseTo(3, 0)
  })
})

describe('the customers', () => {
  it('bear different names, however many there are', () => {
    const ids = createCustomers(120, 1000).map(({ id }) => id)
    expect(new Set(ids).size).toBe(120)
  })

  it('of plan pro have what is configured, all others need limits of their own', () => {
    const customers = createCustomers(40, 2000)
    const expected = customers.filter(({ plan }) => plan !== 'pro')
    expect(overriddenCustomers(customers, config)).toEqual(expected)
    expect(new Set(customers.map(({ plan }) => plan))).toEqual(new Set(Object.keys(PLANS)))
  })
})

describe('the workload', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(createWorkload(OPTIONS)).toEqual(createWorkload(OPTIONS))
    expect(createWorkload(OPTIONS).jobs).not.toEqual(createWorkload({ ...OPTIONS, seed: 2 }).jobs)
  })

  it('has the jobs that each customer was given, each with a contact of its own', () => {
    const { customers, jobs } = createWorkload(OPTIONS)
    const synced = jobs.filter(({ kind }) => kind === SYNC)
    const counts = Object.groupBy(synced, ({ customerId }) => customerId)
    for (const { id, jobs } of customers) expect(counts[id]).toHaveLength(jobs)
    expect(new Set(jobs.map(({ contactId }) => contactId)).size).toBe(2000)
  })

  it('uses what all share as announced', () => {
    const { jobs } = createWorkload(OPTIONS)
    const counts = SHARED_KINDS.map((wanted) => jobs.filter(({ kind }) => kind === wanted).length)
    expect(counts).toEqual([100, 50, 50])
  })

  it('is split as announced', () => {
    const { jobs } = createWorkload(OPTIONS)
    const by = (way: Way) => jobs.filter((job) => job.way === way).length
    expect([by('client'), by('put'), by('event')]).toEqual([1000, 600, 400])
    const delays = jobs.map(({ delay_ms }) => delay_ms).filter((delay_ms) => delay_ms > 0)
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(1000)
    expect(Math.max(...delays)).toBeLessThanOrEqual(20_000)
    expect(delays.length).toBeGreaterThan(200)
    expect(jobs.filter(isFlaky).length).toBeGreaterThan(40)
  })

  it('marks every malformed job so that its dead letter is recognised', () => {
    for (const bad of createWorkload(OPTIONS).malformed)
      expect(markIn(JSON.stringify('item' in bad ? bad.item : bad.detail))).toBe(bad.mark)
  })
})
