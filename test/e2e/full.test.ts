/** A queue that may be full says so to its producers, and is as full as it says. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { whyText } from '../../lib/admin.ts'
import { EnqueueIncompleteError, QueueFullError } from '../../lib/index.ts'
import { sized } from './app/tasks.ts'
import { World } from './setup.ts'

let world: World
beforeAll(async () => {
  world = await World.watched()
})
afterAll(() => world?.stop())

const customer = 'acme'
const job = (name: string, fails = 0) => ({ customer, name, fails })
const LATER = { delay: '1h' } as const

it('takes as many jobs as it may have, however many come simultaneously, and more when some have ended', async () => {
  const puts = Array.from({ length: 8 }, (_, n) => world.client.enqueue(sized, job(`job-${n}`), LATER))
  const outcomes = await Promise.allSettled(puts)
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
  const refused = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
  expect(refused.every((error) => error instanceof QueueFullError)).toBe(true)
  expect(refused[0]).toMatchObject({ queue: 'sized', partition: customer, size: 3, maxQueueSize: 3 })

  const [waits] = outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  if (waits) await world.client.cancel(waits, { by: 'a test' })
  await world.client.enqueue(sized, job('fails', 9))
  const many = world.client.enqueueMany(sized, [{ payload: job('one too many') }])
  await expect(many).rejects.toMatchObject({ unwritten: [{ pk: `sized|${customer}` }] })
  await expect(many).rejects.toBeInstanceOf(EnqueueIncompleteError)

  // It is one job until its last attempt has failed; then there is room for another, and the letter may come back all the same.
  await world.deadLetters('sized', 2)
  await world.client.enqueue(sized, job('next'), LATER)
  await expect(world.client.enqueue(sized, job('other'))).rejects.toThrow(/3 of 3 jobs/)
  expect((await world.client.redrive('sized')).redriven).toBe(2)
  await expect(world.client.enqueue(sized, job('other'))).rejects.toThrow(/[345] of 3 jobs/)
})

it('goes by the maximum that staff sets, for as long as that stands', async () => {
  const named = (customer: string) => ({ queue: 'sized', partition: customer }) as const
  const put = (name: string) => world.client.enqueue(sized, { customer: 'globex', name, fails: 0 }, LATER)
  await put('one')
  await world.admin.setMaxQueueSize(named('globex'), 1, { by: 'ann', reason: 'they run wild' })
  await expect(put('two')).rejects.toMatchObject({ size: 1, maxQueueSize: 1 })
  expect(whyText(await world.admin.why('sized', 'globex'))).toMatch(
    /^partition full 1\/1: enqueue is refused, set by ann: they run wild/,
  )
  await world.admin.setMaxQueueSize(named('globex'), 5, { by: 'ann' })
  const puts = Array.from({ length: 8 }, (_, n) => put(`job-${n}`))
  const outcomes = await Promise.allSettled(puts)
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(4)
  await world.admin.setMaxQueueSize(named('globex'), null, { by: 'ann' })
  await expect(put('last')).rejects.toMatchObject({ size: 5, maxQueueSize: 3 })
})
