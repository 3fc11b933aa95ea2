/** Schedules whose jobs must not overlap: what becomes of a tick while the job of an earlier one is there. */
import { describe, expect, test } from 'vitest'
import type { TaskOutcome } from '../../../../lib/core/job/ending.ts'
import { firePartition } from '../../../../lib/use-cases/schedules/fire-partition.ts'
import { runNow } from '../../../../lib/use-cases/schedules/run-now.ts'
import { NOW } from '../../../support/builders.ts'
import type { World } from '../../../support/world.ts'
import { diesAt, MINUTE_MS, minutes, ranAt, standing, ticksOf, worldWith } from './scheduled.ts'

const EACH_10_S = { kind: 'every', every_ms: 10_000, from: NOW } as const

/** Jobs run until the test lets them end. */
function held(world: World): { end(): Promise<void>; readonly running: number } {
  const waiting: ((outcome: TaskOutcome) => void)[] = []
  const over: Promise<void>[] = []
  world.handler = () => new Promise((resolve) => waiting.push(resolve))
  const { work } = world
  world.work = async (message, redelivered) => {
    over.push(work.call(world, message, redelivered))
    await new Promise((resolve) => setImmediate(resolve))
  }
  return {
    end: async () => {
      for (const resolve of waiting.splice(0)) resolve({ kind: 'succeeded' })
      await Promise.all(over.splice(0))
    },
    get running() {
      return waiting.length
    },
  }
}

/** A minute, step by step: handlers go on while messages come. */
async function second(world: World, seconds: number): Promise<void> {
  for (let n = 0; n < seconds; n++) {
    await world.live(1000)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

describe.each(['skip', 'bufferOne'] as const)('%s', (overlap) => {
  test('ticks whose jobs are over by then run to the second', async () => {
    const world = await worldWith({ rule: EACH_10_S, options: { overlap } })
    await minutes(world, 2)
    expect(ranAt(world)).toEqual(Array.from({ length: 12 }, (_, n) => (n + 1) * 10_000))
  })

  test('two who fire simultaneously make one job', async () => {
    const world = await worldWith({ rule: EACH_10_S, options: { overlap } })
    const fire = () => firePartition(world.context, { fire: 0 })
    await Promise.all([fire(), fire()])
    await fire()
    expect(ticksOf(world.jobs)).toEqual([10_000])
  })

  test.each(['before', 'after'] as const)(
    'who dies %s it fires leaves nothing that is in the way',
    async (how) => {
      const world = await worldWith({ rule: EACH_10_S, options: { overlap } })
      diesAt(world, 'fire', how)
      await minutes(world, 1)
      const late = how === 'before' ? 1 : 0
      expect(ranAt(world).length).toBeGreaterThanOrEqual(6 - late)
      expect(new Set(world.ran).size).toBe(world.ran.length)
    },
  )

  test('a job that waits for its next attempt is in the way as well', async () => {
    const world = await worldWith({ rule: EACH_10_S, options: { overlap } })
    world.handler = async () => ({ kind: 'failed', error: 'no' })
    await minutes(world, 1)
    const most = Math.max(
      ...[...Map.groupBy(world.attempts, ({ id }) => id).values()].map((its) => its.length),
    )
    expect(most).toBe(2)
    expect(world.mostAtOnce).toBe(1)
  })
})

test('skip: the ticks that come while a job runs make none', async () => {
  const world = await worldWith({ rule: EACH_10_S, options: { overlap: 'skip' } })
  const jobs = held(world)
  await world.tick()
  await second(world, 35)
  expect([ranAt(world), jobs.running]).toEqual([[10_000], 1])
  await jobs.end()
  await second(world, 10)
  expect(ranAt(world)).toEqual([10_000, 40_000])
  const skipped = world.heard('ticks skipped').map(({ why, skipped: { from } }) => [why, from - NOW])
  expect(skipped).toEqual([
    ['overlap', 20_000],
    ['overlap', 30_000],
  ])
})

test('skip: a tick that makes no job is not the last one, which tells whose job is in the way', async () => {
  const world = await worldWith({ rule: EACH_10_S, options: { overlap: 'skip' } })
  const jobs = held(world)
  await world.tick()
  await second(world, 35)
  expect(await standing(world)).toMatchObject({ lastAt: NOW + 10_000, nextAt: NOW + 40_000 })
  await jobs.end()
})

test('a one-time is never skipped: it waits for the job that somebody wanted beside it', async () => {
  const rule = { kind: 'at', at: NOW + 10_000 } as const
  const world = await worldWith({ rule, options: { overlap: 'skip' } })
  const jobs = held(world)
  await runNow(world.context, { task: 'sync', name: 'daily' }, 'wanted')
  await world.tick()
  await second(world, 15)
  expect([ranAt(world), jobs.running]).toEqual([[0], 1])
  await jobs.end()
  await second(world, 1)
  expect(ranAt(world)).toEqual([0, 15_000])
  await jobs.end()
  expect(await standing(world)).toBeUndefined()
})

test('bufferOne: one tick waits, and runs as soon as the job is over; those that came meanwhile make none', async () => {
  const world = await worldWith({ rule: EACH_10_S, options: { overlap: 'bufferOne' } })
  const jobs = held(world)
  await world.tick()
  await second(world, 45)
  expect([ranAt(world), jobs.running]).toEqual([[10_000], 1])
  expect((await standing(world))?.buffered).toBe(NOW + 20_000)
  await jobs.end()
  await second(world, 1)
  expect(ranAt(world)).toEqual([10_000, 45_000])
  expect((await standing(world))?.buffered).toBeUndefined()
  expect(world.heard('ticks skipped')).toMatchObject([
    { why: 'overlap', skipped: { from: NOW + 30_000, to: NOW + 40_000 } },
  ])
  await jobs.end()
  await second(world, 8)
  expect(ranAt(world)).toEqual([10_000, 45_000, 50_000])
  await jobs.end()
})

test('bufferOne: if the end of the job tells nobody, the next tick sees it', async () => {
  const world = await worldWith({ rule: EACH_10_S, options: { overlap: 'bufferOne' } })
  const jobs = held(world)
  await world.tick()
  await second(world, 30)
  diesAt(world, 'get', 'before', 1)
  await jobs.end()
  expect(world.heard('schedule not looked at')).toHaveLength(1)
  await second(world, 30)
  expect(jobs.running).toBe(0)
  await world.tick()
  await second(world, 1)
  expect(jobs.running).toBe(1)
  await jobs.end()
})

test('a tick that has waited is not missed, however late it is', async () => {
  const options = { overlap: 'bufferOne', missed: 'skip' } as const
  const world = await worldWith({ options })
  const jobs = held(world)
  await world.tick()
  await second(world, 60)
  await world.tick()
  await second(world, 60)
  await world.tick()
  await second(world, 240)
  await jobs.end()
  await second(world, 1)
  expect(ranAt(world)).toEqual([MINUTE_MS, 360_000])
  expect((await standing(world))?.lastAt).toBe(NOW + 2 * MINUTE_MS)
  await jobs.end()
})
