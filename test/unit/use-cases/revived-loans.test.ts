/** A loan that was paid back, and forgotten on both sides, is not made anew by one who has read the books before that. */
import { expect, test } from 'vitest'
import { parseShard, type ShardKey } from '../../../lib/core/keys.ts'
import { chunkKeyOf } from '../../../lib/core/limits/chunk-name.ts'
import { held } from '../../../lib/core/limits/limiter.ts'
import { limiterKey, poolNamed, totalOf } from '../../../lib/core/limits/queue-limiter.ts'
import { defineConfig, type QueueConfig } from '../../../lib/core/queue/config.ts'
import { giverIn, lendToChunk, moveUnits } from '../../../lib/use-cases/lending/chunk-moves.ts'
import { collect } from '../../../lib/use-cases/lending/collect.ts'
import { limiterSeen } from '../../../lib/use-cases/lending/limiter-capacity.ts'
import { overrideLimits } from '../../../lib/use-cases/operate/set-limits.ts'
import { jobItem } from '../../support/builders.ts'
import { chunked } from '../../support/chunked.ts'
import { deliver, longRunning } from '../../support/interleave.ts'
import { World } from '../../support/world.ts'

const QUEUE = { partition: { payload: 'customer' }, concurrency: 4, timeout: 60_000 } as const
const [GIVER, OTHER] = ['crm|a', 'crm|b'] as [ShardKey, ShardKey]
const job = (pk: ShardKey, id: string) => jobItem({ pk, id })

/** What another shard sees of a pool. */
async function seenBy(world: World, key: ShardKey) {
  const shard = parseShard(key)
  const [limiter] = world.context.config.queues['crm']?.limiters ?? []
  if (!shard.ok || !limiter) throw new Error('no such shard or limiter')
  const { capacity } = await limiterSeen(
    world.context,
    { state: world.state(key), shard: shard.value },
    limiter,
  )
  if (capacity === 'stale') throw new Error('nobody was faster')
  return capacity
}

test('by one who looks for what a shard does not use', async () => {
  const pools = { api: { concurrency: 2 } }
  const world = new World(defineConfig({ pools, queues: { crm: { ...QUEUE, pools: { api: 1 } } } }))
  const end = longRunning(world, () => true)
  world.put(job(GIVER, 'a1'), job(GIVER, 'a2'))
  await deliver(world)
  const capacity = await seenBy(world, OTHER)
  end()
  await deliver(world)
  const { crm } = world.context.config.queues
  await overrideLimits(world.context, crm as QueueConfig, 'a', { concurrency: 0 })
  world.put(job(GIVER, 'a3'))
  await deliver(world)
  expect(world.state(GIVER).borrowedFrom).toEqual({})
  const { books, version } = world.state(limiterKey(poolNamed('api')))
  expect(books?.slots.loans).toEqual({})
  expect(version).toBe(capacity.owner.version)
  const own = { state: world.state(OTHER), leaves: 'nothing' } as const
  await collect(world.context, capacity, { slots: 1, starts: 0 }, own)
  expect(held(world.state(GIVER).borrowedFrom?.[poolNamed('api')]?.slots)).toBe(0)
})

test('nor by one who moves the units of a chunk', async () => {
  const config = defineConfig({ queues: { crm: { ...QUEUE, total: 4 } } })
  const world = new World(chunked(config, 2))
  const { context } = world
  const root = () => world.state(limiterKey(totalOf('crm')))
  const chunk = (number: number) => world.state(chunkKeyOf(root().shard, number))
  const giver = (number: number, seen = root()) => {
    const found = giverIn(seen, { number, owner: chunk(number) })
    if (!found) throw new Error('it has nothing to give')
    return found
  }
  const move = (from: number, units: number, to: number) =>
    moveUnits(context, giver(from), units, { root: root(), to })
  await lendToChunk(context, root(), 1, 2)
  const before = root()
  await move(1, 2, 2)
  await move(2, 2, 1)
  await move(1, 2, 2)
  expect(root().version).toBe(before.version)
  await moveUnits(context, giver(1, before), 1, { root: before, to: 2 })
  expect(held(chunk(1).borrowed?.slots)).toBe(0)
})
