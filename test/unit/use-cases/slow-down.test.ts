/** A partition that is slowed down starts nothing before a time, spends nothing, and goes on by itself. */
import { describe, expect, test } from 'vitest'
import type { TaskOutcome } from '../../../lib/core/job/ending.ts'
import type { Job } from '../../../lib/core/job/job.ts'
import { slowPartition } from '../../../lib/use-cases/operate/slow-down.ts'
import { asShard, configOf, jobItem, NOW } from '../../support/builders.ts'
import { jobsIn, PLAIN, shard } from '../../support/spread.ts'
import { World } from '../../support/world.ts'

const MINUTE = 60_000

/** The first attempt of the first job is told to come back in a minute. */
function slowsOnce(world: World, until = NOW + MINUTE): void {
  let told = false
  world.handler = async (_job: Job): Promise<TaskOutcome> => {
    if (told) return { kind: 'succeeded' }
    told = true
    return { kind: 'slowed', until, reason: 'HTTP 429' }
  }
}

const startsAt = (world: World) => world.attempts.map(({ id, at, attempt }) => [id, at - NOW, attempt])

describe('a handler that asks for it', () => {
  test('spends no attempt, and nothing of its partition starts before', async () => {
    const world = new World(configOf({ concurrency: 1, shards: 1, retry: { attempts: 1 } }))
    slowsOnce(world)
    world.put(...jobsIn(PLAIN, 3))
    await world.settle()
    expect(world.attempts).toHaveLength(1)
    expect(world.state(PLAIN)).toMatchObject({
      slots: {},
      waiting: false,
      dueAt: NOW + MINUTE,
      slowed: { until: NOW + MINUTE, reason: 'HTTP 429' },
    })
    await world.live(2 * MINUTE)
    expect(world.attempts).toHaveLength(4)
    expect(world.attempts.slice(1).every(({ at }) => at >= NOW + MINUTE)).toBe(true)
    expect(world.attempts.every(({ attempt }) => attempt === 1)).toBe(true)
    expect([world.jobs, world.dead]).toEqual([[], []])
  })

  test('keeps its place in the order', async () => {
    const world = new World(configOf({ concurrency: 1, shards: 1 }))
    slowsOnce(world)
    const [first, ...others] = jobsIn(PLAIN, 3)
    if (!first) throw new Error('no job')
    world.put(first, ...others)
    await world.live(2 * MINUTE)
    expect(startsAt(world).map(([id]) => id)).toEqual(
      [first, first, ...others].map(({ sk }) => sk.split('#')[2]),
    )
  })

  test('delays no other partition', async () => {
    const world = new World(configOf({ concurrency: 1, shards: 1 }))
    slowsOnce(world)
    world.put(...jobsIn(PLAIN, 2))
    await world.settle()
    world.put(jobItem({ id: 'theirs', pk: asShard('crm|globex') }))
    await world.settle()
    expect(world.ran).toContain('theirs')
  })

  test('writes nothing more than the slot that it frees', async () => {
    const world = new World(configOf({ concurrency: 1, shards: 1 }))
    slowsOnce(world)
    world.put(...jobsIn(PLAIN, 2))
    await world.stream()
    const [message] = world.takeWork()
    if (!message) throw new Error('no message')
    const written: string[] = []
    const { states, jobs } = world.context.store
    for (const [store, verbs] of [
      [states, ['pass', 'release', 'slowDown', 'writeBooks', 'recordBorrowed', 'override']],
      [jobs, ['remove', 'replace', 'bury']],
    ] as const)
      for (const verb of verbs) {
        const original = Reflect.get(store, verb)
        Reflect.set(store, verb, async (...given: unknown[]) => {
          written.push(verb)
          return Reflect.apply(original, store, given)
        })
      }
    await world.work(message)
    expect(written).toEqual(['pass'])
  })

  test('asks for a second at least, and for a day at most', async () => {
    for (const [until, at] of [
      [NOW - 1, NOW + 1000],
      [NOW + 1000 * 86_400_000, NOW + 86_400_000],
    ] as const) {
      const world = new World(configOf({ concurrency: 1, shards: 1 }))
      slowsOnce(world, until)
      world.put(...jobsIn(PLAIN, 1))
      await world.stream()
      for (const message of world.takeWork()) await world.work(message)
      expect(world.state(PLAIN).slowed?.until).toBe(at)
    }
  })

  test('in one shard of many slows all of them, and shortens nothing', async () => {
    const world = new World(configOf({ concurrency: 4, shards: 2 }))
    slowsOnce(world, NOW + MINUTE)
    world.put(...jobsIn(shard(0), 1))
    await world.settle()
    expect(world.state(PLAIN).slowed).toMatchObject({ until: NOW + MINUTE })
    world.put(...jobsIn(shard(1), 3, 'other'))
    await world.settle()
    expect(world.attempts).toHaveLength(1)
    await world.live(2 * MINUTE)
    expect([world.attempts.length, world.jobs]).toEqual([5, []])
    expect(world.attempts.slice(1).every(({ at }) => at >= NOW + MINUTE)).toBe(true)
  })
})

describe('a person who asks for it', () => {
  const queue = (world: World) => {
    const found = world.context.config.queues['crm']
    if (!found) throw new Error('no queue')
    return found
  }

  test.each([1, 2])('stops what would start, and may end that (%d shards)', async (shards) => {
    const world = new World(configOf({ concurrency: 2, shards }))
    const slow = { until: NOW + MINUTE, reason: 'their backup', by: 'ann' }
    await slowPartition(world.context, queue(world), 'acme', slow)
    const pk = shards === 1 ? PLAIN : shard(1)
    world.put(...jobsIn(pk, 2))
    await world.settle()
    expect([world.attempts, world.state(PLAIN).slowed]).toEqual([[], slow])
    await slowPartition(world.context, queue(world), 'acme', undefined)
    await world.settle()
    expect([world.attempts.length, world.state(PLAIN).slowed]).toEqual([2, undefined])
  })

  test('leaves an item that goes when it is over', async () => {
    const world = new World(configOf({ concurrency: 2, shards: 1 }))
    await slowPartition(world.context, queue(world), 'acme', { until: NOW + MINUTE, reason: 'x' })
    await world.settle()
    expect((world.state(PLAIN).expiresAt ?? 0) * 1000).toBeGreaterThan(NOW + MINUTE)
    world.now = NOW + 2 * MINUTE
    world.put(...jobsIn(PLAIN, 1))
    await world.settle()
    expect([world.ran.length, world.state(PLAIN).slowed]).toEqual([1, undefined])
  })
})

test('a sweep wakes nobody for jobs that wait for the end of a slow-down', async () => {
  const world = new World(configOf({ concurrency: 1, shards: 1 }))
  slowsOnce(world, NOW + 60 * MINUTE)
  world.put(...jobsIn(PLAIN, 3))
  await world.settle()
  world.takeWakes()
  world.now = NOW + 10 * MINUTE
  await world.sweep()
  expect(world.takeWakes()).toEqual([])
})
