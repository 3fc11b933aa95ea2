/** How a client names the job that it cancels, and what it has to say. */
import { expect, test } from 'vitest'
import { cancelling } from '../../../lib/api/cancel.ts'
import { newJob } from '../../../lib/core/job/new-job.ts'
import { configOf, jobItem, NOW, value } from '../../support/builders.ts'
import { untyped } from '../../support/untyped.ts'
import { World } from '../../support/world.ts'

const NOTE = { by: 'ann', reason: 'no use' }

function clientOf(shards = 1) {
  const world = new World(configOf({ concurrency: 100, shards }))
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
