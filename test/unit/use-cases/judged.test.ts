/** What is judged is what is deleted or moved: corrections, replacements and redeliveries, at every await. */

import { describe, expect, test } from 'vitest'
import { ItemCollection } from '../../../lib/adapters/memory/item-collection.ts'
import type { RawItem } from '../../../lib/core/job/job.ts'
import type { JobStore } from '../../../lib/ports/store.ts'
import { arrive } from '../../../lib/use-cases/arrive.ts'
import { configOf, jobItem, NOW } from '../../support/builders.ts'
import { World } from '../../support/world.ts'

const good = jobItem({ id: 'order' })
const { task: _task, ...malformed } = good
const other = { ...good, payload: { customer: 'acme', version: 2 } }
const RETRY = { attempts: 2, backoff: 1000, jitter: 0 }

const worldWith = (item: RawItem): World => {
  const world = new World(configOf({ concurrency: 1, retry: RETRY }))
  world.put(item)
  return world
}
const replaceBy = (world: World, item: RawItem): void =>
  void world.tables.jobs.get(item.pk)?.set(item.sk, item)

/** Does something just before a verb of the store takes effect, once. */
function justBefore(world: World, verb: keyof JobStore, action: () => void): void {
  const { jobs } = world.context.store
  const original = jobs[verb] as (...args: unknown[]) => Promise<unknown>
  Object.assign(jobs, {
    [verb]: (...args: unknown[]) => {
      Object.assign(jobs, { [verb]: original })
      action()
      return original(...args)
    },
  })
}

describe('a malformed item', () => {
  test('that is corrected before its arrival is seen runs', async () => {
    const world = worldWith(malformed)
    replaceBy(world, good)
    await world.settle()
    expect([world.ran, world.dead]).toEqual([['order'], []])
  })

  test.each(['get', 'bury'] as const)(
    'that is corrected just before the %s of its judgement runs',
    async (verb) => {
      const world = worldWith(malformed)
      justBefore(world, verb, () => replaceBy(world, good))
      await world.settle()
      expect([world.ran, world.dead]).toEqual([['order'], []])
    },
  )

  test('that is replaced by another is a dead letter with what it was last', async () => {
    const world = worldWith(malformed)
    justBefore(world, 'bury', () => replaceBy(world, { ...malformed, payload: 2 }))
    await world.settle()
    expect(world.jobs).toEqual([])
    expect(world.dead.map(({ job }) => JSON.parse(job))).toEqual([{ ...malformed, payload: 2 }])
  })

  test('whose arrival is delivered again does not take the good job with it that stands there by then', async () => {
    const world = worldWith(malformed)
    await world.stream()
    expect(world.dead).toHaveLength(1)
    world.tables.jobs.set(good.pk, new ItemCollection().set(good.sk, good))
    expect(await arrive(world.context, [{ id: 1, item: malformed }])).toEqual([])
    await world.settle()
    expect(world.ran).toEqual(['order'])
    expect(world.dead).toHaveLength(1)
  })

  test('in a flood is refused after the good jobs of the batch have been looked at', async () => {
    const world = new World(configOf({ concurrency: 1 }))
    const order: string[] = []
    const { bury } = world.context.store.jobs
    const { read } = world.context.store.states
    Object.assign(world.context.store.jobs, {
      bury: (...args: Parameters<typeof bury>) => {
        order.push('bury')
        return bury(...args)
      },
    })
    Object.assign(world.context.store.states, {
      read: (...args: Parameters<typeof read>) => {
        order.push('visit')
        return read(...args)
      },
    })
    const bad = Array.from({ length: 30 }, (_, n) => ({ ...jobItem({ id: `bad${n}` }), task: 7 }))
    world.put(...bad, { ...good, pk: 'crm|neighbour' })
    await world.stream()
    expect(order[0]).toBe('visit')
    expect(order.filter((what) => what === 'bury')).toHaveLength(30)
  })
})

describe('a job that is replaced', () => {
  test('while it runs leaves its place to the new one, which runs next', async () => {
    const world = worldWith(good)
    const payloads: unknown[] = []
    world.handler = async ({ payload }) => {
      payloads.push(payload)
      if (payloads.length === 1) replaceBy(world, other)
      return { kind: 'succeeded' }
    }
    await world.settle()
    expect(payloads).toEqual([good.payload, other.payload])
    expect([world.jobs, world.inFlight]).toEqual([[], []])
  })

  test('while its attempt fails leaves its place to the new one, with all its attempts', async () => {
    const world = worldWith(good)
    world.handler = async () => {
      if (world.attempts.length === 1) replaceBy(world, other)
      return { kind: 'failed', error: 'no' }
    }
    await world.live(10_000)
    expect(world.attempts.map(({ attempt }) => attempt)).toEqual([1, 1, 2])
    expect(world.dead.map(({ job }) => JSON.parse(job).payload)).toEqual([other.payload])
  })

  test('by itself, as after a lost reply, is the same job and runs once', async () => {
    const world = worldWith(good)
    world.handler = async () => {
      replaceBy(world, { ...good })
      return { kind: 'succeeded' }
    }
    await world.settle()
    expect(world.ran).toEqual(['order'])
    expect(world.jobs).toEqual([])
  })

  test('while its worker is dead attempts as the new one, which is charged that attempt', async () => {
    const world = worldWith(good)
    world.handler = () => new Promise(() => {})
    await world.stream()
    for (const message of world.takeWork()) void world.work(message)
    await new Promise((resolve) => setImmediate(resolve))
    replaceBy(world, other)
    world.running.clear()
    world.handler = async () => ({ kind: 'succeeded' })
    world.now = NOW + 120_000
    await world.pass()
    await world.live(2000)
    expect(world.attempts.map(({ attempt }) => attempt)).toEqual([1, 2])
    expect([world.jobs, world.dead]).toEqual([[], []])
  })
})
