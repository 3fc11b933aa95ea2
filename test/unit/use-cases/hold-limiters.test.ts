/** Totals and pools that are slowed down or paused at run time: nothing that needs them starts, in any queue. */
import { describe, expect, test } from 'vitest'
import type { TaskOutcome } from '../../../lib/core/job/ending.ts'
import type { ShardKey } from '../../../lib/core/keys.ts'
import { paused, resumed } from '../../../lib/core/limits/pause.ts'
import { limiterKey, poolNamed } from '../../../lib/core/limits/queue-limiter.ts'
import { defineConfig } from '../../../lib/core/queue/config.ts'
import { STATE_KEPT_MS } from '../../../lib/core/times.ts'
import { whyText } from '../../../lib/core/why/why-text.ts'
import { amendLimiter, setLimiter, slowLimiter } from '../../../lib/use-cases/operate/set-limiter.ts'
import { amendLimits, overrideLimits } from '../../../lib/use-cases/operate/set-limits.ts'
import { whyPartition } from '../../../lib/use-cases/operate/why.ts'
import { sweep } from '../../../lib/use-cases/sweep/sweep.ts'
import { jobItem, NOW } from '../../support/builders.ts'
import { ahead, deliver, live } from '../../support/interleave.ts'
import { World } from '../../support/world.ts'

const API = poolNamed('api')
const KEY = limiterKey(API)
const PARTITIONED = { partition: { payload: 'customer' }, concurrency: 2, timeout: 10_000 } as const
const NOTE = { by: 'ann@example.com', reason: 'their incident' }
const MINUTE = 60_000
const config = defineConfig({
  pools: { api: { concurrency: 2 } },
  queues: {
    crm: { ...PARTITIONED, pools: { api: 1 }, retry: { attempts: 1 } },
    mail: { ...PARTITIONED, pools: { api: 1 } },
    free: PARTITIONED,
  },
})
const job = (pk: string, id: string) => jobItem({ pk: pk as ShardKey, id, task: 'sync' })
const queueOf = (name: 'crm' | 'mail') => config.queues[name]

describe('a pool that is slowed down', () => {
  test('by a handler starts nothing before the time in any queue, spends no attempt, and leaves others alone', async () => {
    const world = new World(config)
    let told = false
    world.handler = async (): Promise<TaskOutcome> => {
      if (told) return { kind: 'succeeded' }
      told = true
      return { kind: 'slowed', until: NOW + MINUTE, reason: 'HTTP 429', limiter: API }
    }
    world.put(
      job('crm|a', 'a1'),
      job('crm|a', 'a2'),
      job('crm|b', 'b1'),
      job('mail|c', 'c1'),
      job('mail|d', 'd1'),
    )
    await world.stream()
    await live(world, 20_000)
    const early = world.attempts.filter(({ at }) => at < NOW + MINUTE).length
    world.put(job('mail|e', 'e1'), job('free|f', 'f1'))
    await live(world, 20_000)
    expect(world.ran).toContain('f1')
    // Only what had been claimed before it was said.
    expect(world.attempts.filter(({ at }) => at < NOW + MINUTE)).toHaveLength(early + 1)
    expect(early).toBeLessThanOrEqual(2)
    expect(world.state(KEY).slowed).toEqual({ until: NOW + MINUTE, reason: 'HTTP 429' })
    await live(world, 2 * MINUTE)
    expect(new Set(world.ran).size).toBe(7)
    expect([world.jobs, world.dead]).toEqual([[], []])
    expect(world.state(KEY).books?.slots).toEqual({ loans: {}, line: {} })
  })

  test('by a person lets no pass claim that has read it before, says why, and can be ended', async () => {
    const world = new World(config)
    world.put(job('crm|a', 'a1'))
    ahead(world, 'writeBooks', () => slowLimiter(world.context, API, { until: NOW + MINUTE, ...NOTE }))
    await deliver(world)
    expect(world.ran).toEqual([])
    const why = whyText(await whyPartition(world.context, queueOf('crm'), 'a'))
    expect(why).toMatch(/pool api slowed down until .* by ann@example.com: their incident/)
    expect(world.state('crm|a' as ShardKey).dueAt).toBe(NOW + MINUTE)
    await slowLimiter(world.context, API, undefined)
    expect(world.state(KEY)).not.toHaveProperty('slowed')
    await live(world, 2 * MINUTE)
    expect(world.ran).toEqual(['a1'])
  })
})

describe('a pause', () => {
  test('of a pool lets nothing start, keeps what is set meanwhile, and wakes what waits when it is over', async () => {
    const world = new World(config)
    await amendLimiter(world.context, API, paused(NOTE))
    world.put(job('crm|a', 'a1'), job('mail|b', 'b1'))
    await live(world, MINUTE)
    expect(world.ran).toEqual([])
    expect(whyText(await whyPartition(world.context, queueOf('crm'), 'a'))).toBe(
      'pool api paused by ann@example.com: their incident',
    )
    await setLimiter(world.context, API, { concurrency: 1 })
    await live(world, MINUTE)
    expect(world.ran).toEqual([])
    await amendLimiter(world.context, API, resumed)
    expect(world.state(KEY).override).toEqual({ concurrency: 1 })
    await live(world, MINUTE)
    expect(world.ran).toHaveLength(2)
    expect(world.mostAtOnce).toBe(1)
  })

  test('of a partition composes with its limits, in whatever order they are set', async () => {
    const world = new World(config)
    const change = (of: Parameters<typeof amendLimits>[3]) =>
      amendLimits(world.context, queueOf('crm'), 'a', of)
    await overrideLimits(world.context, queueOf('crm'), 'a', { concurrency: 1, ...NOTE })
    await change(paused({ by: 'bob' }))
    world.put(job('crm|a', 'a1'))
    await live(world, MINUTE)
    expect(world.ran).toEqual([])
    expect(whyText(await whyPartition(world.context, queueOf('crm'), 'a'))).toBe('paused by bob')
    await overrideLimits(world.context, queueOf('crm'), 'a', undefined)
    expect(world.state('crm|a' as ShardKey).override).toEqual({ paused: { by: 'bob' } })
    await change(resumed)
    await live(world, MINUTE)
    expect(world.ran).toEqual(['a1'])
    expect(world.state('crm|a' as ShardKey)).not.toHaveProperty('override')
  })

  test('and limits that two people set simultaneously are both kept', async () => {
    const world = new World(config)
    ahead(world, 'override', () => amendLimiter(world.context, API, paused(NOTE)))
    await setLimiter(world.context, API, { concurrency: 1 })
    expect(world.state(KEY).override).toEqual({ concurrency: 1, paused: NOTE })
  })
})

describe("a limiter's item", () => {
  test('goes a week after its last use, but not with an override', async () => {
    const world = new World(config)
    await setLimiter(world.context, API, { concurrency: 1 })
    await slowLimiter(world.context, API, { until: NOW + MINUTE, reason: 'slow' })
    expect(world.state(KEY)).not.toHaveProperty('expiresAt')
    await setLimiter(world.context, API, undefined)
    expect(world.state(KEY).expiresAt).toBe((NOW + STATE_KEPT_MS) / 1000)
    await slowLimiter(world.context, API, undefined)
    expect(world.state(KEY).expiresAt).toBe((NOW + STATE_KEPT_MS) / 1000)
  })

  test.each([
    ['the sweep', async (world: World) => void (await sweep(world.context))],
    [
      'the next loan',
      async (world: World) => {
        world.put(job('crm|a', 'a1'))
        await live(world, 1000)
      },
    ],
  ])('stays if somebody has written an override by hand: %s sees to it', async (_who, act) => {
    const world = new World(config)
    world.put(job('mail|a', 'first'))
    await live(world, 1000)
    const state = world.state(KEY)
    expect(state.expiresAt).toBeDefined()
    world.tables.states.set(KEY, { ...state, override: { concurrency: 1 } })
    await act(world)
    expect(world.state(KEY)).toMatchObject({ override: { concurrency: 1 } })
    expect(world.state(KEY)).not.toHaveProperty('expiresAt')
  })
})
