/** A customer that is guaranteed a place of a total, beside a neighbour with more to do than there is room. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { whyText } from '../../lib/index.ts'
import { shared } from './app/tasks.ts'
import { World } from './setup.ts'

let world: World
beforeAll(async () => {
  world = await World.watched()
})
afterAll(() => world?.stop())

const jobs = (customer: string, count: number) =>
  Array.from({ length: count }, (_, n) => ({
    payload: { customer, name: `${customer}-${n}`, takes_ms: 300 },
  }))

it('finds its place, which nobody else gets, and everybody sees that it is kept', async () => {
  const { client, recorder } = world
  const backlog = await client.enqueueMany(shared, jobs('neighbour', 40))
  await recorder.until(() => recorder.ended('neighbour').length >= 4)
  expect(await client.limiter({ total: 'shared' })).toMatchObject({ units: 3, kept: { vip: 1 } })
  const last = backlog.at(-1)
  if (!last) throw new Error('no job')
  expect(whyText(await client.why(last))).toMatch(/total shared \d\/3, 1 kept for vip(, job .*)?$/)
  await client.enqueueMany(shared, jobs('vip', 3))
  await recorder.until(() => recorder.ended('vip').length === 3)
  expect(recorder.ended('neighbour').length).toBeLessThan(40)
  await recorder.until(() => recorder.ended('neighbour').length === 40)
  expect(recorder.highestConcurrency('neighbour')).toBeLessThanOrEqual(2)
  expect(recorder.highestUse((queue) => (queue === 'shared' ? 1 : 0))).toBeLessThanOrEqual(3)
})
