/** Limits of all partitions of a queue, set at run time: nothing starts above them, and what waits goes on when they are raised. */
import { describe, expect, test } from 'vitest'
import type { LimitOverride } from '../../../lib/core/limits/limits.ts'
import { paused } from '../../../lib/core/limits/pause.ts'
import { NOTICED_AFTER_MS } from '../../../lib/core/times.ts'
import { pauseQueue, resumeQueue } from '../../../lib/use-cases/operate/pause-queue.ts'
import { amendLimits, overrideLimits } from '../../../lib/use-cases/operate/set-limits.ts'
import { setQueueLimits } from '../../../lib/use-cases/operate/set-queue-limits.ts'
import { NOW } from '../../support/builders.ts'
import { live, longRunning } from '../../support/interleave.ts'
import { crm, job, notedWakes, type Queue, type Rest, worldOf } from '../../support/whole-queue.ts'
import type { World } from '../../support/world.ts'

const NOTE = { by: 'ann@example.com', reason: 'their API is slow' }
const MINUTE = 60_000
const jobsOf = (pk: string, count: number) =>
  Array.from({ length: count }, (_, n) => job(pk, `${nameIn(pk)}-${n}`))
const nameIn = (pk: string) => pk.replace('|', '-')
const set = (world: World, limits: LimitOverride | undefined) =>
  setQueueLimits(world.context, crm(world), limits && { ...limits, ...NOTE })
const said = async (world: World) => (await world.context.store.states.queueSettings()).limits.get('crm')

/** How many jobs of a partition run, if nothing ends. */
const running = (world: World, pk: string) =>
  [...world.running].filter((id) => id.startsWith(`${nameIn(pk)}-`)).length

const KINDS: Readonly<Record<string, readonly [Queue, Rest?]>> = {
  'a limit of one shard': [{ concurrency: 5 }],
  'a limit that is spread': [{ concurrency: 20, shards: 3 }],
  'no limit': [{}],
  'a total': [{ concurrency: 5, total: 30 }],
  'a pool': [{ concurrency: 5, pools: { api: 1 } }, { pools: { api: { concurrency: 30 } } }],
  'an app': [{ app: 'hubspot' }, { apps: { hubspot: { rate: 100, frequency_s: 10 } } }],
  'a rate': [{ concurrency: 5, rateLimit: { allowed: 50, period: '1s' } }],
  'a rate that counts costs': [{ concurrency: 5, rateLimit: { allowed: 50, period: '1s' }, costs: true }],
  'a limit of 0': [{ concurrency: 0 }],
}

describe.each(Object.entries(KINDS))('a queue with %s', (_, [queue, rest]) => {
  test('has in each partition what is set, and what is configured when that is taken back', async () => {
    const world = worldOf(queue, rest)
    await set(world, { concurrency: 2 })
    const end = longRunning(world, () => true)
    world.put(...jobsOf('crm|a', 8), ...jobsOf('crm|b', 8))
    await live(world, 10_000)
    expect([running(world, 'crm|a'), running(world, 'crm|b')]).toEqual([2, 2])
    await set(world, undefined)
    expect(await said(world)).toBeUndefined()
    await live(world, 10_000)
    const { concurrency = 8 } = crm(world)
    const most = Math.max(2, Math.min(concurrency, 8))
    expect([running(world, 'crm|a'), running(world, 'crm|b')]).toEqual([most, most])
    end()
  })

  test('starts nothing more while it has more than is set, and lets what runs end', async () => {
    const world = worldOf(queue, rest)
    await set(world, { concurrency: 4 })
    const end = longRunning(world, () => true)
    world.put(...jobsOf('crm|a', 9))
    await live(world, 10_000)
    await set(world, { concurrency: 3 })
    expect(running(world, 'crm|a')).toBe(4)
    end()
    await live(world, 10_000)
    expect(running(world, 'crm|a')).toBe(3)
    end()
  })
})

describe('limits of all partitions of a queue', () => {
  test('are a rate, too, and leave the configured limit that they do not name', async () => {
    const world = worldOf({ concurrency: 3 })
    await set(world, { rateLimit: { allowed: 2, period_ms: 10_000 } })
    world.put(...jobsOf('crm|a', 7))
    await live(world, 9000)
    expect(world.ran).toHaveLength(2)
    await set(world, undefined)
    longRunning(world, () => true)
    await live(world, 1000)
    expect(running(world, 'crm|a')).toBe(3)
  })

  test('give way to what is set for one partition, before and after, and are its own when that is taken back', async () => {
    const world = worldOf({ concurrency: 5 })
    await overrideLimits(world.context, crm(world), 'a', { concurrency: 3 })
    await set(world, { concurrency: 1, rateLimit: { allowed: 4, period_ms: 60_000 } })
    await overrideLimits(world.context, crm(world), 'b', { concurrency: 9 })
    longRunning(world, () => true)
    world.put(...['crm|a', 'crm|b', 'crm|c'].flatMap((pk) => jobsOf(pk, 10)))
    await live(world, 10_000)
    const all = () => ['crm|a', 'crm|b', 'crm|c'].map((pk) => running(world, pk))
    // What the partition does not name is as it is set for the queue.
    expect(all()).toEqual([3, 4, 1])
    await overrideLimits(world.context, crm(world), 'a', undefined)
    await set(world, { concurrency: 4 })
    await live(world, 10_000)
    expect(all()).toEqual([4, 9, 4])
  })

  test('of 0 pause all that have no limit of their own, and a pause of the queue stops these, too', async () => {
    const world = worldOf({ concurrency: 5 })
    await overrideLimits(world.context, crm(world), 'a', { concurrency: 1 })
    await set(world, { concurrency: 0 })
    world.put(job('crm|a', 'a1'), job('crm|b', 'b1'))
    await live(world, MINUTE)
    expect(world.ran).toEqual(['a1'])
    await pauseQueue(world.context, 'crm', NOTE)
    world.put(job('crm|a', 'a2'))
    await resumeQueue(world.context, 'crm')
    await live(world, MINUTE)
    expect(world.ran).toEqual(['a1', 'a2'])
    await set(world, { concurrency: 1 })
    await live(world, MINUTE)
    expect(world.ran).toEqual(['a1', 'a2', 'b1'])
  })

  test('do not resume a partition that is paused by itself', async () => {
    const world = worldOf({ concurrency: 5 })
    await amendLimits(world.context, crm(world), 'a', paused(NOTE))
    await set(world, { concurrency: 9 })
    world.put(job('crm|a', 'a1'))
    await live(world, MINUTE)
    expect(world.ran).toEqual([])
  })

  test('leave batches as they are, and other queues', async () => {
    const world = worldOf({ concurrency: 5, batch: { size: 4 } })
    await set(world, { concurrency: 1 })
    world.put(...jobsOf('crm|a', 8), ...jobsOf('free|a', 3))
    await world.stream()
    expect(world.takeWork().map(({ pk }) => pk)).toEqual(['crm|a', 'free|a', 'free|a', 'free|a'])
  })

  test('have come to all functions when the call returns, and before anybody is woken', async () => {
    const world = worldOf({ concurrency: 1 })
    await set(world, { concurrency: 0 })
    expect(world.now).toBe(NOW + NOTICED_AFTER_MS)
    world.put(job('crm|a', 'a1'))
    await world.stream()
    const raisedAt = world.now
    const { sentAt, wake } = notedWakes(world)
    await setQueueLimits({ ...world.context, wake }, crm(world), { concurrency: 2 })
    expect(sentAt).toEqual([raisedAt + NOTICED_AFTER_MS])
  })

  test('that nobody can read pause, whatever is set for a partition, until somebody sets others', async () => {
    const world = worldOf({ concurrency: 1 })
    await overrideLimits(world.context, crm(world), 'a', { concurrency: 1 })
    world.tables.queueLimits = new Map([['crm', { problem: 'concurrency: expected number' }]])
    world.put(job('crm|a', 'a1'), job('crm|b', 'b1'))
    await live(world, MINUTE)
    expect(world.ran).toEqual([])
    expect(world.heard('override makes no sense')[0]).toEqual({
      kind: 'override makes no sense',
      shard: 'crm|a',
      problem: 'for all of queue "crm": concurrency: expected number',
    })
    await set(world, { concurrency: 1 })
    await live(world, MINUTE)
    expect(world.ran).toEqual(['a1', 'b1'])
  })
})
