/** What the items of a chunk, of its root and of a shard say of each other that does not fit: whoever comes next puts it right. */
import { expect, test } from 'vitest'
import type { ShardKey } from '../../../lib/core/keys.ts'
import { hungryIn, loanOfChunk } from '../../../lib/core/limits/chunk.ts'
import { chunkKeyOf, chunkName, homeChunk } from '../../../lib/core/limits/chunk-name.ts'
import { type LoanId, outstanding } from '../../../lib/core/limits/limiter.ts'
import { limiterKey, totalOf } from '../../../lib/core/limits/queue-limiter.ts'
import { defineConfig } from '../../../lib/core/queue/config.ts'
import type { BooksWrite } from '../../../lib/ports/store.ts'
import { lendToChunk, noteDemand } from '../../../lib/use-cases/lending/chunk-moves.ts'
import { mendChunk } from '../../../lib/use-cases/lending/mend-chunk.ts'
import { jobItem } from '../../support/builders.ts'
import { chunked } from '../../support/chunked.ts'
import { deliver, live, longRunning } from '../../support/interleave.ts'
import { World } from '../../support/world.ts'

const TOTAL = totalOf('crm')
const CHUNKS = 2
const DAY_MS = 24 * 3600 * 1000
const inOneItem = (total: number) =>
  defineConfig({
    queues: { crm: { partition: { payload: 'customer' }, concurrency: 4, timeout: 60_000, total } },
  })
const worldOf = (total: number) => new World(chunked(inOneItem(total), CHUNKS))
const customerIn = (chunk: number): ShardKey => {
  const all = 'abcdefghijklmnopqrstuvwxyz'.split('').map((customer) => `crm|${customer}` as ShardKey)
  const found = all.find((shard) => homeChunk({ name: TOTAL, chunks: CHUNKS }, shard) === chunk)
  if (!found) throw new Error('nobody borrows there')
  return found
}
const rootOf = (world: World) => world.state(limiterKey(TOTAL))
const chunkOf = (world: World, number: number) => world.state(chunkKeyOf(limiterKey(TOTAL), number))
const hasOf = (world: World, number: number) => outstanding(loanOfChunk(rootOf(world), number))
const put = (world: World, pk: ShardKey, id: string) => world.put(jobItem({ pk, id }))

/** A chunk lends a unit to a shard, which does not hear of it. */
const lendIn = (world: World, number: number, borrower: ShardKey) => {
  const is = { id: `lost#${number}` as LoanId, lent: 1, returned: 0 }
  const loans = [{ resource: 'slots', borrower, was: undefined, is }] as const
  const write: BooksWrite = { loans, line: [], isLending: true, expiresAt: world.now / 1000 + 1e6 }
  return world.context.store.states.writeBooks(chunkOf(world, number), write)
}

/** A chunk gives units back, and the root does not hear of it. */
async function returned(world: World, number: number, units: number): Promise<void> {
  const loan = loanOfChunk(rootOf(world), number)
  if (!loan) throw new Error('it has nothing')
  const slots = { id: loan.id, got: loan.lent, returned: units }
  await world.context.store.states.recordBorrowed(chunkOf(world, number), { slots }, undefined)
}

test('what a chunk has given back, the root hears from the next that borrows there', async () => {
  const world = worldOf(1)
  await lendToChunk(world.context, rootOf(world), 1, 1)
  await returned(world, 1, 1)
  put(world, customerIn(1), 'a1')
  await live(world, 2000)
  expect(world.ran).toEqual(['a1'])
})

test('what a chunk has, the root puts back if its item is lost', async () => {
  const world = worldOf(3)
  await lendToChunk(world.context, rootOf(world), 1, 3)
  await returned(world, 1, 1)
  world.tables.states.delete(limiterKey(TOTAL))
  longRunning(world, () => true)
  put(world, customerIn(1), 'a1')
  await live(world, 2000)
  expect(world.running.size).toBe(1)
  expect(hasOf(world, 1)).toBe(2)
})

test('a chunk that has paid back in between is lent nothing for what shards had', async () => {
  const world = worldOf(1)
  const [limiter] = world.context.config.queues['crm']?.limiters ?? []
  if (!limiter) throw new Error('there is no total')
  await lendIn(world, 1, customerIn(1))
  const before = chunkOf(world, 1)
  await world.context.store.states.fence(before.shard, before.expiresAt ?? 0, 'limits')
  expect(await mendChunk(world.context, limiter, { root: rootOf(world), owner: before, number: 1 })).toBe(
    true,
  )
  expect(hasOf(world, 1)).toBe(0)
  const owner = chunkOf(world, 1)
  expect(await mendChunk(world.context, limiter, { root: rootOf(world), owner, number: 1 })).toBe(true)
  expect(hasOf(world, 1)).toBe(1)
})

test('the root stays as long as its chunks are in use', async () => {
  const world = worldOf(2)
  put(world, customerIn(1), 'a1')
  await live(world, 2000)
  const before = rootOf(world).expiresAt ?? 0
  world.now += 6 * DAY_MS
  put(world, customerIn(1), 'a2')
  await live(world, 2000)
  expect(rootOf(world).expiresAt).toBeGreaterThan(before)
})

test('who comes to wait in a chunk while its note is taken away gets what is free elsewhere', async () => {
  const world = worldOf(1)
  const end = longRunning(world, (id) => id === 'a1')
  put(world, customerIn(1), 'a1')
  await live(world, 2000)
  await noteDemand(world.context, rootOf(world), 2, 1)
  expect(hungryIn(rootOf(world))).toHaveLength(1)
  const { states } = world.context.store
  const { writeBooks } = states
  let hasCome = false
  const overtaken: typeof writeBooks = async (owner, write) => {
    const isForgotten = write.line.some(
      ({ borrower, turn }) => borrower === chunkName(2) && turn === undefined,
    )
    if (isForgotten && !hasCome) {
      hasCome = true
      put(world, customerIn(2), 'b1')
      await world.stream()
    }
    return writeBooks(owner, write)
  }
  Object.assign(states, { writeBooks: overtaken })
  end()
  await deliver(world)
  await live(world, 2000)
  expect(hasCome).toBe(true)
  expect(world.ran).toEqual(['a1', 'b1'])
})

test('a shard finds what a function of another version has lent it in a chunk', async () => {
  const world = worldOf(1)
  await lendToChunk(world.context, rootOf(world), 1, 1)
  await lendIn(world, 1, customerIn(1))
  Object.assign(world.context, { config: chunked(inOneItem(1), CHUNKS, () => false) })
  put(world, customerIn(1), 'a1')
  await live(world, 2000)
  expect(world.ran).toEqual(['a1'])
})
