/** Items of the version before, which divided a limit among shards and kept overrides in each of them. */
import { describe, expect, test } from 'vitest'
import { emptyState, type ShardState, type Slot } from '../../../lib/core/shard/state.ts'
import { overrideLimits } from '../../../lib/use-cases/operate/set-limits.ts'
import { claimed, configOf, jobItem, NOW } from '../../support/builders.ts'
import { damage, jobsIn, lent, PLAIN, shard } from '../../support/spread.ts'
import { World } from '../../support/world.ts'

const CONFIG = configOf({ concurrency: 4, shards: 4, rateLimit: { allowed: 8, period: 60_000, margin: 0 } })

/** So many jobs in flight in each of two shards, and what else their items say. */
function fromBefore(inFlight: number, ...parts: readonly Partial<ShardState>[]): World {
  const world = new World(CONFIG)
  world.tables.earlierShards.set('crm', new Set([2]))
  for (const index of [0, 1]) {
    const pk = shard(index)
    const ids = Array.from({ length: inFlight }, (_, n) => `old-${index}-${n}`)
    for (const id of ids) world.put(jobItem({ id, pk }))
    const slots: Record<string, Slot> = Object.fromEntries(ids.map((id) => [id, claimed(`token-of-${id}`)]))
    const item = { ...emptyState(pk), initialised: true, version: 3, slots, ...parts[index] }
    world.tables.states.set(pk, item)
  }
  return world
}

describe('of a partition from before', () => {
  test('what is in flight counts, and the rest of the limit is free for any shard', async () => {
    const world = fromBefore(1)
    world.put(...jobsIn(shard(3), 9, 'new'))
    await world.stream()
    expect([world.inFlight.length, lent(world, 'slots')]).toEqual([4, 4])
  })

  test('the starts that are remembered count', async () => {
    const world = fromBefore(0, { window: { [NOW - 1000]: 3 } }, { window: { [NOW - 1000]: 3 } })
    world.put(...jobsIn(shard(3), 9, 'new'))
    await world.stream()
    expect([world.inFlight.length, lent(world, 'starts')]).toEqual([2, 8])
  })

  test('nothing is admitted while more is in flight than the limit', async () => {
    const world = fromBefore(3)
    world.put(...jobsIn(shard(3), 9, 'new'))
    await world.stream()
    expect(world.inFlight).toHaveLength(6)
  })

  test('a limit that was set is kept by the plain shard; the copies stay, for a deploy may be rolled back', async () => {
    const override = { concurrency: 1 }
    const world = fromBefore(0, { override }, { override })
    world.put(...jobsIn(shard(0), 5, 'a'), ...jobsIn(shard(3), 5, 'b'))
    await world.stream()
    expect(world.inFlight).toHaveLength(1)
    expect([world.state(PLAIN), world.state(shard(0))]).toMatchObject([{ override }, { slots: {} }])
    expect([world.state(shard(0)).override, world.state(shard(1)).override]).toEqual([override, override])
  })

  test('the copies go when a limit is set: they would say something else', async () => {
    const override = { concurrency: 1 }
    const world = fromBefore(0, { override }, { override })
    world.put(...jobsIn(shard(3), 5, 'b'))
    await world.stream()
    const queue = CONFIG.queues['crm']
    if (!queue) throw new Error('no queue')
    await overrideLimits(world.context, queue, 'acme', undefined)
    expect([world.state(shard(0)).override, world.state(shard(1)).override]).toEqual([undefined, undefined])
    await world.settle()
    expect(world.jobs).toEqual([])
  })

  test.each([
    [{ override: { concurrency: 3 } }, { override: { concurrency: 1 } }, 1],
    [{ override: { concurrency: 2 } }, {}, 2],
    [{ override: { concurrency: 3 } }, { overrideProblem: 'it makes no sense' }, 0],
  ])('the strictest is kept, if they differ: %j and %j', async (one, other, limit) => {
    const world = fromBefore(0, one, other)
    world.put(...jobsIn(shard(0), 9, 'a'), ...jobsIn(shard(3), 9, 'b'))
    await world.stream()
    expect(world.inFlight).toHaveLength(limit)
  })

  test('a limit that is set by the new version is the one that holds', async () => {
    const world = fromBefore(0, { override: { concurrency: 1 } }, { override: { concurrency: 1 } })
    const queue = CONFIG.queues['crm']
    if (!queue) throw new Error('no queue')
    await overrideLimits(world.context, queue, 'acme', { concurrency: 3 })
    world.put(...jobsIn(shard(0), 9, 'a'), ...jobsIn(shard(3), 9, 'b'))
    await world.stream()
    expect(world.inFlight).toHaveLength(3)
  })

  test('a damaged item keeps the share that it can have had, and stops no other', async () => {
    const world = fromBefore(1)
    damage(world, shard(1))
    world.put(...jobsIn(shard(3), 9, 'new'))
    await world.stream()
    // One in flight, and of four slots two are the damaged shard's.
    expect(lent(world, 'slots')).toBe(4)
    expect(Object.keys(world.tables.states.get(shard(3))?.slots ?? {})).toHaveLength(1)
    expect(world.heard('shard damaged').map((event) => event.shard)).toContain(shard(1))
  })

  test('that had one shard only, everything stays as it was', async () => {
    const world = new World(CONFIG)
    world.tables.earlierShards.set('crm', new Set([1]))
    const slots = { old: claimed('token-of-old') }
    const override = { concurrency: 2 }
    world.tables.states.set(PLAIN, { ...emptyState(PLAIN), initialised: true, version: 3, slots, override })
    world.put(jobItem({ id: 'old', pk: PLAIN }), ...jobsIn(shard(1), 9, 'new'))
    await world.stream()
    expect(world.inFlight).toHaveLength(2)
  })
})

describe('whoever takes it over may die at any write', () => {
  const deaths = Array.from({ length: 6 }, (_, n) => [n, 'before'] as const).flatMap(([n]) => [
    [n, 'before'] as const,
    [n, 'after'] as const,
  ])

  test.each(deaths)('%d, %s it is made: the next one does the rest', async (nth, when) => {
    const override = { concurrency: 3 }
    const world = fromBefore(1, { override }, { override })
    let writes = 0
    const dying =
      <Arguments extends unknown[], Outcome>(call: (...given: Arguments) => Promise<Outcome>) =>
      async (...given: Arguments): Promise<Outcome> => {
        const dies = writes++ === nth
        if (dies && when === 'before') throw new Error('it dies')
        const outcome = await call(...given)
        if (dies) throw new Error('it dies')
        return outcome
      }
    const { states } = world.context.store
    const { override: overrideOf, recordBorrowed, writeBooks } = states
    Object.assign(states, {
      override: dying(overrideOf),
      recordBorrowed: dying(recordBorrowed),
      writeBooks: dying(writeBooks),
    })
    world.put(...jobsIn(shard(3), 9, 'new'))
    for (let visit = 0; visit < 4; visit++) {
      await world.pass(shard(3)).catch(() => undefined)
      await world.pass(shard(0)).catch(() => undefined)
      expect(world.inFlight.length).toBeLessThanOrEqual(3)
    }
    expect([world.inFlight.length, world.state(PLAIN).override]).toEqual([3, override])
    expect(writes).toBeGreaterThan(nth === 5 ? 3 : nth)
  })
})
