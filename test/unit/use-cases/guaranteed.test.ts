/** What a partition is guaranteed of a total, on the memory store. */
import { describe, expect, test } from 'vitest'
import { limiterOf } from '../../../lib/api/known-limiters.ts'
import { toLimiterOverride } from '../../../lib/api/limiter-input.ts'
import type { LimiterId } from '../../../lib/api/limiters.ts'
import type { TaskOutcome } from '../../../lib/core/job/ending.ts'
import { parseShard, type ShardKey } from '../../../lib/core/keys.ts'
import { guaranteeInForce } from '../../../lib/core/limits/guarantee-in-force.ts'
import type { LimitOverride } from '../../../lib/core/limits/limits.ts'
import { resumed } from '../../../lib/core/limits/pause.ts'
import { limiterKey, poolNamed, totalOf } from '../../../lib/core/limits/queue-limiter.ts'
import { defineConfig, type QueueInput } from '../../../lib/core/queue/config.ts'
import { setLimiter } from '../../../lib/use-cases/operate/set-limiter.ts'
import { jobItem } from '../../support/builders.ts'
import { ahead, deliver, live } from '../../support/interleave.ts'
import { World } from '../../support/world.ts'

const CRM = { partition: { payload: 'customer' }, timeout: 10_000, total: 4 } as const
const worldOf = (crm: Partial<QueueInput> = {}) =>
  new World(defineConfig({ queues: { crm: { ...CRM, guaranteed: { acme: 2 }, ...crm } } }))
const jobs = (pk: string, count: number) =>
  Array.from({ length: count }, (_, n) =>
    jobItem({ pk: pk as ShardKey, id: `${pk.replaceAll('|', '-')}-${n}`, task: 'sync' }),
  )
const inFlight = (world: World, partition: string) =>
  [...world.tables.states.values()]
    .filter(({ shard }) => {
      const parsed = parseShard(shard)
      return parsed.ok && parsed.value.partition === partition
    })
    .reduce((sum, { slots }) => sum + Object.keys(slots).length, 0)
const total = (world: World) => world.state(limiterKey(totalOf('crm'))).books?.slots
/** Handlers that run until they are told to end. */
function holding(world: World): () => void {
  const ends: (() => void)[] = []
  world.handler = () => new Promise<TaskOutcome>((resolve) => ends.push(() => resolve({ kind: 'succeeded' })))
  return () => {
    for (const end of ends.splice(0)) end()
  }
}

describe('a partition with a guaranteed minimum', () => {
  test('finds its places at any time, and the others have the rest', async () => {
    const world = worldOf()
    holding(world)
    world.put(...jobs('crm|a', 3), ...jobs('crm|b', 3))
    await deliver(world)
    expect(inFlight(world, 'a') + inFlight(world, 'b')).toBe(2)
    world.put(...jobs('crm|acme', 3))
    await deliver(world)
    expect(inFlight(world, 'acme')).toBe(2)
  })

  test('may have more if there is room, and gives that back when others come', async () => {
    const world = worldOf()
    const end = holding(world)
    world.put(...jobs('crm|acme', 30))
    await deliver(world)
    expect(inFlight(world, 'acme')).toBe(4)
    world.put(...jobs('crm|a', 2))
    await deliver(world)
    for (let round = 0; round < 4; round++) {
      end()
      await deliver(world)
    }
    expect(world.ran.filter((id) => id.startsWith('crm-a-')).length).toBeGreaterThan(0)
    expect(inFlight(world, 'acme')).toBeGreaterThanOrEqual(2)
  })

  test('gets its places from those that had them before, at their next release', async () => {
    const world = worldOf({ guaranteed: {} })
    const end = holding(world)
    world.put(...jobs('crm|a', 30))
    await deliver(world)
    expect(inFlight(world, 'a')).toBe(4)
    // A deploy has put the guarantee into force.
    Object.assign(world.context, { config: worldOf().context.config })
    world.put(...jobs('crm|acme', 5))
    await deliver(world)
    expect(inFlight(world, 'acme')).toBe(0)
    end()
    await deliver(world)
    expect(inFlight(world, 'acme')).toBeGreaterThanOrEqual(2)
  })

  test('keeps as large a part of a total that was lowered, and others have the rest of it', async () => {
    const world = worldOf()
    holding(world)
    await setLimiter(world.context, totalOf('crm'), { concurrency: 2 })
    world.put(...jobs('crm|a', 3))
    await deliver(world)
    expect(inFlight(world, 'a')).toBe(1)
    world.put(...jobs('crm|acme', 3))
    await deliver(world)
    expect(inFlight(world, 'acme')).toBe(1)
  })

  test('over several shards has it once', async () => {
    const world = worldOf({ shards: 3, total: 8 })
    holding(world)
    world.put(...jobs('crm|a', 9))
    await deliver(world)
    expect(inFlight(world, 'a')).toBe(6)
    for (const n of [0, 1, 2]) world.put(...jobs(`crm|acme|${n}`, 2))
    await deliver(world)
    expect(inFlight(world, 'acme')).toBe(2)
  })

  test('and all others end, and nothing stays lent', async () => {
    const world = worldOf()
    world.put(...jobs('crm|acme', 5), ...jobs('crm|a', 5), ...jobs('crm|b', 5), ...jobs('crm|c', 5))
    await live(world, 120_000)
    expect(world.ran).toHaveLength(20)
    expect(world.mostAtOnce).toBeLessThanOrEqual(4)
    expect(total(world)).toEqual({ loans: {}, line: {} })
  })
})

describe('what is guaranteed at run time', () => {
  test('is kept from then on, in place of what is configured, and taken back', async () => {
    const world = worldOf()
    const end = holding(world)
    const set = (limits: LimitOverride | undefined) => setLimiter(world.context, totalOf('crm'), limits)
    await set({ guaranteed: { globex: 3 } })
    world.put(...jobs('crm|acme', 40))
    await deliver(world)
    expect(inFlight(world, 'acme')).toBe(1)
    world.put(...jobs('crm|globex', 3))
    await deliver(world)
    expect(inFlight(world, 'globex')).toBe(3)
    await set(undefined)
    for (let round = 0; round < 4; round++) {
      end()
      await deliver(world)
    }
    expect(inFlight(world, 'acme')).toBe(4)
    expect(world.mostAtOnce).toBe(4)
  })

  test('loses to no loan that is being made', async () => {
    const world = worldOf({ guaranteed: {} })
    holding(world)
    world.put(...jobs('crm|a', 4))
    ahead(world, 'writeBooks', () => setLimiter(world.context, totalOf('crm'), { guaranteed: { acme: 2 } }))
    await deliver(world)
    expect(inFlight(world, 'a')).toBe(2)
  })

  test('of more than there is by now is a part of it, as it was of what there was', () => {
    const of = (concurrency: number, override: LimitOverride) =>
      guaranteeInForce({ name: totalOf('crm'), concurrency, guaranteed: { acme: 2 } }, override)
    expect(of(4, {})).toEqual({ units: { acme: 2 }, total: 4 })
    expect(of(4, { concurrency: 2 })).toEqual({ units: { acme: 2 }, total: 4 })
    expect(of(4, { concurrency: 9, guaranteed: { b: 8 } })).toEqual({ units: { b: 8 }, total: 9 })
    expect(of(4, { guaranteed: { b: 8 } })).toEqual({ units: { b: 8 }, total: 8 })
    expect(of(4, { guaranteed: {} })).toBeUndefined()
    expect(
      guaranteeInForce({ name: poolNamed('api'), concurrency: 4 }, { guaranteed: { b: 2 } }),
    ).toBeUndefined()
  })

  test('stays when a pause is lifted', () => {
    const note = { by: 'ann' }
    expect(resumed({ guaranteed: { acme: 2 }, paused: note })).toEqual({ guaranteed: { acme: 2 } })
    expect(resumed({ paused: note })).toBeUndefined()
  })

  test('obeys the rules of what is configured', () => {
    const config = defineConfig({
      pools: { api: { concurrency: 4 } },
      queues: { crm: { ...CRM, concurrency: 3 }, mail: { total: 4 } },
    })
    const of = (id: LimiterId, guaranteed: Record<string, number>, concurrency?: number) =>
      toLimiterOverride(config, limiterOf(config, id), {
        guaranteed,
        ...(concurrency === undefined ? {} : { concurrency }),
      })
    expect(of({ total: 'crm' }, { 'a|b': 3 })).toEqual({ guaranteed: { 'a%7Cb': 3 } })
    expect(of({ total: 'crm' }, { a: 3, b: 3 }, 6)).toEqual({ concurrency: 6, guaranteed: { a: 3, b: 3 } })
    expect(of({ total: 'crm' }, {})).toEqual({ guaranteed: {} })
    expect(() => of({ total: 'crm' }, { a: 3, b: 3 })).toThrow(/guaranteed: 6 units .* the total is 4/)
    expect(() => of({ total: 'crm' }, { a: 3 }, 2)).toThrow(/the total is 2/)
    expect(() => of({ total: 'crm' }, { a: 4 })).toThrow(/guaranteed\.a: .*concurrency of 3/)
    expect(() => of({ total: 'crm' }, { a: 0 })).toThrow(/guaranteed\.a/)
    expect(() => of({ total: 'mail' }, { a: 1 })).toThrow(/partition rule/)
    expect(() => of({ pool: 'api' }, { a: 1 })).toThrow(/it is a part of a queue's total/)
  })
})
