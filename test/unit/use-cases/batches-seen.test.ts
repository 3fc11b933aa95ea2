/** A job of a batch in flight, and of one that waits, as others see it: who cancels, replaces, counts and asks. */
import { expect, test } from 'vitest'
import type { TaskOutcome } from '../../../lib/core/job/ending.ts'
import type { RawItem } from '../../../lib/core/job/job.ts'
import { onlyOne } from '../../../lib/core/job/one-only.ts'
import { queueNamed } from '../../../lib/core/queue/config.ts'
import { whyText } from '../../../lib/core/why/why-text.ts'
import { putNew } from '../../../lib/use-cases/enqueue-once.ts'
import { cancelJob } from '../../../lib/use-cases/operate/cancel-job.ts'
import { partitionsOf } from '../../../lib/use-cases/operate/partitions.ts'
import { statsOf } from '../../../lib/use-cases/operate/stats.ts'
import { whyJob, whyPartition } from '../../../lib/use-cases/operate/why.ts'
import { asId, configOf, jobItem, NOW, SHARD, value } from '../../support/builders.ts'
import { World } from '../../support/world.ts'

const CONFIG = configOf({
  concurrency: 1,
  retry: { attempts: 2, backoff: '1s', jitter: 0 },
  batch: { size: 3, wait: '10s' },
})
const FAILED: TaskOutcome = { kind: 'failed', error: 'Error: no' }
const MARK = { by: 'ann', at: NOW }

/** Three jobs in one slot, and one that waits behind them. */
async function claimed(): Promise<World> {
  const world = new World(CONFIG)
  world.put(...['a', 'b', 'c', 'd'].map((id) => jobItem({ id })))
  await world.stream()
  return world
}
const queueOf = (world: World) => {
  const queue = queueNamed(world.context.config, 'crm')
  if (!queue) throw new Error('no queue')
  return queue
}
const said = async (world: World, item: RawItem) => whyText(await whyJob(world.context, item))

test('one that is cancelled in flight is told so, does not start, and the others do', async () => {
  const world = await claimed()
  const { sk } = jobItem({ id: 'b' })
  expect(await cancelJob(world.context, { shard: SHARD, id: asId('b') }, MARK)).toEqual({
    kind: 'cancelling',
  })
  expect(await cancelJob(world.context, { shard: SHARD, id: asId('b'), sk }, MARK)).toEqual({
    kind: 'cancelling',
  })
  await world.settle()
  expect(world.batches).toEqual([['a', 'c']])
  expect(world.dead).toMatchObject([{ reason: 'cancelled' }])
})

test('one that is cancelled while its batch runs has no other attempt, and the others do', async () => {
  const world = await claimed()
  world.handler = async ({ id, attempt }) => {
    if (id === 'b') await cancelJob(world.context, { shard: SHARD, id: asId('b') }, MARK)
    return attempt === 1 && id !== 'd' ? FAILED : { kind: 'succeeded' }
  }
  await world.live(60_000)
  expect(world.ran.filter((id) => id === 'b')).toHaveLength(1)
  expect(world.ran.filter((id) => id === 'a')).toHaveLength(2)
  expect(world.dead).toMatchObject([{ reason: 'cancelled' }])
  expect([world.jobs, world.inFlight]).toEqual([[], []])
})

test('what is debounced does not take the place of one in flight', async () => {
  const world = new World(CONFIG)
  const enqueue = async (id: string, n: number) => {
    const item = jobItem({ id, runAt: world.now, payload: { n } })
    const only = onlyOne({ debounce: { key: 'index', wait: '1s' } }, item, `call ${n}`, world.now)
    return putNew(world.context.store, value(only))
  }
  world.put(jobItem({ id: 'a', runAt: NOW - 10 }), jobItem({ id: 'c', runAt: NOW + 9 }))
  await enqueue('b', 1)
  world.now += 20
  await world.stream()
  expect(world.takeWork()).toHaveLength(1)
  const there = await enqueue('x', 2)
  expect(there?.replaced).toBeUndefined()
  expect(world.jobs.map(({ sk }) => sk.split('#')[2]).toSorted()).toEqual(['a', 'b', 'c', 'x'])
})

test('counts are of jobs, and a slot is one', async () => {
  const world = await claimed()
  const stats = await statsOf(world.context, queueOf(world), 'acme')
  expect(stats).toMatchObject({ inFlight: 3, waiting: { count: 1 } })
  const partitions = await Array.fromAsync(partitionsOf(world.context, undefined))
  expect(partitions).toMatchObject([{ inFlight: 3 }])
  expect(await whyPartition(world.context, queueOf(world), 'acme')).toMatchObject({
    shards: [{ inFlight: 3 }],
  })
})

test('why says that one is claimed, or for what it waits', async () => {
  const world = await claimed()
  expect(await said(world, jobItem({ id: 'c' }))).toBe('claimed, its message is on its way since 09:00:00Z')
  expect(await said(world, jobItem({ id: 'd' }))).toMatch(/slots 1\/1, job a claimed/)
  await world.settle()
  expect(await said(world, jobItem({ id: 'd' }))).toBe(
    'waiting since 09:00:00Z: 1 of 3 jobs of a batch, sent in 10 s at the latest',
  )
})
