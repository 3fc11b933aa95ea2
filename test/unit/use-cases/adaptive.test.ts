/** A partition that is slower by itself while too many of its attempts fail. */
import { describe, expect, test } from 'vitest'
import type { TaskOutcome } from '../../../lib/core/job/ending.ts'
import { newJob } from '../../../lib/core/job/new-job.ts'
import { ADAPTIVE_DEFAULTS, NO_OUTCOMES } from '../../../lib/core/limits/adaptive.ts'
import { throttlingOf } from '../../../lib/core/limits/throttled.ts'
import type { QueueInput } from '../../../lib/core/queue/config.ts'
import { emptyState } from '../../../lib/core/shard/state.ts'
import { asShard, asToken, configOf, jobItem, NOW, running, value } from '../../support/builders.ts'
import { World } from '../../support/world.ts'

const RULE = { outcomes: 6, minimumOutcomes: 3, most: 8 } as const
const FAILED: TaskOutcome = { kind: 'failed', error: 'HTTP 500' }
const worldOf = (input: QueueInput = {}) =>
  new World(configOf({ concurrency: 1, shards: 1, retry: { attempts: 1 }, adaptive: RULE, ...input }))
const jobs = (count: number, pk = 'crm|acme') =>
  Array.from({ length: count }, (_, n) => jobItem({ id: `job-${n}`, pk: asShard(pk) }))
const gapsOf = ({ attempts }: World) =>
  attempts.slice(1).map(({ at }, index) => at - (attempts[index]?.at ?? NOW))

/** Handlers fail until so many have. */
function failsAtFirst(world: World, failures: number): void {
  let left = failures
  world.handler = async () => (left-- > 0 ? FAILED : { kind: 'succeeded' })
}

describe('a partition whose attempts fail', () => {
  test('starts less and less, and recovers by good outcomes', async () => {
    const world = worldOf()
    failsAtFirst(world, 6)
    world.put(...jobs(20))
    await world.live(120_000)
    expect(world.attempts).toHaveLength(20)
    const gaps = gapsOf(world)
    // One and two failures are no rate; then half a second, stretched by 2 and by 4, and back.
    expect(Math.max(...gaps.slice(0, 2))).toBeLessThan(100)
    expect(Math.min(...gaps.slice(2, 5))).toBeGreaterThanOrEqual(1000)
    expect(Math.min(...gaps.slice(5, 8))).toBeGreaterThanOrEqual(2000)
    expect(Math.max(...gaps.slice(12))).toBeLessThan(100)
    expect(world.state().adaptive?.stretch).toBe(1)
  })

  test('stretches the interval that is configured', async () => {
    const world = new World(
      configOf({ concurrency: 1, minInterval: '1s', retry: { attempts: 1 }, adaptive: RULE }),
    )
    failsAtFirst(world, 99)
    world.put(...jobs(8))
    await world.live(120_000)
    const gaps = gapsOf(world)
    expect(gaps.slice(0, 2)).toEqual([1025, 1025])
    expect(Math.min(...gaps.slice(2, 5))).toBeGreaterThanOrEqual(2000)
    expect(Math.min(...gaps.slice(5))).toBeGreaterThanOrEqual(4000)
  })

  test('stretches the window of a rate, and starts as many in it', async () => {
    const rateLimit = { allowed: 2, period: '10s', margin: 0 } as const
    const world = worldOf({ concurrency: 9, rateLimit })
    failsAtFirst(world, 99)
    world.put(...jobs(6))
    await world.live(120_000)
    expect(world.attempts.map(({ at }) => Math.floor((at - NOW) / 1000))).toEqual([0, 0, 10, 10, 30, 30])
  })

  test.each([
    ['what jobs cost by default', 2, {}],
    ['what they say that they cost', 10, { cost: 5 }],
  ])('stretches the window of a rate that counts %s', async (_what, allowed, cost) => {
    const rateLimit = { allowed, period: '10s', margin: 0 } as const
    const world = worldOf({ concurrency: 9, rateLimit, costs: true })
    failsAtFirst(world, 99)
    world.put(...jobs(6).map((job) => ({ ...job, ...cost })))
    await world.live(120_000)
    const seconds = world.attempts.map(({ at }) => Math.round((at - NOW) / 1000))
    expect(seconds.slice(0, 4)).toEqual([0, 0, 15, 15])
    // What has no rate of its own to count remembers its starts for up to a second more.
    for (const second of seconds.slice(4)) expect([35, 36]).toContain(second)
    expect(seconds).toHaveLength(6)
  })

  test.each<[string, QueueInput]>([
    ['no limit', {}],
    ['a large one', { concurrency: 100 }],
  ])('starts less with all defaults and %s, wherever its jobs lie', async (_what, limits) => {
    const config = configOf({ adaptive: true, retry: { attempts: 1 }, ...limits })
    const world = new World(config)
    failsAtFirst(world, 99)
    for (let n = 0; n < 40; n++) {
      const job = { queue: 'crm', task: 'sync', payload: { customer: 'acme' }, id: `job-${n}` }
      world.put(value(newJob(config, job, world.now)))
      await world.live(1000)
    }
    const stretches = [...world.tables.states.values()].map(({ adaptive }) => adaptive?.stretch ?? 1)
    expect(Math.min(...stretches)).toBeGreaterThan(1)
    expect(world.attempts.length).toBeLessThan(40)
  })

  test('recovers as time passes', async () => {
    const world = worldOf({ adaptive: { ...RULE, recovery: '10s' } })
    failsAtFirst(world, 3)
    world.put(...jobs(4))
    await world.live(20_000)
    expect(world.state().adaptive?.stretch).toBe(2)
    world.put(...jobs(2))
    await world.live(1000)
    expect(gapsOf(world).at(-1)).toBeLessThan(100)
  })

  test('slows down no other partition', async () => {
    const world = worldOf()
    failsAtFirst(world, 6)
    world.put(...jobs(6))
    await world.live(60_000)
    world.put(...jobs(3, 'crm|globex'))
    await world.settle()
    expect(gapsOf(world)).toHaveLength(8)
    expect(Math.max(...gapsOf(world).slice(-2))).toBeLessThan(100)
    expect(world.state(asShard('crm|globex')).adaptive?.stretch ?? 1).toBe(1)
  })

  test('leaves a wake-up to those that wait', async () => {
    const world = worldOf()
    failsAtFirst(world, 3)
    world.remaining_ms = 900_000
    world.put(...jobs(9))
    await world.stream()
    const [message] = world.takeWork()
    if (message) await world.work(message)
    const { adaptive, dueAt, waiting } = world.state()
    expect(adaptive).toMatchObject({ stretch: 2, last: '' })
    expect(waiting).toBe(false)
    expect(dueAt).toBeGreaterThan(NOW)
  })
})

describe('outcomes', () => {
  test.each<[string, TaskOutcome]>([
    ['a service that asks for time', { kind: 'slowed', until: NOW + 1000, reason: 'HTTP 429' }],
    ['a job that can never run', { kind: 'refused', reason: 'no payload' }],
    ['a worker that does not know the task', { kind: 'unknown', reason: 'no such task' }],
  ])('%s is no failure', async (_what, outcome) => {
    const world = worldOf()
    world.handler = async () => outcome
    world.put(...jobs(6))
    await world.settle()
    expect(world.attempts.length).toBeGreaterThan(0)
    expect(world.state().adaptive?.last ?? '').toBe('')
    expect(world.state().outcomes).toBeUndefined()
  })

  test('are counted in the write that frees the slot, and in no other', async () => {
    const writes = async (adaptive: QueueInput['adaptive']) => {
      const world = new World(configOf({ concurrency: 1, shards: 1, ...(adaptive ? { adaptive } : {}) }))
      const { states } = world.context.store
      let count = 0
      for (const name of ['pass', 'start', 'release', 'remember'] as const) {
        const write = states[name] as (...args: unknown[]) => Promise<unknown>
        const counted = (...args: unknown[]) => {
          count++
          return write.apply(states, args)
        }
        Object.assign(states, { [name]: counted })
      }
      world.put(...jobs(2))
      await world.live(1000)
      return count
    }
    expect(await writes(RULE)).toBe(await writes(undefined))
    expect(await writes(RULE)).toBeGreaterThan(3)
  })

  test('of a queue that does not adapt leave no trace', async () => {
    const world = new World(configOf({ concurrency: 1, shards: 1, retry: { attempts: 1 } }))
    failsAtFirst(world, 9)
    world.put(...jobs(9))
    await world.live(1000)
    expect(world.state()).not.toHaveProperty('adaptive')
    expect(world.state()).not.toHaveProperty('outcomes')
  })

  test('come from all shards of a partition, each by itself', async () => {
    const world = worldOf({ concurrency: 4, shards: 2 })
    failsAtFirst(world, 99)
    world.put(...jobs(4, 'crm|acme|0'), ...jobs(1, 'crm|acme|1'))
    await world.live(10_000)
    expect(world.state(asShard('crm|acme|0')).adaptive?.stretch).toBeGreaterThan(1)
    expect(world.state(asShard('crm|acme|1')).adaptive?.stretch ?? 1).toBe(1)
  })

  test('of a slot that is free already have been counted', () => {
    const rule = { ...ADAPTIVE_DEFAULTS, ...RULE }
    const ended = { id: 'a', token: asToken('t'), outcome: 'failed' } as const
    const free = emptyState(asShard('crm|acme'))
    expect(throttlingOf(free, ended, rule, NOW).adaptive.last).toBe('')
    const held = { ...free, slots: { a: running('t') }, outcomes: { ok: 1, failed: 1 } }
    expect(throttlingOf(held, ended, rule, NOW).adaptive.stretch).toBe(2)
    expect(throttlingOf({ ...held, outcomes: NO_OUTCOMES }, ended, rule, NOW).adaptive.last).toBe('1')
  })
})
