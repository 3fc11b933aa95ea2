/** The sweep counts the jobs of each queue by the way, over several sweeps if need be, and nothing depends on it. */
import { describe, expect, test } from 'vitest'
import type { ShardKey } from '../../../lib/core/keys.ts'
import { queueStatsOf } from '../../../lib/use-cases/operate/queue-stats.ts'
import { sweep } from '../../../lib/use-cases/sweep/sweep.ts'
import { configOf, jobItem, NOW } from '../../support/builders.ts'
import { World } from '../../support/world.ts'

const CONFIG = configOf({ concurrency: 1 })
const LATER = NOW + 3_600_000

async function statsIn(world: World) {
  const queue = world.context.config.queues['crm']
  if (!queue) throw new Error('no queue')
  return queueStatsOf(world.context, queue)
}

/** A partition with one job in flight, two that it blocks, and one for later. */
async function fill(world: World, pk: ShardKey): Promise<void> {
  world.put(
    ...['a', 'b', 'c'].map((id) => jobItem({ pk, id, runAt: NOW - 1000 })),
    jobItem({ pk, id: 'later', runAt: LATER }),
  )
  await world.stream()
}

describe('after a sweep', () => {
  test('it is known how many jobs of a queue wait, are blocked, delayed and in flight', async () => {
    const world = new World(CONFIG)
    await fill(world, 'crm|acme' as ShardKey)
    await fill(world, 'crm|beta' as ShardKey)
    world.put(jobItem({ pk: 'gone|acme' as ShardKey, id: 'nobodys' }))
    expect(await statsIn(world)).not.toHaveProperty('counted')
    await sweep(world.context)
    expect(await statsIn(world)).toMatchObject({
      queue: 'crm',
      dead: { count: 0 },
      counted: { from: NOW, until: NOW, shards: 2, waiting: 4, blocked: 4, delayed: 2, inFlight: 2 },
    })
    expect((await statsIn(world)).counted).not.toHaveProperty('atLeast')
  })

  test('jobs that nobody has looked at wait, and nothing blocks them', async () => {
    const world = new World(CONFIG)
    world.put(jobItem({ id: 'new', runAt: NOW - 1 }))
    await sweep(world.context)
    expect(await statsIn(world)).toMatchObject({ counted: { waiting: 1, blocked: 0, inFlight: 0 } })
  })

  test('a shard with more jobs than it sees counts at least those', async () => {
    const world = new World(CONFIG)
    for (let n = 0; n < 130; n++) world.put(jobItem({ id: `job-${n}`, runAt: NOW - 1000 }))
    await sweep(world.context)
    expect(await statsIn(world)).toMatchObject({ counted: { shards: 1, waiting: 100, atLeast: true } })
  })

  test('a queue that has none any more has none', async () => {
    const world = new World(CONFIG)
    world.put(jobItem({ id: 'one' }))
    await sweep(world.context)
    world.tables.jobs.clear()
    await sweep(world.context)
    expect(await statsIn(world)).toMatchObject({ counted: { shards: 0, waiting: 0, inFlight: 0 } })
  })
})

describe('a table for which one sweep is not enough', () => {
  const spread = (world: World, shards: number) => {
    for (let n = 0; n < shards; n++)
      world.put(jobItem({ pk: `crm|${String(n).padStart(3, '0')}` as ShardKey, runAt: NOW - 1 }))
  }

  test('is counted by several, and the last whole count stands until then', async () => {
    const world = new World(CONFIG)
    spread(world, 250)
    const seen: (number | undefined)[] = []
    for (let n = 0; n < 6; n++) {
      await sweep(world.context, { jobPages: 1 })
      seen.push((await statsIn(world)).counted?.waiting)
    }
    expect(seen).toEqual([undefined, undefined, 250, 250, 250, 250])
  })

  test('that a sweep goes on with at another place is not counted twice', async () => {
    const world = new World(CONFIG)
    spread(world, 250)
    await sweep(world.context, { jobPages: 2 })
    // Another sweep, of another function, has gone on in between and could not keep what it had counted.
    await world.context.store.states.saveSweepCursor('jobs', 'crm|150')
    await sweep(world.context)
    expect(await statsIn(world)).not.toHaveProperty('counted')
    await sweep(world.context)
    expect(await statsIn(world)).toMatchObject({ counted: { waiting: 250 } })
  })
})

test('a sweep wakes whom it has to although nothing can be counted', async () => {
  const world = new World(CONFIG)
  world.put(jobItem({ id: 'lost', runAt: NOW - 1000 }))
  const refuse = () => Promise.reject(new Error('throttled'))
  Object.assign(world.context.store.states, { census: refuse, saveCensus: refuse })
  expect(await sweep(world.context)).toBe(1)
  expect(world.heard('sweep of a part failed')).toMatchObject([{ part: 'census' }])
})
