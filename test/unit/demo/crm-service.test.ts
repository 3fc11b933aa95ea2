/** The witness has to be right: what it lets through and what it refuses, over HTTP and by the clock. */
import { describe, expect, it } from 'vitest'
import { CrmAccount } from '../../../demo/crm/account.ts'
import { Crm } from '../../../demo/crm/crm.ts'
import { startCrm } from '../../../demo/crm/process.ts'

const limits = (concurrency: number, allowed: number, period_ms = 1000) => ({
  concurrency,
  allowed,
  period_ms,
})

describe('an account', () => {
  it('refuses what exceeds its concurrency, until a call ends', () => {
    const account = new CrmAccount('acme', limits(2, 100))
    expect(account.arrive({ contactId: 'a' }, 0)).toBe('accepted')
    expect(account.arrive({ contactId: 'b' }, 0)).toBe('accepted')
    expect(account.arrive({ contactId: 'c' }, 0)).toBe('refused')
    account.leave({ contactId: 'a' }, 5, 'succeeded')
    expect(account.arrive({ contactId: 'c' }, 5)).toBe('accepted')
    expect(account.report()).toMatchObject({ arrivals: 4, refused: 1, maxConcurrent: 3 })
  })

  it('has a window that slides instead of one that is reset', () => {
    const account = new CrmAccount('acme', limits(100, 2))
    const at = (now: number) => account.arrive({ contactId: `at-${now}` }, now)
    expect([at(900), at(990), at(1100), at(1899)]).toEqual(['accepted', 'accepted', 'refused', 'refused'])
    expect([at(1900), at(1901), at(1990)]).toEqual(['accepted', 'refused', 'accepted'])
    expect(account.report().maxInWindow).toBe(3)
  })

  it('counts the units of calls that use several', () => {
    const account = new CrmAccount('model', { concurrency: 4 })
    const heavy = { contactId: 'heavy', units: 3 }
    expect(account.arrive(heavy, 0)).toBe('accepted')
    expect(account.arrive({ contactId: 'two', units: 2 }, 0)).toBe('refused')
    expect(account.arrive({ contactId: 'light' }, 0)).toBe('accepted')
    account.leave(heavy, 5, 'succeeded')
    expect(account.arrive(heavy, 5)).toBe('accepted')
    expect(account.report()).toMatchObject({ refused: 1, maxConcurrent: 5 })
  })

  it('keeps a unit for one customer, whatever the others do, and that one may have more', () => {
    const kept = { customerId: 'initech', units: 1 }
    const account = new CrmAccount('mail', { concurrency: 3, kept })
    const call = (customerId: string, contactId: string) => ({ customerId, contactId })
    expect(account.arrive(call('acme', 'a'), 0)).toBe('accepted')
    expect(account.arrive(call('globex', 'b'), 0)).toBe('accepted')
    expect(account.arrive(call('acme', 'c'), 0)).toBe('refused')
    expect(account.arrive(call('initech', 'd'), 0)).toBe('accepted')
    account.leave(call('acme', 'a'), 5, 'succeeded')
    expect(account.arrive(call('initech', 'e'), 5)).toBe('accepted')
    expect(account.report()).toMatchObject({ refused: 1, maxConcurrent: 3, maxOfOthers: 3 })
  })

  it('remembers each contact', () => {
    const account = new CrmAccount('acme', limits(1, 100))
    account.arrive({ contactId: 'a' }, 10)
    account.arrive({ contactId: 'b' }, 12)
    account.leave({ contactId: 'a' }, 20, 'failed')
    account.arrive({ contactId: 'a' }, 30)
    account.leave({ contactId: 'a' }, 40, 'succeeded')
    expect(account.report().contacts).toEqual({
      a: { calls: 2, successes: 1, firstArrivalAt: 10, lastSuccessAt: 40 },
      b: { calls: 0, successes: 0, firstArrivalAt: 12 },
    })
    expect(account.succeeded).toBe(1)
  })
})

describe('the CRM', () => {
  const instantCrm = () => new Crm({ latency_ms: { min: 0, max: 0 }, now: () => 0 })

  it('fails the first call of a flaky contact, and none of the others', async () => {
    const crm = instantCrm()
    crm.setLimits('acme', limits(1, 100))
    const statuses = []
    for (const contact of ['flaky-1', 'flaky-1', 'steady-1', 'flaky-1'])
      statuses.push((await crm.call('acme', { contactId: contact })).status)
    expect(statuses).toEqual([500, 200, 200, 200])
  })

  it('does not know other customers', async () => {
    expect((await instantCrm().call('nobody', { contactId: 'a' })).status).toBe(404)
  })

  it('forgets what it saw and keeps the limits', async () => {
    const crm = instantCrm()
    crm.setLimits('acme', limits(1, 1))
    await crm.call('acme', { contactId: 'a' })
    crm.reset()
    expect(crm.report().accounts).toMatchObject([{ id: 'acme', arrivals: 0, limits: limits(1, 1) }])
  })
})

describe('the service, as a process of its own', () => {
  it('enforces over HTTP what it was told, and reports it', async () => {
    const crm = await startCrm()
    try {
      await crm.setLimits('a|b/c', limits(2, 100))
      const statuses = await Promise.all(
        ['1', '2', '3'].map((id) => call(crm.url, 'a|b/c', { contactId: id })),
      )
      expect(statuses.toSorted()).toEqual([200, 200, 429])
      expect((await crm.report()).accounts).toMatchObject([{ id: 'a|b/c', refused: 1, maxConcurrent: 3 }])
      expect(await crm.progress()).toEqual({ active: 0, refused: 1, succeeded: { 'a|b/c': 2 } })
      await crm.reset()
      expect((await crm.report()).accounts).toMatchObject([{ id: 'a|b/c', refused: 0 }])
    } finally {
      await crm.stop()
    }
  })

  it('knows what all customers share, with as many units as a call says', async () => {
    const crm = await startCrm()
    try {
      await crm.setLimits('model', { concurrency: 3 })
      const calls = [2, 2, 1].map((units) => post(`${crm.url}/shared/model/calls`, { contactId: 'a', units }))
      expect((await Promise.all(calls)).toSorted()).toEqual([200, 200, 429])
    } finally {
      await crm.stop()
    }
  })

  it('answers nonsense with a 400', async () => {
    const crm = await startCrm()
    try {
      expect(await call(crm.url, 'acme', { contact: 1 })).toBe(400)
      expect(await call(crm.url, 'acme', undefined)).toBe(400)
    } finally {
      await crm.stop()
    }
  })
})

const call = (url: string, customer: string, body: unknown): Promise<number> =>
  post(`${url}/customers/${encodeURIComponent(customer)}/contacts`, body)

const post = async (url: string, body: unknown): Promise<number> =>
  (await fetch(url, { method: 'POST', body: JSON.stringify(body) ?? '{' })).status
