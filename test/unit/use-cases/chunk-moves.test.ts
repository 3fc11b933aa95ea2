/** Capacity that moves between the chunks of a total, while others are faster, deploys come, and limits are lowered. */
import { describe, expect, test } from 'vitest'
import type { TaskOutcome } from '../../../lib/core/job/ending.ts'
import type { ShardKey } from '../../../lib/core/keys.ts'
import { booksOf } from '../../../lib/core/limits/books.ts'
import { hungryIn, loanOfChunk } from '../../../lib/core/limits/chunk.ts'
import { chunkKeyOf, chunkName, homeChunk } from '../../../lib/core/limits/chunk-name.ts'
import { lentOut, outstanding } from '../../../lib/core/limits/limiter.ts'
import { limiterKey, totalOf } from '../../../lib/core/limits/queue-limiter.ts'
import { defineConfig } from '../../../lib/core/queue/config.ts'
import { giverIn, lendToChunk, moveUnits } from '../../../lib/use-cases/lending/chunk-moves.ts'
import { setLimiter } from '../../../lib/use-cases/operate/set-limiter.ts'
import { jobItem } from '../../support/builders.ts'
import { chunked } from '../../support/chunked.ts'
import { ahead, deliver, live } from '../../support/interleave.ts'
import { World } from '../../support/world.ts'

const TOTAL = totalOf('crm')
const ROOT = limiterKey(TOTAL)
const configOf = (total: number) =>
  defineConfig({
    queues: { crm: { partition: { payload: 'customer' }, concurrency: 4, timeout: 10_000, total } },
  })
const worldOf = (total: number, chunks: number) => new World(chunked(configOf(total), chunks))
const shardOf = (customer: string) => `crm|${customer}` as ShardKey
const homeOf = (customer: string, chunks: number) => homeChunk({ name: TOTAL, chunks }, shardOf(customer))
const ALL = 'abcdefghijklmnopqrstuvwxyz'.split('')

function customerIn(chunk: number, chunks: number, isMeant: (name: string) => boolean = () => true): string {
  const found = ALL.find((customer) => homeOf(customer, chunks) === chunk && isMeant(customer))
  if (found === undefined) throw new Error('no customer has its home there')
  return found
}
const put = (world: World, customer: string, count: number) => {
  for (let n = 1; n <= count; n++)
    world.put(jobItem({ pk: shardOf(customer), id: `${customer}${n}`, task: 'sync' }))
}

/** Jobs run until they are told to end. */
function holding(world: World): (isMeant?: (id: string) => boolean) => void {
  const ends = new Map<string, () => void>()
  world.handler = ({ id }) =>
    new Promise<TaskOutcome>((resolve) => ends.set(id, () => resolve({ kind: 'succeeded' })))
  return (isMeant = () => true) => {
    for (const [id, end] of [...ends].filter(([id]) => isMeant(id))) {
      ends.delete(id)
      end()
    }
  }
}

const rootOf = (world: World) => world.state(ROOT)
const chunkOf = (world: World, number: number) => world.state(chunkKeyOf(ROOT, number))
const lentIn = (world: World, number: number) => lentOut(booksOf(chunkOf(world, number)).slots)
const hasOf = (world: World, number: number) => outstanding(loanOfChunk(rootOf(world), number))

/** Who has come to stand in a line, in the order in which they did. */
function placesTaken(world: World): string[] {
  const { states } = world.context.store
  const { writeBooks } = states
  const places: string[] = []
  const noting: typeof writeBooks = (owner, write) => {
    places.push(...write.line.flatMap(({ borrower, turn }) => (turn === undefined ? [] : [borrower])))
    return writeBooks(owner, write)
  }
  Object.assign(states, { writeBooks: noting })
  return places
}

describe('a unit that two want to move', () => {
  /** Chunks 1 and 2, with two units each, that nobody uses. */
  async function idle() {
    const world = worldOf(4, 2)
    for (const number of [1, 2]) await lendToChunk(world.context, rootOf(world), number, 2)
    const giver = giverIn(rootOf(world), { number: 1, owner: chunkOf(world, 1) })
    if (!giver) throw new Error('it has nothing to give')
    return { world, giver, root: rootOf(world) }
  }

  test('moves once, and who was late is told so', async () => {
    const { world, giver, root } = await idle()
    ahead(world, 'recordBorrowed', () => moveUnits(world.context, giver, 2, { root, to: 2 }))
    expect(await moveUnits(world.context, giver, 1, { root, to: 2 })).toBeUndefined()
    expect([hasOf(world, 1), hasOf(world, 2)]).toEqual([0, 4])
  })

  test('moves once, if both write the same', async () => {
    const { world, giver, root } = await idle()
    ahead(world, 'writeBooks', () => moveUnits(world.context, giver, 2, { root, to: 2 }))
    await moveUnits(world.context, giver, 2, { root, to: 2 })
    expect([hasOf(world, 1), hasOf(world, 2)]).toEqual([0, 4])
  })

  test('takes along what the chunk has given back, and nobody has told the root', async () => {
    const { world, giver } = await idle()
    const given = { slots: { ...giver.has, returned: 1 } }
    await world.context.store.states.recordBorrowed(giver.owner, given, undefined)
    const again = giverIn(rootOf(world), { number: 1, owner: chunkOf(world, 1) })
    await moveUnits(world.context, again ?? giver, 1, { root: rootOf(world), to: 2 })
    expect([hasOf(world, 1), hasOf(world, 2)]).toEqual([0, 4])
  })

  test('is known to the root alone, if that has changed meanwhile', async () => {
    const { world, giver, root } = await idle()
    ahead(world, 'writeBooks', () => setLimiter(world.context, TOTAL, { concurrency: 3 }))
    const moved = await moveUnits(world.context, giver, 2, { root, to: 2 })
    expect(moved?.root.books?.slots.loans[chunkName(1)]).toBeUndefined()
    expect([hasOf(world, 1), hasOf(world, 2)]).toEqual([0, 2])
  })
})

test('a chunk whose unit another has just taken is passed over for the next, before anybody stands in a line', async () => {
  const world = worldOf(2, 3)
  for (const number of [2, 3]) await lendToChunk(world.context, rootOf(world), number, 1)
  const { context } = world
  const rival = giverIn(rootOf(world), { number: 3, owner: chunkOf(world, 3) })
  if (!rival) throw new Error('it has nothing to give')
  // By the world's chance chunk 3 is asked first.
  ahead(world, 'recordBorrowed', () => moveUnits(context, rival, 1, { root: rootOf(world), to: 2 }))
  const lines = placesTaken(world)
  holding(world)
  put(world, customerIn(1, 3), 1)
  await deliver(world)
  expect(world.running.size).toBe(1)
  expect(lines).toEqual([])
})

describe('a deploy by which a total lies in other chunks', () => {
  test('leaves what was lent before where it is, until it is paid back', async () => {
    const world = worldOf(4, 2)
    const end = holding(world)
    const moved = customerIn(1, 2, (customer) => homeOf(customer, 3) !== 1)
    put(world, moved, 4)
    await live(world, 2000)
    expect(lentIn(world, 1)).toBe(4)
    Object.assign(world.context, { config: chunked(configOf(4), 3) })
    put(world, customerIn(1, 3), 2)
    await world.sweep()
    await live(world, 2000)
    expect([1, 2, 3].map((number) => lentIn(world, number))).toEqual([4, 0, 0])
    expect(lentOut(booksOf(rootOf(world)).slots)).toBe(4)
    end()
    await live(world, 5000)
    expect(world.ran).toHaveLength(6)
  })
})

describe('fewer units than chunks in which shards wait', () => {
  test.each([1, 2, 3, 4])(
    'are all used after a limit was lowered, if %i jobs end together',
    async (together) => {
      const world = new World(configOf(66))
      const end = holding(world)
      await setLimiter(world.context, TOTAL, { concurrency: 4 })
      for (const customer of ALL) put(world, customer, 1)
      await live(world, 2000)
      expect(world.running.size).toBe(4)
      await setLimiter(world.context, TOTAL, { concurrency: 2 })
      while (world.ran.length < ALL.length) {
        const ending = [...world.running].slice(0, together)
        end((id) => ending.includes(id))
        await live(world, 2000)
        expect(world.running.size).toBeLessThanOrEqual(Math.max(2, 4 - together))
        expect(world.running.size).toBeGreaterThan(world.ran.length < ALL.length ? 1 : 0)
      }
    },
  )
})

describe('a total below what is out', () => {
  test('lends nothing in a chunk that has units to spare', async () => {
    const world = worldOf(6, 2)
    const end = holding(world)
    const [mine, theirs] = [customerIn(1, 2), customerIn(2, 2)]
    put(world, mine, 3)
    put(world, theirs, 3)
    await live(world, 2000)
    await setLimiter(world.context, TOTAL, { concurrency: 4 })
    end((id) => id === `${mine}1`)
    put(
      world,
      customerIn(1, 2, (customer) => customer !== mine),
      1,
    )
    await live(world, 2000)
    expect(world.running.size).toBe(5)
    await setLimiter(world.context, TOTAL, { concurrency: 0 })
    end((id) => id === `${theirs}1`)
    put(
      world,
      customerIn(2, 2, (customer) => customer !== theirs),
      1,
    )
    await live(world, 2000)
    expect(world.running.size).toBe(4)
  })
})

test('units that become free where nobody waits go where shards wait, without a sweep', async () => {
  const world = worldOf(2, 2)
  const end = holding(world)
  const [mine, theirs] = [customerIn(1, 2), customerIn(2, 2)]
  put(world, mine, 2)
  await live(world, 2000)
  put(world, theirs, 2)
  await live(world, 2000)
  expect(hungryIn(rootOf(world)).map(({ number }) => number)).toEqual([2])
  end()
  await live(world, 2000)
  expect([...world.running].toSorted()).toEqual([`${theirs}1`, `${theirs}2`])
})
