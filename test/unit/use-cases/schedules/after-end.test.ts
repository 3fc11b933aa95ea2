/** A schedule of one time is gone when its job has succeeded, and not before. */
import { describe, expect, test } from 'vitest'
import type { TaskOutcome } from '../../../../lib/core/job/ending.ts'
import { NOW } from '../../../support/builders.ts'
import type { World } from '../../../support/world.ts'
import { diesAt, HOUR_MS, MINUTE_MS, minutes, schedule, standing, worldWith } from './scheduled.ts'

const ONCE = { kind: 'at', at: NOW + 30_000 } as const

const outcomes = (world: World, ...each: readonly TaskOutcome['kind'][]): void => {
  const left = [...each]
  world.handler = async () =>
    left.shift() === 'failed' ? { kind: 'failed', error: 'no' } : { kind: 'succeeded' }
}

describe('a schedule of one time', () => {
  test('stands without a next tick until its job has succeeded, also if that takes two attempts', async () => {
    const world = await worldWith({ rule: ONCE })
    outcomes(world, 'failed', 'succeeded')
    const seen: unknown[] = []
    const { handler } = world
    world.handler = async (job) => {
      seen.push((await standing(world))?.nextAt, job.schedule?.next)
      return handler(job)
    }
    await minutes(world, 10)
    expect(seen).toEqual([undefined, [], undefined, []])
    expect(await standing(world)).toBeUndefined()
  })

  test('goes, too, if the reply to the write that ends its job is lost, and the next call finds nothing there', async () => {
    const world = await worldWith({ rule: ONCE })
    const { jobs } = world.context.store
    const { remove } = jobs
    jobs.remove = async (item) => {
      await remove(item)
      return remove(item)
    }
    await minutes(world, 2)
    expect(world.heard('job gone')).toHaveLength(1)
    expect(await standing(world)).toBeUndefined()
  })

  test('stays if its job is a dead letter', async () => {
    const world = await worldWith({ rule: ONCE })
    outcomes(world, 'failed', 'failed')
    await minutes(world, 10)
    expect(world.dead).toHaveLength(1)
    expect(await standing(world)).toMatchObject({ lastAt: ONCE.at })
  })

  test('stays if it was scheduled anew meanwhile', async () => {
    const world = await worldWith({ rule: ONCE })
    world.handler = async () => {
      const found = await standing(world)
      if (found) await world.context.store.schedules.remove(found.key, found.version)
      await schedule(world, { rule: { kind: 'at', at: NOW + HOUR_MS } })
      return { kind: 'succeeded' }
    }
    await minutes(world, 2)
    expect(world.attempts).toHaveLength(1)
    expect((await standing(world))?.nextAt).toBe(NOW + HOUR_MS)
  })

  test('stays if it is declared, lest the next deploy makes it again', async () => {
    const world = await worldWith({ rule: ONCE, declared: true })
    await minutes(world, 2)
    expect(world.attempts).toHaveLength(1)
    expect(await standing(world)).toMatchObject({ declared: true })
  })

  test('is left to the sweep if it cannot be removed; its job has ended all the same', async () => {
    const world = await worldWith({ rule: ONCE })
    diesAt(world, 'remove', 'before')
    await minutes(world, 2)
    expect(world.heard('job ended')).toHaveLength(1)
    expect(world.heard('schedule not looked at')).toMatchObject([{ schedule: 'sync|daily' }])
    expect(world.jobs).toEqual([])
  })
})

describe('what others do at their end', () => {
  test('a schedule with more ticks is not looked at', async () => {
    const world = await worldWith()
    let reads = 0
    const { schedules } = world.context.store
    const { get } = schedules
    schedules.get = async (key) => {
      reads++
      return get(key)
    }
    await minutes(world, 3)
    expect([world.attempts.length, reads]).toEqual([3, 0])
  })
})

describe('a failed attempt', () => {
  const ranWith = async (onFailure: 'retry' | 'commit' | 'wait') => {
    const rule = { kind: 'cron', cron: '*/5 * * * *', timeZone: 'UTC' } as const
    const world = await worldWith({ rule, options: { onFailure } })
    outcomes(world, 'failed')
    await minutes(world, 12)
    const [first] = world.ran
    return {
      world,
      first: world.attempts
        .filter(({ id }) => id === first)
        .map(({ at }) => Math.floor((at - NOW) / MINUTE_MS)),
    }
  }

  test('is made again as the queue says', async () => {
    const { first } = await ranWith('retry')
    expect(first).toEqual([5, 5])
  })

  test('is the last: its job is a dead letter', async () => {
    const { world, first } = await ranWith('commit')
    expect(first).toEqual([5])
    expect(world.dead).toMatchObject([{ reason: 'exhausted', error: 'no' }])
    expect(world.attempts).toHaveLength(2)
  })

  test('is made again at the next tick', async () => {
    const { world, first } = await ranWith('wait')
    expect(first).toEqual([5, 10])
    expect(world.dead).toEqual([])
  })
})
