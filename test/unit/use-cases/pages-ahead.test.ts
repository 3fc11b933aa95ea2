/** The first jobs of a shard are read beside what limits it, and those of whoever is served beside the write that says so. */
import { expect, test } from 'vitest'
import { memoryStore } from '../../../lib/adapters/memory/store.ts'
import type { JobItem } from '../../../lib/core/job/job.ts'
import { defineConfig, type QueueInput } from '../../../lib/core/queue/config.ts'
import { pass } from '../../../lib/use-cases/pass/pass.ts'
import { asShard, jobItem, loan } from '../../support/builders.ts'
import { deliver, dieOf, longRunning } from '../../support/interleave.ts'
import { Waves } from '../../support/waves.ts'
import { World } from '../../support/world.ts'

const TOTAL = '$limiter|total|crm'
const POOL = '$limiter|pool|api'
const job = (shard: string, id: string): JobItem => jobItem({ pk: asShard(`crm|${shard}`), id })
const QUEUE = { partition: { payload: 'customer' }, concurrency: 1, timeout: 60_000 } as const
const worldOf = (queue: Partial<QueueInput>) =>
  new World(
    defineConfig({
      pools: { api: { concurrency: 2 } },
      queues: { crm: { ...QUEUE, ...queue }, mail: { ...QUEUE, pools: { api: 1 } } },
    }),
  )

/** `crm|a` runs its first job, and `crm|b` waits for its unit, each with so many jobs. */
async function waiting(world: World, jobs: { readonly a: number; readonly b: number }) {
  const end = longRunning(world, () => true)
  for (const [shard, count] of Object.entries(jobs)) {
    for (let n = 0; n < count; n++) world.put(job(shard, `${shard}${n}`))
    await deliver(world)
  }
  expect([...world.running]).toEqual(['a0'])
  return { end, waves: new Waves(world) }
}

/** What others do meanwhile, whose calls nobody keeps back. */
const others = (world: World) => ({ ...world.context, store: memoryStore(world.tables) })

const callsOf = (waves: readonly (readonly string[])[], name: string): number =>
  waves.flat().filter((call) => call === name).length

const FIVE = [
  ['read crm|a', 'remove crm|a'],
  ['range crm|a', `read ${TOTAL}`],
  ['pass crm|a', 'read crm|b'],
  ['range crm|b', `writeBooks ${TOTAL}`],
  ['pass crm|b'],
]

test('between two jobs of a limiter’s unit are five calls, one after the other', async () => {
  const world = worldOf({ total: 1 })
  const { end, waves } = await waiting(world, { a: 3, b: 2 })
  end()
  expect(await waves.all()).toEqual(FIVE)
  expect([...world.running]).toEqual(['b0'])
})

test('of two limiters both are read beside the jobs, and who is served is read once', async () => {
  const world = worldOf({ total: 1, pools: { api: 1 } })
  const { end, waves } = await waiting(world, { a: 3, b: 2 })
  end()
  const calls = await waves.all()
  expect(calls[1]).toEqual(['range crm|a', `read ${POOL}`, `read ${TOTAL}`])
  expect(callsOf(calls, 'range crm|b')).toBe(1)
  expect([...world.running]).toEqual(['b0'])
})

test('of several that are served only the one is read ahead that the worker goes on with', async () => {
  const world = worldOf({ total: 1, pools: { api: 1 } })
  const { end, waves } = await waiting(world, { a: 3, b: 2 })
  // One waits for the total, and has its unit of the pool; another waits for the pool.
  world.put(...['c0', 'c1'].map((id) => jobItem({ pk: asShard('mail|c'), id })))
  await waves.through(deliver(world))
  expect([...world.running]).toEqual(['a0'])
  end()
  const calls = await waves.all()
  expect(calls.flat()).toContain(`writeBooks ${POOL}`)
  expect(calls.flat()).toContain(`writeBooks ${TOTAL}`)
  expect(callsOf(calls, 'range crm|b') + callsOf(calls, 'range mail|c')).toBe(1)
})

test('without a limiter nothing is read ahead, nor of a queue with batches', async () => {
  const plain = worldOf({})
  const first = await waiting(plain, { a: 3, b: 0 })
  first.end()
  expect(await first.waves.all()).toEqual([['read crm|a', 'remove crm|a'], ['range crm|a'], ['pass crm|a']])
  const wide = worldOf({ concurrency: 3 })
  wide.put(job('a', 'a0'), job('a', 'a1'), job('a', 'a2'))
  const waves = new Waves(wide)
  const streamed = wide.stream()
  expect(callsOf(await waves.all(), 'range crm|a')).toBe(1)
  await streamed
  const world = worldOf({ total: 1, batch: { size: 2 } })
  const batches = await waiting(world, { a: 1, b: 4 })
  batches.end()
  const calls = await batches.waves.all()
  expect(calls.filter((wave) => wave.length > 1)).toEqual([FIVE[0], FIVE[2]])
})

test('those of whoever is only woken are not read ahead', async () => {
  const world = worldOf({ total: 1 })
  const { end, waves } = await waiting(world, { a: 3, b: 2 })
  world.remaining_ms = 60_000
  end()
  expect(callsOf(await waves.all(), 'range crm|b')).toBe(0)
  await waves.through(deliver(world))
  expect([...world.running]).toEqual(['b0'])
})

test('a page that shows all that there is is all that is read', async () => {
  const world = worldOf({ total: 1 })
  world.put(job('a', 'a0'))
  const waves = new Waves(world)
  const streamed = world.stream()
  const calls = await waves.all()
  await streamed
  expect(calls.slice(0, 2)).toEqual([['read crm|a'], ['range crm|a', `read ${TOTAL}`]])
  expect(callsOf(calls, 'range crm|a')).toBe(1)
})

test('a page that is too short is read on', async () => {
  const world = worldOf({ concurrency: 3, total: 3 })
  for (const id of ['a0', 'a1', 'a2']) world.put(job('a', id))
  const waves = new Waves(world)
  const streamed = world.stream()
  expect((await waves.all()).slice(0, 3)).toEqual([
    ['read crm|a'],
    ['range crm|a', `read ${TOTAL}`],
    ['range crm|a'],
  ])
  await streamed
  expect(world.takeWork().map(({ sk }) => sk.slice(-2))).toEqual(['a0', 'a1', 'a2'])
})

test('what another pass has claimed since makes the write lose, and then all is read anew', async () => {
  const world = worldOf({ total: 1 })
  const { end, waves } = await waiting(world, { a: 3, b: 2 })
  end()
  await waves.until('pass crm|b')
  await pass(others(world), { shard: asShard('crm|b') })
  expect(Object.keys(world.state(asShard('crm|b')).slots)).toEqual(['b0'])
  const calls = await waves.all()
  expect(calls[0]).toEqual(['pass crm|b'])
  expect(calls.slice(1, 3)).toEqual([['read crm|b'], ['range crm|b', `read ${TOTAL}`]])
  await waves.through(deliver(world))
  expect([...world.running]).toEqual(['b0'])
})

test('whoever is served, and shows no job more than it can start, is read again: a visit may have gone away', async () => {
  const world = worldOf({ total: 1 })
  const { end, waves } = await waiting(world, { a: 3, b: 1 })
  // Somebody has taken it away by hand: the place in the line stays.
  world.tables.jobs.delete('crm|b')
  end()
  await waves.until(`writeBooks ${TOTAL}`)
  await waves.answer('range crm|b')
  // It sees the place, and leaves the job to whoever gives the unit back.
  world.put(job('b', 'b1'))
  await pass(others(world), { shard: asShard('crm|b') })
  const calls = await waves.all()
  expect(calls.slice(0, 2)).toEqual([[`writeBooks ${TOTAL}`], ['range crm|b']])
  expect([...world.running]).toEqual(['b1'])
})

test('if the books are written only when tried again, they are read once', async () => {
  const world = worldOf({ total: 1 })
  const { end, waves } = await waiting(world, { a: 3, b: 2 })
  end()
  await waves.until(`writeBooks ${TOTAL}`)
  const { states } = others(world).store
  const owner = world.state(asShard(TOTAL))
  const given = {
    resource: 'slots',
    borrower: asShard('crm|b'),
    was: undefined,
    is: loan('old', 1, 1),
  } as const
  await states.writeBooks(owner, {
    loans: [given],
    line: [],
    isLending: false,
    expiresAt: world.now + 60_000,
  })
  const calls = await waves.all()
  expect(callsOf(calls, `writeBooks ${TOTAL}`)).toBe(2)
  expect(callsOf(calls, 'range crm|b')).toBe(1)
  expect([...world.running]).toEqual(['b0'])
})

test('where a dead slot was taken care of, what was read before is not used', async () => {
  const world = worldOf({ total: 1, retry: { attempts: 3 } })
  world.put(job('a', 'a0'))
  await world.stream()
  await dieOf(world, world.takeWork())
  world.now += 10 * 60_000
  await pass(world.context, { shard: asShard('crm|a') })
  // It is tried again later, under another key.
  expect(world.state(asShard('crm|a')).slots).toEqual({})
  expect(world.jobs).toMatchObject([{ attempt: 2 }])
})

test('if they cannot be read ahead, they are read as ever', async () => {
  const world = worldOf({ total: 1 })
  world.put(job('a', 'a0'))
  const { jobs } = world.context.store
  const { range } = jobs
  let calls = 0
  Object.assign(jobs, {
    range: (...given: Parameters<typeof range>) =>
      calls++ === 0 ? Promise.reject(new Error('throttled')) : range(...given),
  })
  await pass(world.context, { shard: asShard('crm|a') })
  expect(Object.keys(world.state(asShard('crm|a')).slots)).toEqual(['a0'])
  expect(calls).toBe(2)
})
