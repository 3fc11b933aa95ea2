/** A unit of a total goes with the invocation to the next shard in the line, and what its job needs of a pool goes along. */
import { expect, test } from 'vitest'
import type { JobItem } from '../../../lib/core/job/job.ts'
import type { ShardKey } from '../../../lib/core/keys.ts'
import { booksOf } from '../../../lib/core/limits/books.ts'
import { placeAt } from '../../../lib/core/limits/place.ts'
import { limiterKey, poolNamed, totalOf } from '../../../lib/core/limits/queue-limiter.ts'
import { defineConfig } from '../../../lib/core/queue/config.ts'
import { asShard, jobItem } from '../../support/builders.ts'
import { deliver, live, longRunning } from '../../support/interleave.ts'
import { World } from '../../support/world.ts'

const QUEUE = { partition: { payload: 'customer' }, concurrency: 1, timeout: 60_000 } as const
const POOL = limiterKey(poolNamed('api'))
const TOTAL = limiterKey(totalOf('crm'))
const job = (pk: string, id: string): JobItem => jobItem({ pk: pk as ShardKey, id })

/** `mail` shares the pool. */
const worldOf = (pool: number, total = 1) =>
  new World(
    defineConfig({
      pools: { api: { concurrency: pool } },
      queues: { crm: { ...QUEUE, total, pools: { api: 1 } }, mail: { ...QUEUE, pools: { api: 1 } } },
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
  expect(written).toEqual([POOL, TOTAL])
})

test('not of a limiter that does not cover the next one', async () => {
  const world = worldOf(1)
  const end = await waiting(world, job('crm|a', 'a1'), job('mail|d', 'd1'), job('crm|b', 'b1'))
  end()
  await deliver(world)
  expect([...world.running]).toEqual(['d1'])
  expect(booksOf(world.state(TOTAL)).slots.loans).toEqual({})
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
    if (owner.shard !== TOTAL || !fails) return writeBooks(owner, write)
    fails = false
    return Promise.reject(new Error('no room'))
  }
  Object.assign(states, { writeBooks: failingOnce })
  end()
  await live(world, 5000)
  expect([...world.running]).toEqual(['b1'])
  expect(world.happened.map(({ kind }) => kind)).toContain('books not settled')
})

test('what went along with one write goes along with no other: whoever got it may have given it back by then', async () => {
  const world = worldOf(1, 2)
  const end = await waiting(world, job('crm|a', 'a1'), job('crm|b', 'b1'))
  const { states } = world.context.store
  const { writeBooks } = states
  const b = { resource: 'slots', borrower: 'crm|b' } as const
  const change = (part: object) =>
    writeBooks(world.state(TOTAL), { loans: [], line: [], isLending: false, expiresAt: 0, ...part })
  const before = [
    // Another comes to wait, so that the visit serves that one, too.
    () => change({ line: [{ ...b, borrower: 'crm|c', turn: placeAt(5, 1) }] }),
    // Meanwhile the first has ended its job, for which its item is written, and nobody knows it there any more.
    async () => {
      await states.fence(asShard('crm|b'), 0)
      await change({
        loans: [{ ...b, was: booksOf(world.state(TOTAL)).slots.loans['crm|b'], is: undefined }],
        isLending: true,
      })
    },
  ]
  const lent: string[][] = []
  const raced: typeof writeBooks = async (owner, write) => {
    if (owner.shard === TOTAL) await before.shift()?.()
    const outcome = await writeBooks(owner, write)
    if (owner.shard === TOTAL && outcome.kind === 'written')
      lent.push(write.loans.flatMap(({ borrower, is }) => (is ? [borrower] : [])))
    return outcome
  }
  Object.assign(states, { writeBooks: raced })
  world.handler = () => new Promise(() => {})
  end()
  for (let n = 0; n < 1000; n++) await Promise.resolve()
  // In the end it borrows itself what its job needs.
  expect(lent).toEqual([['crm|b'], ['crm|c'], ['crm|b']])
})
