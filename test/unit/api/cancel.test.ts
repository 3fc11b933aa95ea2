/** How a client names the job that it cancels, and what it has to say. */
import { expect, test } from 'vitest'
import { cancelling } from '../../../lib/api/cancel.ts'
import { newJob } from '../../../lib/core/job/new-job.ts'
import { type Config, defineConfig } from '../../../lib/core/queue/config.ts'
import { configOf, jobItem, NOW, value } from '../../support/builders.ts'
import { untyped } from '../../support/untyped.ts'
import { World } from '../../support/world.ts'

const NOTE = { by: 'ann', reason: 'no use' }

function clientOf(shards = 1, config: Config = configOf({ concurrency: 100, shards })) {
  const world = new World(config)
  const { context } = world
  const client = cancelling({ ...context, wake: () => context.wake, keepsPayloads: false })
  return { world, client }
}
const delayed = { queue: 'crm', task: 'sync', payload: { customer: 'acme' }, delay: '1h', id: 'j' }

test.each([1, 7])('by its key, or by its id, among %i shards', async (shards) => {
  for (const how of ['key', 'id']) {
    const { world, client } = clientOf(shards)
    const item = value(newJob(world.context.config, delayed, NOW))
    world.put(item)
    const named = how === 'key' ? item : ({ queue: 'crm', partition: 'acme', id: 'j' } as const)
    expect(await client.cancel(named, NOTE)).toEqual({ kind: 'cancelled' })
    expect(world.dead).toMatchObject([{ reason: 'cancelled', error: 'cancelled by ann: no use' }])
    expect(await client.cancel(named, NOTE)).toEqual({ kind: 'gone' })
  }
})

test('by its id, in the lane of the value that its queue’s rate goes by, or searched for', async () => {
  const rateLimit = { allowed: 1, period: '1h', partition: { payload: 'region' } } as const
  const config = defineConfig({ queues: { crm: { partition: { payload: 'customer' }, rateLimit } } })
  const { world, client } = clientOf(1, config)
  for (const id of ['j', 'k', 'l']) {
    const job = {
      ...delayed,
      payload: { customer: 'acme', region: 'a|b+' },
      id,
      delay: id === 'l' ? 0 : '1h',
    }
    world.put(value(newJob(config, job, NOW)))
  }
  const named = { queue: 'crm', partition: 'acme' } as const
  expect(await client.cancel({ ...named, id: 'j', rate: 'a|b+' }, NOTE)).toEqual({ kind: 'cancelled' })
  expect(await client.cancel({ ...named, id: 'k', rate: 'other' }, NOTE)).toEqual({ kind: 'gone' })
  await world.stream()
  expect(await client.cancel({ ...named, id: 'k' }, NOTE)).toEqual({ kind: 'cancelled' })
  await expect(client.cancel({ ...named, id: 'k', rate: 'x'.repeat(300) }, NOTE)).rejects.toThrow('256')
})

test('by its id, in the lane of the value that its queue’s batches go by, beside that of its rate', async () => {
  const rateLimit = { allowed: 1, period: '1h', partition: { payload: 'region' } } as const
  const batch = { size: 3, wait: '5m', by: { payload: 'list' } } as const
  const config = defineConfig({ queues: { crm: { partition: { payload: 'customer' }, rateLimit, batch } } })
  const { world, client } = clientOf(1, config)
  const payload = { customer: 'acme', region: 'eu', list: 'a|b+' }
  for (const id of ['j', 'k']) world.put(value(newJob(config, { ...delayed, payload, id, delay: 0 }, NOW)))
  await world.stream()
  const named = { queue: 'crm', partition: 'acme', rate: 'eu' } as const
  expect(await client.cancel({ ...named, id: 'j', batch: 'a|b+' }, NOTE)).toEqual({ kind: 'cancelled' })
  expect(await client.cancel({ ...named, id: 'k', batch: 'other' }, NOTE)).toEqual({ kind: 'gone' })
  // It waits for its first batch, so its lane stands in no books: that it is gone would not be true.
  await expect(client.cancel({ ...named, id: 'k' }, NOTE)).rejects.toThrow('say `batch` for the value')
  await expect(client.cancel({ queue: 'crm', partition: 'acme', id: 'k' }, NOTE)).rejects.toThrow(
    'say `rate` and `batch`',
  )
})

test('one that waits beyond 10,000 others is not looked for any further', async () => {
  const { world, client } = clientOf()
  const range = async () => ({
    items: Array.from({ length: 250 }, () => jobItem({ id: 'other' })),
    more: true,
  })
  Object.assign(world.context.store.jobs, { range })
  const named = { queue: 'crm', partition: 'acme', id: 'j' } as const
  expect(await client.cancel(named, NOTE)).toEqual({ kind: 'not found', looked: 10_000 })
})

test.each([
  [{ pk: 'none|acme', sk: jobItem().sk }, NOTE, 'there is no queue "none"'],
  [{ pk: 'crm|acme', sk: '5#yesterday#a' }, NOTE, 'yesterday'],
  [{ queue: 'none', id: 'a' }, NOTE, 'there is no queue "none"'],
  [{ queue: 'crm', id: 'a' }, NOTE, 'is partitioned'],
  [{ queue: 'crm', partition: 'acme', id: 'a b' }, NOTE, 'a b'],
  [jobItem(), {}, 'by: '],
  [jobItem(), { by: '' }, 'by: '],
] as const)('%j by %j is refused', async (job, note, why) => {
  await expect(clientOf().client.cancel(untyped(job), untyped(note))).rejects.toThrow(why)
})

test.each(['', 'soon', 0, -1, '-5m', Number.NaN, null, 1e18])('ttl: %j is refused', (ttl) => {
  const job = newJob(configOf({}), { ...delayed, ttl: untyped(ttl) }, NOW)
  expect(job).toMatchObject({ ok: false, reason: expect.stringContaining('ttl') })
})

test('a ttl begins when the job becomes due', () => {
  const job = value(newJob(configOf({}), { ...delayed, ttl: '10m' }, NOW))
  expect(job.startBefore).toBe(NOW + 70 * 60_000)
})
