/** A job lies where it was put: whoever asks for it, counts it or cancels it finds it there, however many shards there are now. */
import { expect, test } from 'vitest'
import { cancelling } from '../../../lib/api/cancel.ts'
import { queueNamed } from '../../../lib/core/queue/config.ts'
import { statsOf } from '../../../lib/use-cases/operate/stats.ts'
import { whyPartition } from '../../../lib/use-cases/operate/why.ts'
import { configOf, jobItem, NOW } from '../../support/builders.ts'
import { damage, PLAIN, shard } from '../../support/spread.ts'
import { World } from '../../support/world.ts'

const NOTE = { by: 'ann' }
/** One job runs and `job` waits, in a shard that the configuration may not have. */
async function worldOf(pk: typeof PLAIN, shards: number) {
  const world = new World(configOf({ concurrency: 1, shards }))
  world.put(jobItem({ id: 'first', pk, runAt: NOW - 2000 }), jobItem({ id: 'job', pk, runAt: NOW - 1000 }))
  await world.stream()
  const queue = queueNamed(world.context.config, 'crm')
  if (!queue) throw new Error('no queue')
  return { world, queue }
}
const places = [
  [PLAIN, 3],
  [shard(1), 3],
  [shard(7), 3],
  [shard(7), 1],
] as const

test.each(places)('a job in %s of %i shards is cancelled by its id', async (pk, shards) => {
  const { world } = await worldOf(pk, shards)
  const { context } = world
  const client = cancelling({ ...context, wake: () => context.wake, keepsPayloads: false })
  const named = { queue: 'crm', partition: 'acme', id: 'job' } as const
  expect(await client.cancel(named, NOTE)).toEqual({ kind: 'cancelled' })
  expect(await client.cancel(named, NOTE)).toEqual({ kind: 'gone' })
  await world.live(60_000)
  expect(world.ran).toEqual(['first'])
})

test.each(places)('a job in %s of %i shards is counted, and what holds it is said', async (pk, shards) => {
  const { world, queue } = await worldOf(pk, shards)
  const { waiting, inFlight } = await statsOf(world.context, queue, 'acme')
  expect([waiting, inFlight]).toEqual([{ count: 1 }, 1])
  const why = await whyPartition(world.context, queue, 'acme')
  expect(why).toMatchObject({ shards: [{ shard: pk, inFlight: 1, holds: [{ reason: 'slots' }] }] })
})

test('a damaged plain shard hides no other one of the configuration', async () => {
  const { world, queue } = await worldOf(shard(1), 3)
  damage(world, PLAIN)
  const { troubles } = await statsOf(world.context, queue, 'acme')
  expect(troubles.map(({ kind }) => kind)).toEqual(['damaged', 'damaged', 'damaged', 'damaged'])
})
