/** How a sweep goes through the tables: where it begins and stops, and what an error ends. */
import { describe, expect, test } from 'vitest'
import { SendIncompleteError } from '../../../lib/core/errors.ts'
import type { ShardKey } from '../../../lib/core/keys.ts'
import type { DelayedWake } from '../../../lib/ports/queues.ts'
import type { ScanQuery } from '../../../lib/ports/store.ts'
import { sweep } from '../../../lib/use-cases/sweep/sweep.ts'
import { configOf, jobItem, NOW, running } from '../../support/builders.ts'
import { World } from '../../support/world.ts'

const CONFIG = configOf({ concurrency: 1 })

/** A world of shards with a dead attempt each, whose State table has two items a page. */
function worldOf(shards: number, part = {}): World {
  const world = new World(CONFIG)
  for (let n = 0; n < shards; n++) {
    const shard = `crm|${String(n).padStart(3, '0')}` as ShardKey
    const slots = { a: running('t', NOW) }
    world.tables.states.set(shard, {
      shard,
      initialised: true,
      version: 1,
      slots,
      window: {},
      waiting: false,
      ...part,
    })
  }
  const { states } = world.context.store
  const scan = states.scan.bind(states)
  Object.assign(states, { scan: (query: ScanQuery) => scan({ ...query, limit: 2 }) })
  return world
}

/** The shards that a sweep wakes, and what it says of itself. */
async function watch(world: World, budget: Parameters<typeof sweep>[1] = {}) {
  const woken: string[] = []
  const wake = {
    send: async (wakes: readonly DelayedWake[]) => void woken.push(...wakes.map(({ shard }) => shard)),
  }
  const count = await sweep({ ...world.context, wake }, budget)
  return { count, woken, swept: world.heard('swept').at(-1) }
}

describe('a sweep', () => {
  test('goes on where the last one stopped, and then begins again: nobody is left out, nobody comes twice', async () => {
    const world = worldOf(50)
    const all = [...world.tables.states.keys()].toSorted()
    const round: string[] = []
    let sweeps = 0
    let ended = false
    while (!ended && sweeps++ < 20) {
      const { woken, swept } = await watch(world, { statePages: 8 })
      expect(swept).toMatchObject({ items: woken.length })
      expect(woken.length).toBeLessThanOrEqual(16)
      round.push(...woken)
      ended = new Set(round).size === all.length
    }
    expect(sweeps).toBeGreaterThan(2)
    const firsts = all.map((shard) => round.indexOf(shard))
    expect(firsts).not.toContain(-1)
    // A segment that has come to its end begins again in the next sweep, not in the same.
    for (let n = 0; n < 10; n++) round.push(...(await watch(world, { statePages: 8 })).woken)
    for (const shard of all) expect(round.filter((one) => one === shard).length).toBeGreaterThan(1)
  })

  test('of small tables sees all of them each time, writes nothing, and says so', async () => {
    const world = worldOf(3)
    for (let sweeps = 0; sweeps < 2; sweeps++) {
      const { count, swept } = await watch(world)
      expect(count).toBe(3)
      const parts = sweeps === 0 ? 6 : 5
      expect(swept).toMatchObject({ items: 3, woken: 3, failed: [], parts, ended: { length: parts } })
    }
    // It has gone through all schedules, which is done once an hour.
    expect([...world.tables.sweep]).toEqual([['schedules', `ended ${NOW} [32]`]])
    expect(world.counted).toEqual([1, 2].map(() => ({ name: 'Sweeps', value: 1 })))
  })

  test('goes on in the Jobs table too', async () => {
    const world = new World(CONFIG)
    for (let n = 0; n < 250; n++) world.put(jobItem({ pk: `crm|${String(n).padStart(3, '0')}` as ShardKey }))
    const seen: string[] = []
    for (let n = 0; n < 3; n++) seen.push(...(await watch(world, { jobPages: 1 })).woken)
    expect(new Set(seen).size).toBe(250)
    expect(seen).toHaveLength(250)
  })

  test('stops well before its function does, and the next goes on there', async () => {
    const world = worldOf(50)
    let calls = 0
    const { swept } = await watch(world, { remaining_ms: () => (calls++ < 9 ? 300_000 : 30_000) })
    expect(swept).toMatchObject({ pages: 9, ended: ['schedules', 'jobs'], parts: 6, failed: [] })
    expect(world.tables.sweep.size).toBe(5)
    expect(world.counted).toEqual([{ name: 'Sweeps', value: 1 }])
  })
})

describe('an error', () => {
  test('ends only its own part, which the next sweep goes on with', async () => {
    const world = worldOf(50)
    const { states } = world.context.store
    const scan = states.scan.bind(states)
    let reads = 0
    const failing = (query: ScanQuery) =>
      query.segment?.index === 1 && ++reads > 2 ? Promise.reject(new Error('throttled')) : scan(query)
    Object.assign(states, { scan: failing })
    const first = await watch(world)
    expect(first.swept).toMatchObject({ failed: ['states 2 of 4'] })
    expect([...world.tables.sweep.keys()]).toEqual(['schedules', 'states 2 of 4'])
    expect(world.counted).toEqual([
      { name: 'ShardFailures', value: 1 },
      { name: 'Sweeps', value: 1 },
    ])
    Object.assign(states, { scan })
    const second = await watch(world)
    const late = second.woken.filter((shard) => !first.woken.includes(shard))
    expect(new Set([...first.woken, ...late]).size).toBe(50)
    expect(late.length).toBeGreaterThan(0)
  })

  test('everywhere is a sweep that the alarm misses', async () => {
    const world = worldOf(5)
    Object.assign(world.context.store.states, { scan: () => Promise.reject(new Error('throttled')) })
    Object.assign(world.context.store.jobs, { shards: () => Promise.reject(new Error('throttled')) })
    Object.assign(world.context.store.schedules, { scan: () => Promise.reject(new Error('throttled')) })
    expect(await world.sweep()).toBe(0)
    expect(world.counted).toEqual([{ name: 'ShardFailures', value: 6 }])
  })

  test('everywhere but in schedules, which are not looked at each time, is one that it misses, too', async () => {
    const world = worldOf(5)
    await world.sweep()
    Object.assign(world.context.store.states, { scan: () => Promise.reject(new Error('throttled')) })
    Object.assign(world.context.store.jobs, { shards: () => Promise.reject(new Error('throttled')) })
    world.counted.splice(0)
    await world.sweep()
    expect(world.counted).toEqual([{ name: 'ShardFailures', value: 5 }])
  })

  test('in keeping a place is lived with', async () => {
    const world = worldOf(50)
    Object.assign(world.context.store.states, {
      saveSweepCursor: () => Promise.reject(new Error('throttled')),
    })
    expect((await watch(world, { statePages: 4 })).count).toBe(8)
    expect((await watch(world)).count).toBe(50)
  })
})

describe('a wake-up that cannot be sent', () => {
  const REFUSED = 'crm|001'
  const refuse = (world: World): string[] => {
    const sent: string[] = []
    const send = async (wakes: readonly DelayedWake[]) => {
      sent.push(...wakes.map(({ shard }) => shard).filter((shard) => shard !== REFUSED))
      const unsent = wakes.filter(({ shard }) => shard === REFUSED)
      if (unsent.length > 0) throw new SendIncompleteError(unsent)
    }
    Object.assign(world.context.wake, { send })
    return sent
  }
  const namedBy = (world: World) => world.heard('wake-ups not sent').map(({ shards }) => shards)

  test('is named and counted, and the sweep wakes all others', async () => {
    const world = worldOf(5)
    const sent = refuse(world)
    expect(await world.sweep()).toBe(4)
    expect(sent).toHaveLength(4)
    expect(namedBy(world)).toEqual([[REFUSED]])
    expect(world.counted).toContainEqual({ name: 'ShardFailures', value: 1 })
  })

  test('is named and counted, and the tick wakes all others', async () => {
    const world = worldOf(5, { slots: {}, dueAt: NOW + 60_000, dueShard: '3' })
    const sent = refuse(world)
    expect(await world.tick()).toBe(4)
    expect([sent.length, namedBy(world)]).toEqual([4, [[REFUSED]]])
    expect(world.counted).toEqual([{ name: 'ShardFailures', value: 1 }])
  })
})

test('a part of the due index that cannot be read fails the tick, after all others have been woken', async () => {
  const world = worldOf(4, { slots: {}, dueAt: NOW + 60_000, dueShard: '3' })
  const { states } = world.context.store
  const due = states.due.bind(states)
  Object.assign(states, {
    due: (group: string, until: number) =>
      group === '0' ? Promise.reject(new Error('throttled')) : due(group, until),
  })
  await expect(world.tick()).rejects.toThrow('throttled')
  world.now += 60_000
  expect(await world.wake()).toBe(4)
})

describe('an override by hand', () => {
  test('that makes no sense is named and counted', async () => {
    const world = worldOf(2, { slots: {}, overrideProblem: 'concurrency: expected number' })
    await watch(world)
    const problem = expect.stringContaining('expected number')
    expect(world.heard('state item damaged')).toMatchObject([{ problem }, { problem }])
    expect(world.counted).toContainEqual({ name: 'DamagedShards', value: 2 })
  })

  test('on an idle item that will expire is looked at, so that it stays', async () => {
    const world = worldOf(2, { slots: {}, override: { concurrency: 0 }, expiresAt: 2_000_000_000 })
    expect((await watch(world)).count).toBe(2)
  })
})
