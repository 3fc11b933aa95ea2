/** The rate of an app is set at run time: every partition has the new number, and none is ever admitted above it. */
import { describe, expect, test } from 'vitest'
import type { JobItem } from '../../../lib/core/job/job.ts'
import type { AppRate } from '../../../lib/core/limits/derived.ts'
import { type Config, defineConfig } from '../../../lib/core/queue/config.ts'
import { type AppRateChange, setAppRate } from '../../../lib/use-cases/operate/set-app-rate.ts'
import { overrideLimits } from '../../../lib/use-cases/operate/set-limits.ts'
import { asShard, jobItem, SHARD } from '../../support/builders.ts'
import { jobsIn, PLAIN, shard } from '../../support/spread.ts'
import { World } from '../../support/world.ts'

/** 4 slots for each partition. */
const RATE = { rate: 80, frequency_s: 10 }
const HALF = { rate: 40, frequency_s: 10 }
const ONE = { rate: 20, frequency_s: 10 }

const configOf = (rate: AppRate = RATE, queue: { shards?: number; floor?: number } = {}): Config =>
  defineConfig({
    apps: { hub: rate },
    queues: { crm: { partition: { payload: 'customer' }, app: 'hub', ...queue }, other: {} },
  })

const setRate = (world: World, rate: AppRate, rest: Partial<AppRateChange> = {}) =>
  setAppRate(world.context, { app: 'hub', rate, note: { by: 'ann' }, ...rest })

const jobs = (customer: string, count = 6): JobItem[] =>
  Array.from({ length: count }, (_, n) =>
    jobItem({ pk: asShard(`crm|${customer}`), id: `${customer}-${n}`, payload: { customer } }),
  )
const inFlight = (world: World, customer: string) =>
  Object.keys(world.state(asShard(`crm|${customer}`)).slots).length

async function visited(config: Config, ...customers: readonly string[]): Promise<World> {
  const world = new World(config)
  for (const customer of customers) world.put(...jobs(customer))
  await world.stream()
  return world
}

/** At the n-th call of the store from now on something else happens first. */
function interrupt(
  world: World,
  at: number,
  action: () => Promise<unknown>,
): { readonly calls: () => number } {
  const { store } = world.context
  let calls = 0
  for (const port of [store.states, store.jobs] as unknown as Record<string, unknown>[])
    for (const [verb, call] of Object.entries(port) as [string, (...given: unknown[]) => unknown][])
      port[verb] = async (...given: unknown[]) => {
        if (calls++ === at) await action()
        return call(...given)
      }
  return { calls: () => calls }
}

describe('a partition of an app', () => {
  test('keeps its number beside its state, with the floor', async () => {
    const world = await visited(configOf(ONE, { floor: 2 }), 'acme')
    expect(world.state().derived).toMatchObject({ concurrency: 2, generation: 0 })
    expect(inFlight(world, 'acme')).toBe(2)
  })

  test('is computed once: later passes read no rate', async () => {
    const world = await visited(configOf(), 'acme')
    const { states } = world.context.store
    states.appRecord = () => Promise.reject(new Error('it was read'))
    await world.settle()
    expect(world.ran).toHaveLength(6)
  })

  test('gets the rate that was set before it was made', async () => {
    const world = new World(configOf())
    await setRate(world, HALF)
    world.put(...jobs('new'))
    await world.stream()
    expect(inFlight(world, 'new')).toBe(2)
  })

  test('an override wins, and what it leaves out is derived', async () => {
    const world = new World(configOf())
    const crm = world.context.config.queues['crm']
    if (!crm) throw new Error('no queue')
    await overrideLimits(world.context, crm, 'acme', { concurrency: 3, by: 'bob' })
    world.put(...jobs('acme'))
    await world.stream()
    await setRate(world, ONE)
    await world.settle()
    expect([world.mostAtOnce, world.state().derived?.concurrency]).toEqual([3, 1])
  })
})

describe('a rate that is set', () => {
  test('reaches every partition of the app, tells how far it is, and keeps who did it', async () => {
    const world = await visited(configOf(), 'a', 'b', 'c')
    world.put(jobItem({ pk: asShard('other'), id: 'other' }))
    await world.stream()
    const told: unknown[] = []
    const result = await setRate(world, HALF, { onProgress: (progress) => told.push(progress) })
    expect([result, told]).toEqual([{ partitions: 3 }, [{ done: 3, total: 3 }]])
    for (const customer of ['a', 'b', 'c'])
      expect(world.state(asShard(`crm|${customer}`)).derived).toMatchObject({ concurrency: 2, generation: 1 })
    expect(world.state(asShard('other')).derived).toBeUndefined()
    expect(world.tables.apps?.get('hub')).toMatchObject({ rate: HALF, by: 'ann', isComplete: true })
  })

  test('is obeyed by a queue that was gone meanwhile, and comes back', async () => {
    const world = await visited(configOf(), 'acme')
    const without = defineConfig({ apps: { hub: RATE }, queues: { other: {} } })
    await setAppRate({ ...world.context, config: without }, { app: 'hub', rate: ONE, note: {} })
    await world.settle()
    expect(world.state().derived).toMatchObject({ concurrency: 1, generation: 1 })
    expect(world.ran).toHaveLength(6)
    world.put(...jobs('acme', 9))
    await world.stream()
    expect(inFlight(world, 'acme')).toBe(1)
  })

  test('wakes those that wait, if there is more room', async () => {
    const world = await visited(configOf(ONE), 'acme')
    await setRate(world, RATE)
    await world.wake()
    expect(inFlight(world, 'acme')).toBe(4)
  })

  test('wakes nobody in a partition in which nothing waits, however many shards it might have', async () => {
    const world = await visited(configOf(RATE, { shards: 5 }), 'acme')
    await world.settle()
    expect(world.state()).toMatchObject({ derived: { concurrency: 4 } })
    world.takeWakes()
    await setRate(world, HALF)
    expect(world.takeWakes()).toEqual([])
  })

  test('wakes a shard whose own jobs are all that the rate allowed: it stands in no line', async () => {
    const world = new World(configOf(ONE, { shards: 2 }))
    world.put(...jobsIn(shard(1), 6))
    await world.stream()
    expect([world.inFlight.length, world.state(PLAIN).books?.slots.line]).toEqual([1, {}])
    await setRate(world, RATE)
    await world.wake()
    expect(world.inFlight).toHaveLength(4)
  })

  test('goes on where a call has died, and does nothing when all is done', async () => {
    const world = await visited(configOf(), ...Array.from({ length: 501 }, (_, n) => `c${n}`))
    const { states } = world.context.store
    const { rederive } = states
    let left = 500
    states.rederive = async (...given) => {
      if (left-- === 0) throw new Error('the process has died')
      return rederive(...given)
    }
    await expect(setRate(world, HALF)).rejects.toThrow('died')
    expect(world.tables.apps?.get('hub')).toMatchObject({ done: 500, isComplete: false })
    left = 1
    expect(await setRate(world, HALF)).toEqual({ partitions: 501 })
    left = 0
    expect(await setRate(world, HALF)).toEqual({ partitions: 501 })
    expect([...world.tables.states.values()].map(({ derived }) => derived?.concurrency)).toEqual(
      Array.from({ length: 501 }, () => 2),
    )
  })

  test('leaves the rest to whoever has set another one meanwhile', async () => {
    const world = await visited(configOf(), 'acme')
    const other = { ...world.context.store.states }
    const context = { ...world.context, store: { ...world.context.store, states: other } }
    interrupt(world, 2, () => setAppRate(context, { app: 'hub', rate: HALF, note: {} }))
    expect(await setRate(world, ONE)).toMatchObject({ isReplaced: true })
    expect(world.state().derived).toMatchObject({ concurrency: 2, generation: 2 })
  })
})

describe('a deploy', () => {
  const redeployed = (world: World, config: Config) => Object.assign(world.context, { config })

  test('that changes the configured rate is newer than what was set, and wins', async () => {
    const world = await visited(configOf(), 'acme')
    await setRate(world, ONE)
    redeployed(world, configOf(HALF))
    await world.settle()
    expect(world.state().derived?.concurrency).toBe(2)
    // A roll-back puts in force again what was set.
    redeployed(world, configOf())
    world.put(...jobs('acme'))
    await world.stream()
    expect(world.state().derived?.concurrency).toBe(1)
  })

  test('that changes something else leaves what was set', async () => {
    const world = await visited(configOf(), 'acme')
    await setRate(world, ONE)
    redeployed(world, configOf(RATE, { floor: 3 }))
    await world.settle()
    expect(world.state().derived).toMatchObject({ concurrency: 3, generation: 1 })
  })
})

const PLACES = [
  { name: 'a partition of one shard', config: configOf(), pk: SHARD },
  { name: 'one of four', config: configOf(RATE, { shards: 4 }), pk: shard(0) },
]
/** More than either makes calls. */
const MOMENTS = Array.from({ length: 30 }, (_, n) => n)

describe.each(PLACES)('nothing is admitted above the new number after the call: $name', ({ config, pk }) => {
  test.each(['it is new', 'it is known'])('whenever a pass is interrupted: %s', async (which) => {
    let latest = 0
    for (const moment of MOMENTS) {
      const world = new World(config)
      world.put(...jobsIn(pk, 2, 'first'))
      if (which === 'it is known') await world.stream()
      world.put(...jobsIn(pk, 6, 'then'))
      const context = { ...world.context, store: copyOf(world) }
      let atReturn = 0
      const { calls } = interrupt(world, moment, async () => {
        await setAppRate(context, { app: 'hub', rate: ONE, note: {} })
        atReturn = world.inFlight.length
      })
      await world.stream()
      latest = Math.max(latest, calls())
      if (moment < calls()) expect([moment, world.inFlight.length]).toEqual([moment, Math.max(atReturn, 1)])
    }
    expect(latest).toBeGreaterThan(3)
  })

  test('whenever a call is interrupted', async () => {
    for (const moment of MOMENTS) {
      const world = new World(config)
      world.put(...jobsIn(pk, 2, 'first'))
      const context = { ...world.context, store: copyOf(world) }
      interrupt(world, moment, () => world.stream())
      await setAppRate(context, { app: 'hub', rate: RATE, note: {} })
      await setRate(world, ONE)
      const atReturn = world.inFlight.length
      world.put(...jobsIn(pk, 6, 'then'))
      await world.stream()
      await world.wake()
      expect([moment, world.inFlight.length]).toEqual([moment, Math.max(atReturn, 1)])
    }
  })
})

function copyOf(world: World) {
  const { store } = world.context
  return { ...store, states: { ...store.states }, jobs: { ...store.jobs } }
}
