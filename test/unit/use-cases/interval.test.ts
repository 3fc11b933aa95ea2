/** The shortest time between two starts of a partition. */
import { describe, expect, test } from 'vitest'
import { type ConfigInput, defineConfig, type QueueInput } from '../../../lib/core/queue/config.ts'
import { configOf, jobItem, NOW } from '../../support/builders.ts'
import { World } from '../../support/world.ts'

const jobs = (count: number) => Array.from({ length: count }, (_, n) => jobItem({ id: `job-${n}` }))
const gapsOf = ({ attempts }: World) =>
  attempts.slice(1).map(({ at }, index) => at - (attempts[index]?.at ?? NOW))

describe('an interval', () => {
  test('lies between any two starts, however many slots there are', async () => {
    const world = new World(configOf({ concurrency: 10, minInterval: '2s' }))
    world.put(...jobs(6))
    await world.live(60_000)
    // And the margin of a rate of that period.
    expect(gapsOf(world)).toEqual([2050, 2050, 2050, 2050, 2050])
  })

  test('lies between those that are handed on in the same invocation, too', async () => {
    const world = new World(configOf({ concurrency: 1, minInterval: '200ms' }))
    world.remaining_ms = 900_000
    world.put(...jobs(6))
    await world.live(60_000)
    expect(gapsOf(world)).toHaveLength(5)
    expect(Math.min(...gapsOf(world))).toBeGreaterThanOrEqual(200)
  })

  test('holds over all shards in which jobs of the partition lie', async () => {
    const world = new World(configOf({ concurrency: 20, minInterval: '1s' }))
    world.put(...jobs(6).map((item, n) => ({ ...item, pk: `${item.pk}|${n % 4}` })))
    await world.live(120_000)
    expect(gapsOf(world)).toHaveLength(5)
    expect(Math.min(...gapsOf(world))).toBeGreaterThanOrEqual(1000)
  })
})

describe('a configuration', () => {
  const queue = (input: QueueInput) => () =>
    defineConfig({ queues: { crm: input } } satisfies ConfigInput).queues.crm

  test('with an interval has one shard', () => {
    expect(queue({ minInterval: '200ms' })()).toMatchObject({
      shards: 1,
      rateLimit: { allowed: 1, period_ms: 200, margin_ms: 20, isInterval: true },
    })
  })

  test.each<[string, QueueInput]>([
    ['one rate', { minInterval: '1s', rateLimit: { allowed: 5, period: '1m' } }],
    ['one shard', { minInterval: '1s', shards: 2 }],
    ['at most 100', { minInterval: '1s', concurrency: 101 }],
    ['>=100', { minInterval: '99ms' }],
  ])('is refused if it contradicts that: %s', (problem, input) => {
    expect(queue(input)).toThrow(expect.objectContaining({ path: 'queues.crm.minInterval' }))
    expect(queue(input)).toThrow(problem)
  })
})
