/** Unique keys of jobs that come back, or change their queue. */
import { expect, test } from 'vitest'
import { deadEvent, deadLetterOf } from '../../../lib/core/job/dead-letter.ts'
import type { JobItem } from '../../../lib/core/job/job.ts'
import { uniqueOf } from '../../../lib/core/job/lock.ts'
import { defineConfig } from '../../../lib/core/queue/config.ts'
import { putNew } from '../../../lib/use-cases/enqueue-once.ts'
import { moveJobs } from '../../../lib/use-cases/operate/move-jobs.ts'
import { redrive } from '../../../lib/use-cases/operate/redrive.ts'
import { asShard, jobItem, NOW, value } from '../../support/builders.ts'
import { World } from '../../support/world.ts'

const QUEUE = { partition: { payload: 'customer' }, concurrency: 1 } as const
const worldOf = () => new World(defineConfig({ queues: { crm: QUEUE, other: QUEUE, old: QUEUE } }))
let calls = 0

async function enqueue(world: World, id: string, pk = 'crm|acme'): Promise<string | undefined> {
  const item: JobItem = jobItem({ id, pk: asShard(pk), runAt: world.now })
  const job = value(uniqueOf({ key: 'nightly' }, item, `call ${calls++}`, world.now))
  const there = await putNew(world.context.store, job)
  return there?.sk.split('#')[2]
}

async function died(world: World, id: string): Promise<void> {
  await enqueue(world, id)
  const item = world.jobs.find(({ sk }) => sk.endsWith(`#${id}`))
  if (!item) throw new Error(`${id} is not there`)
  await world.context.store.jobs.bury(item, deadLetterOf(item, 'exhausted', 'no', NOW - 1000 + calls))
}

test('a job that is put back has its key again', async () => {
  const world = worldOf()
  await died(world, 'first')
  expect(await redrive(world.context, 'crm')).toEqual({ redriven: 1, skipped: [] })
  expect(await enqueue(world, 'second')).toBe('first')
  await world.stream()
  await world.settle()
  expect(await enqueue(world, 'third')).toBeUndefined()
})

test('one whose key is another’s stays a letter and says so, until that has ended', async () => {
  const world = worldOf()
  await died(world, 'first')
  await died(world, 'second')
  await enqueue(world, 'holder')
  const result = await redrive(world.context, 'crm')
  expect(result.redriven).toBe(0)
  expect(result.skipped.map(({ reason }) => reason)).toEqual(
    [1, 2].map(() => expect.stringContaining("another job's")),
  )
  expect(world.jobs.map(({ sk }) => sk.split('#')[2])).toEqual(['holder'])
  await world.stream()
  await world.settle()
  expect(await redrive(world.context, 'crm')).toMatchObject({ redriven: 1, skipped: [{}] })
})

test('one that is put back in another queue has its key there', async () => {
  const world = worldOf()
  await died(world, 'first')
  await redrive(world.context, 'crm', { to: 'other' })
  expect(await enqueue(world, 'second', 'other|acme')).toBe('first')
  expect(await enqueue(world, 'third')).toBeUndefined()
})

test('a key that is taken between looking and writing is not taken over', async () => {
  const world = worldOf()
  await died(world, 'first')
  const { history } = world.context.store
  const { putBack } = history
  Object.assign(history, {
    putBack: async (...call: Parameters<typeof putBack>) => {
      Object.assign(history, { putBack })
      await enqueue(world, 'holder')
      return putBack(...call)
    },
  })
  expect(await redrive(world.context, 'crm')).toMatchObject({ redriven: 0, skipped: [{}] })
  expect(world.jobs).toHaveLength(1)
})

test('an event that is put back has the key that it asked for', async () => {
  const world = worldOf()
  const detail = { queue: 'crm', task: 'sync', payload: { customer: 'acme' }, unique: { key: 'nightly' } }
  const event = { id: 'event', time: new Date(NOW).toISOString(), detail }
  await world.context.store.history.bury(deadEvent({ queue: 'crm', id: 'm', event }, 'no', NOW - 1))
  expect(await redrive(world.context, 'crm')).toEqual({ redriven: 1, skipped: [] })
  const at = world.jobs[0]?.sk.split('#')[2]
  expect(await enqueue(world, 'second')).toBe(at)
})

test('a job that is moved to another queue has its key there, unless another has it', async () => {
  const world = worldOf()
  const operator = { ...world.context, config: defineConfig({ queues: { crm: QUEUE, other: QUEUE } }) }
  await enqueue(world, 'first', 'old|acme')
  await enqueue(world, 'holder', 'other|acme')
  expect(await moveJobs(operator, 'old', { to: 'other' })).toMatchObject({
    moved: 0,
    skipped: [{ reason: expect.stringContaining('unique key') }],
  })
  expect(await moveJobs(operator, 'old', { to: 'crm' })).toEqual({ moved: 1, skipped: [] })
  expect(await enqueue(world, 'second')).toBe('first')
  expect(await enqueue(world, 'third', 'old|acme')).toBeUndefined()
})

test('a job that is moved and has lost its key goes without', async () => {
  const world = worldOf()
  const operator = { ...world.context, config: defineConfig({ queues: { crm: QUEUE, other: QUEUE } }) }
  world.put({ ...jobItem({ id: 'raw', pk: asShard('old|acme') }), uniqueKey: 'nightly' })
  await enqueue(world, 'holder')
  expect(await moveJobs(operator, 'old', { to: 'crm' })).toEqual({ moved: 1, skipped: [] })
  expect(await enqueue(world, 'second')).toBe('holder')
})
