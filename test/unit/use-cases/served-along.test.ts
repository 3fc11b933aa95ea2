/** A unit of a total goes with the invocation to the next shard in the line, and what its job needs of a pool goes along. */
import { expect, test } from 'vitest'
import type { JobItem } from '../../../lib/core/job/job.ts'
import type { ShardKey } from '../../../lib/core/keys.ts'
import { booksOf } from '../../../lib/core/limits/books.ts'
import { limiterKey, poolNamed, totalOf } from '../../../lib/core/limits/queue-limiter.ts'
import { defineConfig } from '../../../lib/core/queue/config.ts'
import { jobItem } from '../../support/builders.ts'
import { deliver, live, longRunning } from '../../support/interleave.ts'
import { World } from '../../support/world.ts'

const QUEUE = { partition: { payload: 'customer' }, concurrency: 1, timeout: 60_000 } as const
const POOL = limiterKey(poolNamed('api'))
const job = (pk: string, id: string): JobItem => jobItem({ pk: pk as ShardKey, id })

/** The queue's total is 1; `mail` shares the pool. */
const worldOf = (pool: number) =>
  new World(
    defineConfig({
      pools: { api: { concurrency: pool } },
      queues: { crm: { ...QUEUE, total: 1, pools: { api: 1 } }, mail: { ...QUEUE, pools: { api: 1 } } },
    }),
  )

/** Which writes of books there are, from now on. */
function booksWritten(world: World): string[] {
  const { states } = world.context.store
  const { writeBooks } = states
  const written: string[] = []
  const noted: typeof writeBooks = (owner, write) => {
    written.push(owner.shard)
    return writeBooks(owner, write)
  }
  Object.assign(states, { writeBooks: noted })
  return written
}

/** Which shards are read, from now on. */
function statesRead(world: World): string[] {
  const { states } = world.context.store
  const { read } = states
  const keys: string[] = []
  Object.assign(states, {
    read: (shard: ShardKey) => {
      keys.push(shard)
      return read(shard)
    },
  })
  return keys
}

const LINE = (world: World) => Object.keys(booksOf(world.state(POOL)).slots.line)

/** The first job runs, and then the others wait, in their order. */
async function waiting(world: World, ...jobs: readonly JobItem[]): Promise<() => void> {
  const end = longRunning(world, () => true)
  for (const one of jobs) {
    world.put(one)
    await deliver(world)
  }
  return end
}

test('each limiter is written once for each job that follows another', async () => {
  const world = worldOf(1)
  const end = await waiting(world, job('crm|a', 'a1'), job('crm|b', 'b1'), job('crm|c', 'c1'))
  expect(LINE(world)).toEqual(['crm|b', 'crm|c'])
  const [written, read] = [booksWritten(world), statesRead(world)]
  end()
  await deliver(world)
  expect([...world.running]).toEqual(['b1'])
  expect(read.filter((shard) => shard === 'crm|b')).toHaveLength(1)
  expect(written).toEqual([POOL, limiterKey(totalOf('crm'))])
})

test('not of a limiter that does not cover the next one', async () => {
  const world = worldOf(1)
  const end = await waiting(world, job('crm|a', 'a1'), job('mail|d', 'd1'), job('crm|b', 'b1'))
  end()
  await deliver(world)
  expect([...world.running]).toEqual(['d1'])
  expect(booksOf(world.state(limiterKey(totalOf('crm')))).slots.loans).toEqual({})
})

test('who visits the next one goes by its item as it was read just before, and reads it again if that has changed', async () => {
  const world = worldOf(1)
  const end = await waiting(world, job('crm|a', 'a1'), job('crm|b', 'b1'))
  const { states } = world.context.store
  const { pass } = states
  const reads = statesRead(world)
  Object.assign(states, {
    pass: async (state: Parameters<typeof pass>[0], write: Parameters<typeof pass>[1]) => {
      const isFirst = state.shard === 'crm|b' && reads.filter((shard) => shard === 'crm|b').length === 1
      if (isFirst) await states.fence('crm|b' as ShardKey, world.now + 60_000)
      return pass(state, write)
    },
  })
  end()
  await deliver(world)
  expect([...world.running]).toEqual(['b1'])
  expect(reads.filter((shard) => shard === 'crm|b')).toHaveLength(2)
})

test('who was served at one limiter is visited, though the books of the next cannot be written', async () => {
  const world = worldOf(1)
  const end = await waiting(world, job('crm|a', 'a1'), job('crm|b', 'b1'))
  const { states } = world.context.store
  const { writeBooks } = states
  let fails = true
  const failingOnce: typeof writeBooks = (owner, write) => {
    if (owner.shard !== limiterKey(totalOf('crm')) || !fails) return writeBooks(owner, write)
    fails = false
    return Promise.reject(new Error('no room'))
  }
  Object.assign(states, { writeBooks: failingOnce })
  end()
  await live(world, 5000)
  expect([...world.running]).toEqual(['b1'])
  expect(world.happened.map(({ kind }) => kind)).toContain('books not settled')
})
