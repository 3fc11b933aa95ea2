/** A whole queue that somebody pauses at run time, whatever limits it has: nothing of it starts, and what waits goes on when it is resumed. */
import { describe, expect, test } from 'vitest'
import { defineConfig } from '../../../lib/core/queue/config.ts'
import { NOTICED_AFTER_MS } from '../../../lib/core/times.ts'
import { whyText } from '../../../lib/core/why/why-text.ts'
import type { DelayedWake } from '../../../lib/ports/queues.ts'
import { seenAsSet } from '../../../lib/use-cases/as-set.ts'
import { pauseQueue, resumeQueue } from '../../../lib/use-cases/operate/pause-queue.ts'
import { overrideLimits } from '../../../lib/use-cases/operate/set-limits.ts'
import { statsOf } from '../../../lib/use-cases/operate/stats.ts'
import { whyPartition } from '../../../lib/use-cases/operate/why.ts'
import { sweep } from '../../../lib/use-cases/sweep/sweep.ts'
import { NOW } from '../../support/builders.ts'
import { live } from '../../support/interleave.ts'
import {
  BY_CUSTOMER,
  crm,
  inPagesOfTwo,
  job,
  notedWakes,
  type Queue,
  type Rest,
  worldOf,
} from '../../support/whole-queue.ts'
import { World } from '../../support/world.ts'

const NOTE = { by: 'ann@example.com', reason: 'they migrate' }
const MINUTE = 60_000
const KINDS: Readonly<Record<string, readonly [Queue, Rest?]>> = {
  'a limit of one shard': [{ concurrency: 2 }],
  'a limit that is spread': [{ concurrency: 20, shards: 3 }],
  'no limit': [{}],
  'a rate': [{ rateLimit: { allowed: 2, period: '1s' } }],
  'a total': [{ concurrency: 2, total: 3 }],
  'a total with a rate': [{ total: { concurrency: 3, rateLimit: { allowed: 5, period: '1s' } } }],
  'a pool': [{ concurrency: 2, pools: { api: 1 } }, { pools: { api: { concurrency: 2 } } }],
  batches: [{ concurrency: 2, batch: { size: 5 } }],
  'a rate by cost': [{ rateLimit: { allowed: 2, period: '1s' }, costs: true }],
  'a total in chunks': [{ concurrency: 2, total: 100 }],
  'a tag': [{ concurrency: 2 }, { tags: [{ key: 'model', concurrency: 2 }] }],
}

describe.each(Object.entries(KINDS))('a queue with %s', (_, [queue, rest]) => {
  test('starts nothing while it is paused, and all of it when it is resumed', async () => {
    const world = worldOf(queue, rest)
    const tags = { tags: { model: 'm' } }
    await pauseQueue(world.context, 'crm', NOTE)
    world.put(job('crm|a', 'a1'), job('crm|a', 'a2', tags), job('crm|b|1', 'b1'), job('free|a', 'f1'))
    await live(world, 10 * MINUTE)
    expect(world.ran).toEqual(['f1'])
    expect(world.jobs).toHaveLength(3)
    await resumeQueue(world.context, 'crm')
    await live(world, MINUTE)
    expect(world.jobs).toEqual([])
    expect(world.ran).toHaveLength(4)
  })

  test('lets what runs end, and hands its slots to nobody', async () => {
    const world = worldOf(queue, rest)
    world.put(job('crm|a', 'a1'))
    await world.stream()
    const [claim] = world.takeWork()
    if (!claim) throw new Error('nothing was claimed')
    world.remaining_ms = 600_000
    world.put(...Array.from({ length: 12 }, (__, n) => job('crm|a', `b${n}`)))
    world.handler = async () => {
      if (!world.tables.queuePauses?.size) await pauseQueue(world.context, 'crm', NOTE)
      return { kind: 'succeeded' }
    }
    await world.work(claim)
    world.takeWork()
    await world.stream()
    expect(world.takeWork()).toEqual([])
    expect(world.ran).toEqual(['a1'])
  })
})

describe('a pause of a queue', () => {
  test('has come to all functions when it returns, and so has its end before anybody is woken', async () => {
    const world = worldOf({ concurrency: 1 })
    await pauseQueue(world.context, 'crm', NOTE)
    expect(world.now).toBe(NOW + NOTICED_AFTER_MS)
    world.put(job('crm|a', 'a1'))
    await world.stream()
    const resumedAt = world.now
    const { sentAt, wake } = notedWakes(world)
    await resumeQueue({ ...world.context, wake }, 'crm')
    expect(sentAt).toEqual([resumedAt + NOTICED_AFTER_MS])
  })

  test('is not lifted by limits that are set for a partition, which hold when it is resumed', async () => {
    const world = worldOf({ concurrency: 5 })
    await pauseQueue(world.context, 'crm', NOTE)
    await overrideLimits(world.context, crm(world), 'a', { concurrency: 1 })
    world.put(job('crm|a', 'a1'), job('crm|a', 'a2'))
    await live(world, MINUTE)
    expect(world.ran).toEqual([])
    await resumeQueue(world.context, 'crm')
    await live(world, MINUTE)
    expect(world.ran).toHaveLength(2)
    expect(world.mostAtOnce).toBe(1)
  })

  test('resumes no partition that is paused by itself', async () => {
    const world = worldOf({ concurrency: 5 })
    await overrideLimits(world.context, crm(world), 'a', { concurrency: 0 })
    await pauseQueue(world.context, 'crm', NOTE)
    world.put(job('crm|a', 'a1'), job('crm|b', 'b1'))
    await live(world, MINUTE)
    await resumeQueue(world.context, 'crm')
    await live(world, MINUTE)
    expect(world.ran).toEqual(['b1'])
  })

  test('keeps nobody of another queue waiting for a pool', async () => {
    const pools = { api: { concurrency: 1 } }
    const mail = { ...BY_CUSTOMER, pools: { api: 1 } }
    const world = new World(defineConfig({ pools, queues: { crm: mail, mail } }))
    world.put(...['1', '2', '3'].flatMap((n) => [job('crm|a', `a${n}`), job('mail|b', `b${n}`)]))
    await world.stream()
    await pauseQueue(world.context, 'crm', NOTE)
    await live(world, MINUTE)
    expect(world.ran.filter((id) => id.startsWith('b'))).toHaveLength(3)
    await resumeQueue(world.context, 'crm')
    await live(world, MINUTE)
    expect(world.jobs).toEqual([])
  })

  test('is told by `why` and `stats`, and looked after by no sweep', async () => {
    const world = worldOf({ concurrency: 1 })
    await pauseQueue(world.context, 'crm', NOTE)
    world.put(job('crm|a', 'a1'))
    await world.stream()
    const eyes = await seenAsSet(world.context)
    expect(whyText(await whyPartition(eyes, crm(world), 'a'))).toBe(
      'its queue is paused by ann@example.com: they migrate',
    )
    const stats = await statsOf(eyes, crm({ context: eyes }), 'a')
    expect(stats).toMatchObject({ queuePaused: NOTE, inForce: { concurrency: 0 }, waiting: { count: 1 } })
    expect(await sweep(world.context)).toBe(0)
  })

  test('that is not known makes a sweep wake in vain, and no more', async () => {
    const world = worldOf({ concurrency: 1 })
    await pauseQueue(world.context, 'crm', NOTE)
    world.put(job('crm|a', 'a1'))
    await world.stream()
    const error = new Error('throttled')
    const states = { ...world.context.store.states, queueSettings: () => Promise.reject(error) }
    const store = { ...world.context.store, states }
    expect(await sweep({ ...world.context, store })).toBe(1)
    expect(world.heard('queue settings not read')).toEqual([{ kind: 'queue settings not read', error }])
    expect(world.heard('swept')).toHaveLength(1)
  })
})

describe('a queue that is resumed', () => {
  /** So many partitions in which a job waits beside one of another paused queue, and pages of two of them. */
  async function waiting(partitions: number): Promise<World> {
    const world = worldOf({ concurrency: 1 })
    for (const queue of ['crm', 'free']) await pauseQueue(world.context, queue, NOTE)
    for (let n = 0; n < partitions; n++) world.put(job(`crm|${n}`, `a${n}`))
    world.put(job('free|other', 'f1'))
    await world.stream()
    inPagesOfTwo(world)
    return world
  }

  test('goes on where a call has died, and says how far it has come', async () => {
    const world = await waiting(7)
    const woken: string[] = []
    let calls = 0
    const wake = {
      send: async (wakes: readonly DelayedWake[]) => {
        if (++calls === 3) throw new Error('the process has died')
        woken.push(...wakes.map(({ shard }) => shard))
      },
    }
    await expect(resumeQueue({ ...world.context, wake }, 'crm')).rejects.toThrow('died')
    const progress: number[] = []
    const again = await resumeQueue({ ...world.context, wake }, 'crm', (count) => progress.push(count))
    expect(again).toEqual({ woken: 7 })
    expect(progress).toEqual([6, 7, 7])
    expect(woken.toSorted()).toEqual(Array.from({ length: 7 }, (_, n) => `crm|${n}`))
    expect([...(await world.context.store.states.queueSettings()).pauses.keys()]).toEqual(['free'])
  })

  test('runs although nobody goes on with it: the sweep finds what waits', async () => {
    const world = await waiting(3)
    const wake = { send: () => Promise.reject(new Error('the process has died')) }
    await expect(resumeQueue({ ...world.context, wake }, 'crm')).rejects.toThrow('died')
    expect(await world.sweep()).toBe(3)
    await live(world, MINUTE)
    expect(world.jobs.map(({ pk }) => pk)).toEqual(['free|other'])
  })

  test('and paused anew meanwhile stays paused', async () => {
    const world = await waiting(5)
    const wake = { send: () => pauseQueue(world.context, 'crm', { by: 'bob' }) }
    expect(await resumeQueue({ ...world.context, wake }, 'crm')).toMatchObject({ isReplaced: true })
    expect((await world.context.store.states.queueSettings()).pauses.get('crm')).toMatchObject({ by: 'bob' })
    await live(world, MINUTE)
    expect(world.ran).toEqual([])
  })

  test('and paused anew since whoever resumes it has read the pause, stays paused, also if that call is sent twice', async () => {
    for (const sentBefore of [0, 1]) {
      const world = await waiting(1)
      const { states } = world.context.store
      const saveQueuePause: typeof states.saveQueuePause = async (...save) => {
        if (sentBefore > 0) await states.saveQueuePause(...save)
        world.now++
        await pauseQueue(world.context, 'crm', { by: 'bob' })
        return states.saveQueuePause(...save)
      }
      const store = { ...world.context.store, states: { ...states, saveQueuePause } }
      expect(await resumeQueue({ ...world.context, store }, 'crm')).toEqual({ woken: 0, isReplaced: true })
      expect((await states.queueSettings()).pauses.get('crm')).toMatchObject({ by: 'bob' })
    }
  })

  test('and is not paused has nothing to be woken for', async () => {
    const world = worldOf({ concurrency: 1 })
    expect(await resumeQueue(world.context, 'crm')).toEqual({ woken: 0 })
    expect(world.now).toBe(NOW)
  })
})
