/** Units that nobody knows of, for somebody has died or a message was lost: whoever waits finds them at the next sweep, wherever they lie. */
import { expect, test } from 'vitest'
import type { TaskOutcome } from '../../../lib/core/job/ending.ts'
import type { ShardKey } from '../../../lib/core/keys.ts'
import { homeChunk } from '../../../lib/core/limits/chunk-name.ts'
import { limiterKey, totalOf } from '../../../lib/core/limits/queue-limiter.ts'
import { defineConfig } from '../../../lib/core/queue/config.ts'
import { lendToChunk } from '../../../lib/use-cases/lending/chunk-moves.ts'
import { pauseQueue } from '../../../lib/use-cases/operate/pause-queue.ts'
import { overrideLimits } from '../../../lib/use-cases/operate/set-limits.ts'
import { jobItem } from '../../support/builders.ts'
import { chunked } from '../../support/chunked.ts'
import { ahead, deliver, live } from '../../support/interleave.ts'
import { World } from '../../support/world.ts'

const QUEUE = { partition: { payload: 'customer' }, concurrency: 1, timeout: 60_000 } as const
const TOTAL = totalOf('crm')
const CHUNKS = 2
const total = (units: number) =>
  new World(chunked(defineConfig({ queues: { crm: { ...QUEUE, total: units } } }), CHUNKS))
const customersOf = (chunk: number): string[] =>
  'abcdefghijklmnopqrstuvwxyz'
    .split('')
    .filter((customer) => homeChunk({ name: TOTAL, chunks: CHUNKS }, `crm|${customer}` as ShardKey) === chunk)

const job = (pk: string, id: string) =>
  jobItem({ pk: pk as ShardKey, id, payload: { customer: pk.split('|')[1] ?? '' } })

/** Jobs run until they are told to end. */
function holding(world: World): () => void {
  const ends: (() => void)[] = []
  world.handler = () => new Promise<TaskOutcome>((resolve) => ends.push(() => resolve({ kind: 'succeeded' })))
  return () => {
    for (const end of ends.splice(0)) end()
  }
}

/** Jobs end, and the messages that this sends never arrive. */
async function endInSilence(world: World, end: () => void): Promise<string[]> {
  end()
  for (let n = 0; n < 1000; n++) await Promise.resolve()
  return world.takeWakes().map(({ shard }) => shard)
}

async function sweepTwice(world: World): Promise<void> {
  for (let n = 0; n < 2; n++) {
    await world.sweep()
    await live(world, 5000)
  }
}

const pausePartition = (world: World, customer: string) => {
  const { crm } = world.context.config.queues
  if (!crm) throw new Error('there is no such queue')
  return overrideLimits(world.context, crm, customer, { concurrency: 0 })
}

const PAUSES: Readonly<Record<string, (world: World) => Promise<void>>> = {
  queue: (world) => pauseQueue(world.context, 'crm', { by: 'ann@example.com' }),
  partition: (world) => pausePartition(world, 'a'),
}

test.each(Object.entries(PAUSES))(
  'what a paused %s was lent, and never heard of, goes to others that wait for the pool',
  async (_, pause) => {
    const pooled = { ...QUEUE, pools: { api: 1 } }
    const pools = { api: { concurrency: 1 } }
    const world = new World(defineConfig({ pools, queues: { crm: pooled, mail: pooled } }))
    const end = holding(world)
    for (const [pk, id] of [
      ['mail|b', 'b1'],
      ['crm|a', 'a1'],
      ['mail|c', 'c1'],
    ] as const) {
      world.put(job(pk, id))
      await deliver(world)
    }
    expect([...world.running]).toEqual(['b1'])
    await pause(world)
    world.takeWakes()
    expect(await endInSilence(world, end)).toEqual(['crm|a'])
    await sweepTwice(world)
    expect([...world.running]).toEqual(['c1'])
  },
)

test('so does what it was lent by a chunk in which nobody waits', async () => {
  const world = total(1)
  const end = holding(world)
  const [first = '', waits = ''] = customersOf(1)
  const [paused = ''] = customersOf(2)
  for (const customer of [first, waits, paused]) {
    world.put(job(`crm|${customer}`, customer))
    await live(world, 1000)
  }
  expect([...world.running]).toEqual([first])
  await pausePartition(world, paused)
  world.takeWakes()
  expect(await endInSilence(world, end)).toEqual([`crm|${paused}`])
  await sweepTwice(world)
  expect([...world.running]).toEqual([waits])
})

test('a unit that a chunk has given back, and the root has not heard of, goes to a job in another', async () => {
  const world = total(1)
  holding(world)
  await lendToChunk(world.context, world.state(limiterKey(TOTAL)), 2, 1)
  ahead(world, 'recordBorrowed', async () =>
    ahead(world, 'writeBooks', () => Promise.reject(new Error('the process has died'))),
  )
  const [customer = ''] = customersOf(1)
  world.put(job(`crm|${customer}`, 'a1'))
  await deliver(world)
  expect([...world.running]).toEqual([])
  await sweepTwice(world)
  expect([...world.running]).toEqual(['a1'])
})
