import { describe, expect, test } from 'vitest'
import { configOf, jobItem, NOW } from '../../support/builders.ts'
import { World } from '../../support/world.ts'

const CONFIG = configOf({ concurrency: 2 })
const HOUR_MS = 3_600_000

describe('a delayed job', () => {
  test('does not run before its time, and then immediately', async () => {
    const world = new World(CONFIG)
    world.put(jobItem({ id: 'a', runAt: NOW + 5000 }))
    await world.settle()
    expect(world.nextWake).toBe(NOW + 5000)
    await world.live(60_000)
    expect(world.attempts).toMatchObject([{ id: 'a', at: NOW + 5000 }])
  })

  test('far off is listed in the due index, and the tick of its minute wakes its shard to the ms', async () => {
    const world = new World(CONFIG)
    world.put(jobItem({ id: 'a', runAt: NOW + HOUR_MS }))
    await world.settle()
    expect(world.nextWake).toBeUndefined()
    expect(world.state()).toMatchObject({ dueAt: NOW + HOUR_MS, dueShard: expect.any(String) })
    for (let minute = 0; minute < 61; minute++) {
      await world.tick()
      await world.live(60_000)
    }
    expect(world.attempts).toMatchObject([{ id: 'a', at: NOW + HOUR_MS }])
  })

  test('brings the wake-up forward where it comes before another', async () => {
    const world = new World(CONFIG)
    for (const [id, delay_ms] of [
      ['far', 2 * HOUR_MS],
      ['near', 5000],
      ['between', HOUR_MS],
    ] as const) {
      world.put(jobItem({ id, runAt: NOW + delay_ms }))
      await world.settle()
    }
    for (let minute = 0; minute < 121; minute++) {
      await world.tick()
      await world.live(60_000)
    }
    expect(world.attempts.map(({ id, at }) => [id, at - NOW])).toEqual([
      ['near', 5000],
      ['between', HOUR_MS],
      ['far', 2 * HOUR_MS],
    ])
  })

  test('whose wake-up was lost is found by the sweep', async () => {
    const world = new World(CONFIG)
    const wake = world.context.wake.send
    Object.assign(world.context.wake, { send: async () => {} })
    world.put(jobItem({ id: 'a', runAt: NOW + 5000 }))
    await world.settle()
    Object.assign(world.context.wake, { send: wake })
    world.now = NOW + 40_000
    expect(await world.sweep()).toBe(1)
    await world.settle()
    expect(world.ran).toEqual(['a'])
  })

  test('whose wake-up comes a little early is woken for again', async () => {
    const world = new World(CONFIG)
    world.put(jobItem({ id: 'a', runAt: NOW + 5000 }))
    await world.settle()
    world.now = NOW + 4999
    const { pass } = await import('../../../lib/use-cases/pass/pass.ts')
    const { shard, dueAt } = world.state()
    await pass(world.context, { shard, ...(dueAt === undefined ? {} : { wokenFor: dueAt }) })
    await world.live(10_000)
    expect(world.attempts).toMatchObject([{ at: NOW + 5000 }])
  })

  test('does not stand before one that is due, however many and however urgent they are', async () => {
    const world = new World(CONFIG)
    const urgent = Array.from({ length: 300 }, (_, n) =>
      jobItem({ id: `later-${n}`, priority: n % 5, runAt: NOW + HOUR_MS + n }),
    )
    world.put(...urgent, jobItem({ id: 'now-5', priority: 5 }), jobItem({ id: 'now-9', priority: 9 }))
    await world.settle()
    expect(world.ran).toEqual(['now-5', 'now-9'])
    expect(world.state().dueAt).toBe(NOW + HOUR_MS)
  })

  test('is read with few queries, however many there are', async () => {
    const world = new World(CONFIG)
    world.put(
      ...Array.from({ length: 500 }, (_, n) => jobItem({ id: `a${n}`, priority: 0, runAt: NOW + HOUR_MS })),
    )
    world.put(jobItem({ id: 'now' }))
    let queries = 0
    const { jobs } = world.context.store
    const { range } = jobs
    Object.assign(jobs, {
      range: (...args: Parameters<typeof range>) => {
        queries++
        return range(...args)
      },
    })
    await world.stream()
    expect(queries).toBeLessThanOrEqual(3)
  })
})
