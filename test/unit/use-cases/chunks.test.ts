/** Totals that lie in chunks, on the memory store: what the chunks lend never exceeds the limit, and capacity goes where shards wait. */
import { describe, expect, test } from 'vitest'
import type { TaskOutcome } from '../../../lib/core/job/ending.ts'
import type { ShardKey } from '../../../lib/core/keys.ts'
import { booksOf } from '../../../lib/core/limits/books.ts'
import { chunksIn, hungryIn } from '../../../lib/core/limits/chunk.ts'
import { chunkKeyOf, homeChunk } from '../../../lib/core/limits/chunk-name.ts'
import { lentOut } from '../../../lib/core/limits/limiter.ts'
import { limiterKey, totalOf } from '../../../lib/core/limits/queue-limiter.ts'
import { defineConfig } from '../../../lib/core/queue/config.ts'
import { setLimiter } from '../../../lib/use-cases/operate/set-limiter.ts'
import { jobItem } from '../../support/builders.ts'
import { chunked } from '../../support/chunked.ts'
import { deliver, live } from '../../support/interleave.ts'
import { World } from '../../support/world.ts'

const CHUNKS = 2
const TOTAL = totalOf('crm')
const ROOT = limiterKey(TOTAL)
const PARTITIONED = { partition: { payload: 'customer' }, concurrency: 4, timeout: 10_000 } as const
const configOf = (total: number) => defineConfig({ queues: { crm: { ...PARTITIONED, total } } })
const worldOf = (total: number) => new World(chunked(configOf(total), CHUNKS))
const shardOf = (customer: string) => `crm|${customer}` as ShardKey
const job = (customer: string, n: number) =>
  jobItem({ pk: shardOf(customer), id: `${customer}${n}`, task: 'sync' })

const homeOf = (customer: string) => homeChunk({ name: TOTAL, chunks: CHUNKS }, shardOf(customer))
/** Customers of a chunk. */
const customersOf = (chunk: number, count: number): string[] =>
  'abcdefghijklmnopqrstuvwxyz'
    .split('')
    .filter((customer) => homeOf(customer) === chunk)
    .slice(0, count)

function holding(world: World): (id?: string) => void {
  const ends = new Map<string, () => void>()
  world.handler = ({ id }) =>
    new Promise<TaskOutcome>((resolve) => ends.set(id, () => resolve({ kind: 'succeeded' })))
  return (only) => {
    for (const [id, end] of ends) {
      if (only !== undefined && id !== only) continue
      ends.delete(id)
      end()
    }
  }
}

const inFlight = (world: World) => world.inFlight.length
const chunkOf = (world: World, number: number) => world.state(chunkKeyOf(ROOT, number))
const lentIn = (world: World, number: number) => lentOut(booksOf(chunkOf(world, number)).slots)
const rootOf = (world: World) => world.state(ROOT)

describe('a total that lies in chunks', () => {
  test('is used in full, from any of them, and never beyond', async () => {
    const world = worldOf(6)
    holding(world)
    const customers = [...customersOf(1, 3), ...customersOf(2, 3)]
    for (const customer of customers) for (const n of [1, 2]) world.put(job(customer, n))
    await deliver(world)
    await live(world, 5000)
    expect(inFlight(world)).toBe(6)
    expect(lentIn(world, 1) + lentIn(world, 2)).toBe(6)
    expect(lentOut(booksOf(rootOf(world)).slots)).toBe(6)
  })

  test('goes to one chunk, if only there is work', async () => {
    const world = worldOf(6)
    holding(world)
    const [one = '', other = ''] = customersOf(1, 2)
    for (const n of [1, 2, 3, 4]) world.put(job(one, n), job(other, n))
    await deliver(world)
    await live(world, 5000)
    expect(inFlight(world)).toBe(6)
    expect(lentIn(world, 1)).toBe(6)
  })

  test('what a chunk does not use another takes', async () => {
    const world = worldOf(4)
    const [mine = ''] = customersOf(1, 1)
    const [theirs = ''] = customersOf(2, 1)
    for (const n of [1, 2, 3, 4]) world.put(job(mine, n))
    await live(world, 5000)
    expect(world.ran).toHaveLength(4)
    holding(world)
    for (const n of [1, 2, 3, 4]) world.put(job(theirs, n))
    await live(world, 5000)
    expect(inFlight(world)).toBe(4)
    expect(lentIn(world, 2)).toBe(4)
  })

  test('a unit that becomes free in a chunk where nobody waits goes to one where shards wait, without a sweep', async () => {
    const world = worldOf(2)
    const end = holding(world)
    const [mine = ''] = customersOf(1, 1)
    const [theirs = '', others = ''] = customersOf(2, 2)
    world.put(job(mine, 1), job(mine, 2))
    await live(world, 2000)
    world.put(job(theirs, 1), job(others, 1))
    await live(world, 2000)
    expect(hungryIn(rootOf(world)).map(({ number }) => number)).toEqual([2])
    end(`${mine}1`)
    await live(world, 2000)
    expect([...world.running].toSorted()).toEqual(
      [`${mine}2`, `${theirs}1`, `${others}1`].filter((id) => world.running.has(id)).toSorted(),
    )
    expect(inFlight(world)).toBe(2)
    expect(lentIn(world, 2)).toBe(1)
    end()
    await live(world, 2000)
    end()
    await live(world, 2000)
    expect(world.ran).toHaveLength(4)
    expect(hungryIn(rootOf(world))).toEqual([])
  })

  test('a chunk in which shards wait gets its part, although all units are in use elsewhere', async () => {
    const world = worldOf(4)
    const end = holding(world)
    const [mine = '', more = ''] = customersOf(1, 2)
    const [theirs = ''] = customersOf(2, 1)
    for (let n = 1; n <= 20; n++) world.put(job(mine, n), job(more, n))
    await live(world, 2000)
    world.put(job(theirs, 1))
    for (let round = 0; round < 6 && !world.ran.includes(`${theirs}1`); round++) {
      await live(world, 2000)
      end()
    }
    expect(world.ran).toContain(`${theirs}1`)
    expect(world.ran.length).toBeLessThan(20)
  })

  test('of one unit is used by all in their turn', async () => {
    const world = worldOf(1)
    const customers = [...customersOf(1, 2), ...customersOf(2, 2)]
    for (const customer of customers) for (const n of [1, 2, 3]) world.put(job(customer, n))
    await world.live(60_000)
    expect(world.ran).toHaveLength(12)
    expect(world.mostAtOnce).toBe(1)
    expect(lentIn(world, 1) + lentIn(world, 2)).toBe(0)
  })
})

describe('a total in chunks that is set at run time', () => {
  const busy = async (total: number) => {
    const world = worldOf(total)
    const end = holding(world)
    for (const customer of [...customersOf(1, 2), ...customersOf(2, 2)])
      for (let n = 1; n <= 6; n++) world.put(job(customer, n))
    await live(world, 5000)
    return { world, end }
  }

  test('admits nothing above a lower limit, and goes on when it is raised', async () => {
    const { world, end } = await busy(8)
    expect(inFlight(world)).toBe(8)
    await setLimiter(world.context, TOTAL, { concurrency: 3 })
    for (let n = 0; n < 3; n++) {
      end([...world.running][0])
      await live(world, 2000)
      expect(inFlight(world)).toBe(7 - n)
    }
    end()
    await live(world, 5000)
    expect(inFlight(world)).toBe(3)
    expect(lentOut(booksOf(rootOf(world)).slots)).toBeLessThanOrEqual(3)
    await setLimiter(world.context, TOTAL, undefined)
    await live(world, 5000)
    expect(inFlight(world)).toBe(8)
  })

  test('pauses, and resumes', async () => {
    const { world, end } = await busy(4)
    await setLimiter(world.context, TOTAL, { concurrency: 0 })
    end()
    await live(world, 5000)
    expect(inFlight(world)).toBe(0)
    await setLimiter(world.context, TOTAL, undefined)
    await live(world, 5000)
    expect(inFlight(world)).toBe(4)
  })
})

describe('a total that comes to lie in chunks, or in one item again', () => {
  test('counts what was lent before', async () => {
    const world = new World(configOf(4))
    const end = holding(world)
    const customers = [...customersOf(1, 2), ...customersOf(2, 2)]
    for (const customer of customers) for (const n of [1, 2, 3]) world.put(job(customer, n))
    await live(world, 5000)
    const divided = { ...world.context, config: chunked(configOf(4), CHUNKS) }
    Object.assign(world.context, divided)
    await world.sweep()
    await live(world, 5000)
    expect(inFlight(world)).toBe(4)
    for (let n = 0; n < 6; n++) {
      end()
      await live(world, 2000)
      expect(inFlight(world)).toBeLessThanOrEqual(4)
    }
    expect(world.ran).toHaveLength(12)
    expect(chunksIn(rootOf(world)).length).toBeGreaterThan(0)
  })

  test.each([
    ['in one item', chunked(configOf(3), CHUNKS, () => false)],
    ['in chunks', chunked(configOf(3), CHUNKS)],
  ])('with less, %s: what chunks keep that nobody visits comes back', async (_, config) => {
    const world = worldOf(8)
    const [mine = '', more = ''] = customersOf(1, 2)
    const [theirs = ''] = customersOf(2, 1)
    world.put(job(mine, 1), job(theirs, 1))
    await live(world, 5000)
    expect(lentOut(booksOf(rootOf(world)).slots)).toBe(8)
    Object.assign(world.context, { ...world.context, config })
    holding(world)
    for (const n of [2, 3, 4, 5]) world.put(job(more, n))
    await live(world, 5000)
    expect(inFlight(world)).toBe(3)
  })
})
