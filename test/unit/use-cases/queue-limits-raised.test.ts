/** Whoever raises limits of all partitions of a queue wakes what waits, also if calls die or others set them simultaneously. */
import { describe, expect, test } from 'vitest'
import type { LimitOverride } from '../../../lib/core/limits/limits.ts'
import type { DelayedWake } from '../../../lib/ports/queues.ts'
import { pauseQueue } from '../../../lib/use-cases/operate/pause-queue.ts'
import { setQueueLimits } from '../../../lib/use-cases/operate/set-queue-limits.ts'
import { ahead } from '../../support/interleave.ts'
import { crm, inPagesOfTwo, job, worldOf } from '../../support/whole-queue.ts'
import type { World } from '../../support/world.ts'

const NOTE = { by: 'ann@example.com', reason: 'their API is slow' }
const set = (world: World, limits: LimitOverride | undefined) =>
  setQueueLimits(world.context, crm(world), limits && { ...limits, ...NOTE })
const said = async (world: World) => (await world.context.store.states.queueSettings()).limits.get('crm')

describe('whoever raises limits of a queue', () => {
  /** So many partitions in which a job waits, and pages of two of them. */
  async function waiting(partitions: number): Promise<World> {
    const world = worldOf({ concurrency: 5 })
    await set(world, { concurrency: 0 })
    for (let n = 0; n < partitions; n++) world.put(job(`crm|${n}`, `a${n}`))
    await world.stream()
    inPagesOfTwo(world)
    return world
  }
  const wakesOf = (world: World) =>
    world
      .takeWakes()
      .map(({ shard }) => shard)
      .toSorted()
  const dead = { send: () => Promise.reject(new Error('the process has died')) }
  const dies = async (world: World, limits: LimitOverride | undefined, calls: number) => {
    const send = world.context.wake.send.bind(world.context.wake)
    let count = 0
    const wake = { send: (wakes: readonly DelayedWake[]) => (++count > calls ? dead.send() : send(wakes)) }
    await expect(setQueueLimits({ ...world.context, wake }, crm(world), limits)).rejects.toThrow('died')
  }
  const all = (count: number) => Array.from({ length: count }, (_, n) => `crm|${n}`)

  test('goes on where a call has died, and says how far it has come', async () => {
    const world = await waiting(7)
    await dies(world, { concurrency: 3 }, 2)
    const progress: number[] = []
    const woken = await setQueueLimits(world.context, crm(world), { concurrency: 3 }, (n) => progress.push(n))
    expect(woken).toEqual({ woken: 7 })
    expect(progress).toEqual([6, 7])
    expect(wakesOf(world)).toEqual(all(7))
    expect(await said(world)).toMatchObject({ concurrency: 3 })
    expect(await said(world)).not.toHaveProperty('waking')
  })

  test('reads what waits as it is, and not as it was', async () => {
    const world = await waiting(3)
    const { states } = world.context.store
    const { scan } = states
    const queries: object[] = []
    Object.assign(states, {
      scan: (query: object = {}) => {
        queries.push(query)
        return scan(query)
      },
    })
    await set(world, { concurrency: 3 })
    expect(queries.length).toBeGreaterThan(1)
    for (const query of queries) expect(query).toMatchObject({ isStrong: true })
  })

  test('leaves what a call has not woken that died to whoever lowers them', async () => {
    const world = await waiting(5)
    await dies(world, { concurrency: 3 }, 1)
    expect(await set(world, { concurrency: 2 })).toEqual({ woken: 5 })
    expect(wakesOf(world)).toEqual(all(5))
  })

  test('wakes all of it if they are raised again, also by taking them back', async () => {
    const world = await waiting(5)
    await dies(world, { concurrency: 3 }, 1)
    world.takeWakes()
    expect(await set(world, undefined)).toEqual({ woken: 5 })
    expect(wakesOf(world)).toEqual(all(5))
    expect(await said(world)).toBeUndefined()
  })

  test('wakes nobody if they are as low as before, or lower', async () => {
    const world = await waiting(3)
    expect(await set(world, { concurrency: 0 })).toEqual({ woken: 0 })
    expect(await set(world, { concurrency: 0, rateLimit: { allowed: 1, period_ms: 1000 } })).toEqual({
      woken: 0,
    })
    expect(await set(world, { concurrency: 0, rateLimit: { allowed: 1, period_ms: 2000 } })).toEqual({
      woken: 0,
    })
    expect(world.takeWakes()).toEqual([])
  })

  test.each<LimitOverride>([
    { concurrency: 1 },
    { concurrency: 0 },
    { concurrency: 0, rateLimit: { allowed: 2, period_ms: 1000 } },
    { concurrency: 0, rateLimit: { allowed: 1, period_ms: 999 } },
  ])('wakes them if anything may be more than before: %j', async (limits) => {
    const world = await waiting(3)
    await set(world, { concurrency: 0, rateLimit: { allowed: 1, period_ms: 1000, margin_ms: 50 } })
    expect(await set(world, limits)).toEqual({ woken: 3 })
  })

  test.each([
    ['is configured', 6, { concurrency: 5 }, {}],
    ['its app may give', 3, { app: 'hubspot' }, { apps: { hubspot: { rate: 100, frequency_s: 10 } } }],
  ] as const)(
    'wakes what waits if they are more than %s, or taken back',
    async (_, concurrency, queue, rest) => {
      const world = worldOf(queue, rest)
      await pauseQueue(world.context, 'crm', NOTE)
      world.put(job('crm|a', 'a1'))
      await world.stream()
      expect(await set(world, { concurrency })).toEqual({ woken: 1 })
      expect(await set(world, { concurrency: 0 })).toEqual({ woken: 0 })
      expect(await set(world, undefined)).toEqual({ woken: 1 })
      // Less is configured, as far as whoever calls knows: a deploy may have raised that meanwhile.
      await set(world, { concurrency: 9 })
      expect(await set(world, undefined)).toEqual({ woken: 1 })
    },
  )

  test('gives way to somebody who sets others meanwhile', async () => {
    const world = await waiting(5)
    const wake = { send: async () => void (await set(world, { concurrency: 0, ...NOTE })) }
    const woken = await setQueueLimits({ ...world.context, wake }, crm(world), { concurrency: 3 })
    expect(woken).toMatchObject({ isReplaced: true })
    expect(await said(world)).toMatchObject({ concurrency: 0, by: NOTE.by })
  })

  test('sets them over what somebody has set between, and loses nothing of what that one wakes', async () => {
    const world = await waiting(3)
    ahead(world, 'saveQueueLimits', () => dies(world, { concurrency: 4 }, 0))
    expect(await set(world, { concurrency: 2 })).toEqual({ woken: 3 })
    expect(wakesOf(world)).toEqual(all(3))
  })

  test('leaves nobody asleep if they were 0 meanwhile, and are what they were by now', async () => {
    const world = await waiting(3)
    let calls = 0
    const wake = {
      send: async () => {
        if (++calls > 1) return
        await set(world, { concurrency: 0 })
        const again = await set(world, undefined)
        expect(again).toEqual({ woken: 3 })
      },
    }
    expect(await setQueueLimits({ ...world.context, wake }, crm(world), undefined)).toMatchObject({
      isReplaced: true,
    })
    // Once in vain.
    expect(wakesOf(world)).toEqual([...all(3), ...all(3)].toSorted())
  })

  test('and dies leaves the rest to the sweep', async () => {
    const world = await waiting(3)
    await dies(world, { concurrency: 3 }, 0)
    expect(await world.sweep()).toBe(3)
  })
})
