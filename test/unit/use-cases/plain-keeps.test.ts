/** The plain shard keeps what its next job needs of its partition while that waits for a total or a pool, as the others do. */
import { expect, test } from 'vitest'
import type { JobItem } from '../../../lib/core/job/job.ts'
import type { Priority, ShardKey } from '../../../lib/core/keys.ts'
import { lentOut, NOTHING_LENT } from '../../../lib/core/limits/limiter.ts'
import { defineConfig } from '../../../lib/core/queue/config.ts'
import { jobItem } from '../../support/builders.ts'
import { deliver, live, longRunning } from '../../support/interleave.ts'
import { World } from '../../support/world.ts'

const PLAIN = 'crm|acme' as ShardKey
const OTHER = 'crm|acme|1' as ShardKey

/** Two of three slots are in use, and with them all of the total: what is left is a slot that nobody can use. */
async function withFullTotal() {
  const world = new World(
    defineConfig({
      queues: { crm: { partition: { payload: 'customer' }, concurrency: 3, timeout: 60_000, total: 2 } },
    }),
  )
  const end = longRunning(world, () => true)
  world.put(job(PLAIN, 'p1'), job(OTHER, 'o1'))
  await deliver(world)
  expect([...world.running].toSorted()).toEqual(['o1', 'p1'])
  return { world, end }
}
const job = (pk: ShardKey, id: string, priority: Priority = 5): JobItem => jobItem({ pk, id, priority })

/** How often passes write from now on, and books. */
function writesOf(world: World): () => number {
  const { states } = world.context.store
  const { pass, writeBooks } = states
  let writes = 0
  const count = () => {
    if (++writes > 200) throw new Error('it never ends')
  }
  const counted: Pick<typeof states, 'pass' | 'writeBooks'> = {
    pass: (state, change) => {
      count()
      return pass(state, change)
    },
    writeBooks: (owner, change) => {
      count()
      return writeBooks(owner, change)
    },
  }
  Object.assign(states, counted)
  return () => writes
}

test('a slot that nobody can use does not go to and fro between the plain shard and another', async () => {
  const { world } = await withFullTotal()
  const writes = writesOf(world)
  world.put(job(PLAIN, 'p2', 3), job(OTHER, 'o2'))
  await live(world, 5000)
  expect(writes()).toBeLessThan(12)
})

test('what it keeps for its next job goes to no other shard, and it keeps nothing when that has started', async () => {
  const { world, end } = await withFullTotal()
  world.put(job(PLAIN, 'p2'))
  await live(world, 5000)
  expect(world.state(PLAIN).keepsNext).toBe('slot and start')
  world.put(job(OTHER, 'o2'))
  await live(world, 5000)
  expect(lentOut(world.state(PLAIN).books?.slots ?? NOTHING_LENT)).toBe(1)
  end()
  await live(world, 5000)
  expect(world.ran.slice(2).toSorted()).toEqual(['o2', 'p2'])
  expect(world.state(PLAIN).keepsNext).toBeUndefined()
})

test('it gives way to a better job of another shard', async () => {
  const { world, end } = await withFullTotal()
  world.put(job(PLAIN, 'p2'))
  await live(world, 5000)
  world.put(job(OTHER, 'o2', 3))
  await live(world, 5000)
  end()
  await live(world, 5000)
  expect(world.ran.slice(2)).toEqual(['o2', 'p2'])
})

test('while it waits for a slot, a start that is left goes to no other that waits for a slot as well', async () => {
  const world = new World(
    defineConfig({
      queues: {
        crm: {
          partition: { payload: 'customer' },
          concurrency: 2,
          timeout: 60_000,
          rateLimit: { allowed: 3, period: 60_000 },
        },
      },
    }),
  )
  longRunning(world, () => true)
  world.put(job(PLAIN, 'p1'), job(OTHER, 'o1'))
  await deliver(world)
  world.put(job(PLAIN, 'p2'))
  await live(world, 5000)
  world.put(job(OTHER, 'o2'))
  await live(world, 5000)
  expect(world.state(PLAIN).keepsNext).toBe('start')
  expect(lentOut(world.state(PLAIN).books?.starts ?? NOTHING_LENT)).toBe(1)
})

test('it keeps nothing for a job that is gone', async () => {
  const { world, end } = await withFullTotal()
  world.put(job(PLAIN, 'p2'))
  await live(world, 5000)
  world.tables.jobs.delete(PLAIN)
  end()
  await live(world, 5000)
  expect(world.state(PLAIN).keepsNext).toBeUndefined()
})
