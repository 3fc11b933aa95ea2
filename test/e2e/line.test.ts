/** Customers who wait for one total: what is urgent goes first, and a person guarantees one of them a place. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { shared } from './app/tasks.ts'
import { World } from './setup.ts'

let world: World
beforeAll(async () => {
  world = await World.watched()
})
afterAll(() => world?.stop())

const OTHERS = Array.from({ length: 4 }, (_, n) => `other-${n}`)
const jobs = (customer: string, count: number, options = {}) =>
  Array.from({ length: count }, (_, n) => ({
    payload: { customer, name: `${customer}-${n}`, takes_ms: 200 },
    ...options,
  }))

it('an urgent customer is served before all others, and they have what is left', async () => {
  const { client, recorder } = world
  for (const customer of OTHERS) await client.enqueueMany(shared, jobs(customer, 7))
  await recorder.until(() => OTHERS.some((customer) => recorder.ended(customer).length > 0))
  await client.enqueueMany(shared, jobs('urgent', 6, { priority: 0 }))
  await recorder.until(() => recorder.ended('urgent').length === 6)
  const { seen } = recorder
  const first = seen.findIndex(({ customer }) => customer === 'urgent')
  const last = seen.findLastIndex(({ customer, what }) => customer === 'urgent' && what === 'end')
  const meanwhile = seen
    .slice(first, last)
    .filter(({ customer, what }) => customer !== 'urgent' && what === 'start')
  // By turns the others would have started six for each of them.
  expect(meanwhile.length).toBeLessThan(2 * 6)
  await recorder.until(() => OTHERS.every((customer) => recorder.ended(customer).length === 7))
  expect(recorder.highestUse(() => 1)).toBeLessThanOrEqual(3)
})

it('a place that is guaranteed at run time is kept, and seen', async () => {
  const { client } = world
  await client.setLimiter({ total: 'shared' }, { guaranteed: { 'other-0': 2 } }, { by: 'ann' })
  const seen = { guaranteed: { 'other-0': 2 }, kept: { 'other-0': 2 }, override: { by: 'ann' } }
  expect(await client.limiter({ total: 'shared' })).toMatchObject(seen)
  await client.setLimiter({ total: 'shared' }, null)
  expect(await client.limiter({ total: 'shared' })).toMatchObject({ guaranteed: { vip: 1 } })
})
