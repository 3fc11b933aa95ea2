/** Who has got units from a visit is visited, whatever else of that visit fails. */
import { expect, test } from 'vitest'
import type { JobItem } from '../../../lib/core/job/job.ts'
import type { Priority, ShardKey } from '../../../lib/core/keys.ts'
import { chunkKeyOf, homeChunk } from '../../../lib/core/limits/chunk-name.ts'
import { limiterKey, poolNamed, totalOf } from '../../../lib/core/limits/queue-limiter.ts'
import { defineConfig } from '../../../lib/core/queue/config.ts'
import { jobItem } from '../../support/builders.ts'
import { chunked } from '../../support/chunked.ts'
import { deliver, live, longRunning } from '../../support/interleave.ts'
import { World } from '../../support/world.ts'

const POOL = limiterKey(poolNamed('api'))
const TOTAL = limiterKey(totalOf('crm'))
const job = (pk: string, id: string, priority: Priority = 5): JobItem =>
  jobItem({ pk: pk as ShardKey, id, priority })

async function putOneByOne(world: World, ...jobs: readonly JobItem[]) {
  for (const one of jobs) {
    world.put(one)
    await deliver(world)
  }
}

test('a shard that is served at one limiter is visited though the books of the next cannot be written', async () => {
  const world = new World(
    defineConfig({
      pools: { api: { concurrency: 1 } },
      queues: {
        crm: {
          partition: { payload: 'customer' },
          concurrency: 1,
          timeout: 60_000,
          total: 1,
          pools: { api: 1 },
        },
      },
    }),
  )
  const end = longRunning(world, () => true)
  await putOneByOne(world, job('crm|a', 'a1'), job('crm|b', 'b1'))
  const { states } = world.context.store
  const { writeBooks } = states
  let fails = 1
  Object.assign(states, {
    writeBooks: (...given: Parameters<typeof writeBooks>) => {
      if (given[0].shard === TOTAL && fails-- > 0) return Promise.reject(new Error('throttled'))
      return writeBooks(...given)
    },
  })
  end()
  await live(world, 60_000)
  expect([...world.running]).toEqual(['b1'])
})

/** Jobs run until they are told to end. */
function endOf(world: World): (id: string) => void {
  world.remaining_ms = 14 * 60_000
  const ends = new Map<string, () => void>()
  world.handler = ({ id }) =>
    new Promise((resolve) => ends.set(id, () => resolve({ kind: 'succeeded' as const })))
  return (id) => ends.get(id)?.()
}

/** `crm|a` runs two jobs, of two units each; `mail|b` and `mail|c` wait, the first with a better priority: it is served before. */
async function waitingInTurn() {
  const world = new World(
    defineConfig({
      pools: { api: { concurrency: 4 } },
      queues: {
        crm: { partition: { payload: 'customer' }, concurrency: 2, timeout: 60_000, pools: { api: 2 } },
        mail: { partition: { payload: 'customer' }, concurrency: 1, timeout: 60_000, pools: { api: 1 } },
      },
    }),
  )
  const end = endOf(world)
  await putOneByOne(
    world,
    job('crm|a', 'a1'),
    job('crm|a', 'a2'),
    job('mail|b', 'b1', 3),
    job('mail|c', 'c1'),
  )
  expect([...world.running]).toEqual(['a1', 'a2'])
  return { world, end }
}

test('a shard that a visit has served is visited though the books are others when it serves the next', async () => {
  const { world, end } = await waitingInTurn()
  const { states } = world.context.store
  const { writeBooks } = states
  let writes = 0
  const raced: typeof writeBooks = async (owner, write) => {
    if (owner.shard !== POOL) return writeBooks(owner, write)
    writes++
    // Before it serves the next, of a worse priority, the other job of its own shard has ended.
    if (writes === 2) {
      end('a2')
      for (let n = 0; n < 3000; n++) await Promise.resolve()
    }
    return writeBooks(owner, write)
  }
  Object.assign(states, { writeBooks: raced })
  end('a1')
  for (let n = 0; n < 3000; n++) await Promise.resolve()
  await live(world, 60_000)
  expect([...world.running].toSorted()).toEqual(['b1', 'c1'])
})

test('a shard that a visit has served is visited though the write that serves the next fails', async () => {
  const { world, end } = await waitingInTurn()
  const { states } = world.context.store
  const { writeBooks } = states
  let writes = 0
  const failing: typeof writeBooks = (owner, write) => {
    if (owner.shard === POOL && ++writes === 2) return Promise.reject(new Error('no room'))
    return writeBooks(owner, write)
  }
  Object.assign(states, { writeBooks: failing })
  end('a1')
  await live(world, 60_000)
  expect([...world.running].toSorted()).toEqual(['a2', 'b1', 'c1'])
  expect(world.heard('books not settled')).toHaveLength(1)
})

test('a shard that a visit has served in another chunk is visited though what is read after that fails', async () => {
  const queue = { partition: { payload: 'customer' }, concurrency: 2, timeout: 60_000, total: 2 } as const
  const world = new World(chunked(defineConfig({ queues: { crm: queue } }), 2))
  const customerIn = (chunk: number) =>
    'abcdefgh'.split('').find((name) => {
      const home = { name: totalOf('crm'), chunks: 2 }
      return homeChunk(home, `crm|${name}` as ShardKey) === chunk
    })
  const [runs, waits] = [customerIn(1), customerIn(2)]
  const end = endOf(world)
  await putOneByOne(world, job(`crm|${runs}`, 'r1'), job(`crm|${runs}`, 'r2'), job(`crm|${waits}`, 'w1'))
  expect([...world.running]).toEqual(['r1', 'r2'])
  const { states } = world.context.store
  const { writeBooks, read } = states
  const failing: typeof writeBooks = async (owner, write) => {
    const outcome = await writeBooks(owner, write)
    const isServing = write.loans.some(({ borrower, is }) => borrower === `crm|${waits}` && is)
    const failOnce: typeof read = () => {
      Object.assign(states, { read })
      return Promise.reject(new Error('throttled'))
    }
    if (isServing && owner.shard === chunkKeyOf(TOTAL, 2))
      Object.assign(states, { read: failOnce, writeBooks })
    return outcome
  }
  Object.assign(states, { writeBooks: failing })
  end('r1')
  await live(world, 60_000)
  expect(world.heard('books not settled')).toHaveLength(1)
  expect([...world.running]).toEqual(['r2', 'w1'])
})
