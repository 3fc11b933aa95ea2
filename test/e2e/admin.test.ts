/** Staff pauses and slows down what runs, through `sluice/admin`, on a stack at work. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { whyText } from '../../lib/admin.ts'
import { heavy, light, serial } from './app/tasks.ts'
import { World } from './setup.ts'

let world: World
beforeAll(async () => {
  world = await World.watched()
})
afterAll(() => world?.stop())

const NOTE = { by: 'ann', reason: 'their incident' }
const endedOf = (customer: string) => world.recorder.until(() => world.recorder.ended(customer).length === 1)

it('a pool that is paused lets nothing start in any queue, says who has done it, and goes on when it is resumed', async () => {
  const { admin, client } = world
  await admin.pause({ pool: 'api' }, NOTE)
  const held = await client.enqueue(heavy, { customer: 'paused-heavy', name: 'job' })
  await client.enqueue(light, { customer: 'paused-light', name: 'job' })
  await client.enqueue(serial, { customer: 'free', name: 'job' })
  await endedOf('free')
  expect(whyText(await admin.why(held))).toMatch(/pool api paused by ann: their incident$/)
  expect(await admin.limiter({ pool: 'api' })).toMatchObject({
    units: 0,
    lent: 0,
    override: { paused: NOTE },
  })
  expect(world.recorder.started('paused-heavy')).toEqual([])
  await admin.resume({ pool: 'api' })
  await Promise.all([endedOf('paused-heavy'), endedOf('paused-light')])
  expect(await admin.limiter({ pool: 'api' })).toMatchObject({ units: 5, configured: 5 })
})

it('a whole queue that is paused lets nothing start in any partition, with a total or without, and goes on when it is resumed', async () => {
  const { admin, client } = world
  await Promise.all([admin.pause({ queue: 'serial' }, NOTE), admin.pause({ queue: 'heavy' }, NOTE)])
  const held = await client.enqueue(serial, { customer: 'still-serial', name: 'job' })
  await client.enqueue(serial, { customer: 'still-other', name: 'job' })
  await client.enqueue(heavy, { customer: 'still-heavy', name: 'job' })
  await client.enqueue(light, { customer: 'free-light', name: 'job' })
  await endedOf('free-light')
  expect(whyText(await admin.why(held))).toMatch(/: its queue is paused by ann: their incident$/)
  const queues = (await admin.pausedQueues()).map(({ queue }) => queue)
  expect(queues.toSorted()).toEqual(['heavy', 'serial'])
  const all = ['still-serial', 'still-other', 'still-heavy']
  expect(all.flatMap((customer) => world.recorder.started(customer))).toEqual([])
  await Promise.all([admin.resume({ queue: 'serial' }), admin.resume({ queue: 'heavy' })])
  await Promise.all(all.map(endedOf))
  expect(await admin.pausedQueues()).toEqual([])
})

it('limits of all partitions of a queue hold for those that have none of their own, and what waits goes on when they are raised', async () => {
  const { admin, client, recorder } = world
  await admin.setLimits({ queue: 'light' }, { concurrency: 0 }, NOTE)
  await admin.setLimits('light', 'own-limit', { concurrency: 1 })
  const [held] = await client.enqueueMany(
    light,
    ['one', 'two', 'three'].map((name) => ({ payload: { customer: 'as-all', name } })),
  )
  if (!held) throw new Error('nothing was put')
  await client.enqueue(light, { customer: 'own-limit', name: 'job' })
  await endedOf('own-limit')
  expect(whyText(await admin.why(held))).toMatch(/: its queue is paused by ann: their incident$/)
  expect(await admin.limitedQueues()).toMatchObject([{ queue: 'light', concurrency: 0, ...NOTE }])
  expect(recorder.started('as-all')).toEqual([])
  await admin.setLimits({ queue: 'light' }, { concurrency: 1 }, NOTE)
  await recorder.until(() => new Set(recorder.ended('as-all')).size === 3)
  expect(recorder.highestConcurrency('as-all')).toBe(1)
  expect(await admin.stats('light', 'as-all')).toMatchObject({
    configured: { concurrency: 2 },
    queueLimits: { concurrency: 1, ...NOTE },
    inForce: { concurrency: 1 },
  })
  await admin.setLimits({ queue: 'light' }, null)
  expect(await admin.limitedQueues()).toEqual([])
})

it('a pool is slowed down, and no longer', async () => {
  const { admin, client } = world
  await admin.slowDown({ pool: 'api' }, '1h', NOTE)
  const held = await client.enqueue(light, { customer: 'slowed', name: 'job' })
  await client.enqueue(serial, { customer: 'beside', name: 'job' })
  await endedOf('beside')
  expect(whyText(await admin.why(held))).toMatch(/pool api slowed down until \S+Z by ann: their incident$/)
  expect(await admin.slowedDown({ pool: 'api' })).toMatchObject(NOTE)
  await admin.slowDown({ pool: 'api' }, null)
  expect(await admin.slowedDown({ pool: 'api' })).toBeUndefined()
})
