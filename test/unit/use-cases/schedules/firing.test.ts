/** A schedule makes a job for each of its ticks, by each delivery, whatever becomes of those who fire it. */
import { describe, expect, test } from 'vitest'
import type { Job } from '../../../../lib/core/job/job.ts'
import type { Delivery } from '../../../../lib/core/schedule/schedule.ts'
import { toScheduleItem, versionAfter } from '../../../../lib/core/schedule/schedule-item.ts'
import { firePartition } from '../../../../lib/use-cases/schedules/fire-partition.ts'
import { pauseSchedule } from '../../../../lib/use-cases/schedules/pause-schedule.ts'
import { NOW } from '../../../support/builders.ts'
import { diesAt, MINUTE_MS, minutes, ranAt, standing, ticksOf, worldWith } from './scheduled.ts'

const DELIVERIES: readonly Delivery[] = ['exactlyOnce', 'atLeastOnce', 'atMostOnce']
const each = (count: number, from = 1): number[] =>
  Array.from({ length: count }, (_, n) => (from + n) * MINUTE_MS)

describe.each(DELIVERIES)('%s', (delivery) => {
  test('each tick makes one job, which runs at its very time', async () => {
    const world = await worldWith({ options: { delivery } })
    await minutes(world, 5)
    expect(ranAt(world)).toEqual(each(5))
    expect((await standing(world))?.nextAt).toBeGreaterThan(world.now)
  })

  test('two who fire simultaneously make one job of a tick', async () => {
    const world = await worldWith({ options: { delivery } })
    const { context } = world
    await Promise.all([firePartition(context, { fire: 0 }), firePartition(context, { fire: 0 })])
    expect(ticksOf(world.jobs)).toEqual(each(1))
  })

  test('a message that comes twice, or a tick, makes no other job', async () => {
    const world = await worldWith({ options: { delivery } })
    await world.tick()
    await world.tick()
    for (const message of [...world.takeFires(), { fire: 0 }]) await firePartition(world.context, message)
    expect(ticksOf(world.jobs)).toEqual(each(1))
  })

  test('jobs are put ahead, with the time of their tick and the offset of their window', async () => {
    const world = await worldWith({ options: { delivery, window_ms: 30_000 } })
    await firePartition(world.context, { fire: 0 })
    const [job] = world.jobs
    const runAt = Date.parse(job?.sk.split('#')[1] ?? '')
    expect(job?.['schedule']).toMatchObject({ at: NOW + MINUTE_MS })
    expect(runAt - NOW - MINUTE_MS).toBeGreaterThan(0)
    expect(runAt - NOW - MINUTE_MS).toBeLessThan(30_000)
  })
})

/** What is left when somebody dies at a call, before it or after it, and another fires: jobs of the first tick. */
describe.each([
  ['exactlyOnce', 'fire', 'before', 1],
  ['exactlyOnce', 'fire', 'after', 1],
  ['atLeastOnce', 'jobs.put', 'before', 1],
  ['atLeastOnce', 'jobs.put', 'after', 1],
  ['atLeastOnce', 'put', 'before', 1],
  ['atLeastOnce', 'put', 'after', 1],
  ['atMostOnce', 'put', 'before', 1],
  ['atMostOnce', 'put', 'after', 0],
  ['atMostOnce', 'putAtMostOnce', 'before', 0],
  ['atMostOnce', 'putAtMostOnce', 'after', 1],
] as const)('%s: who dies at %s, %s it', (delivery, call, how, jobs) => {
  test(`leaves ${jobs} jobs of the tick, and the next minute is as any other`, async () => {
    const world = await worldWith({ options: { delivery } })
    diesAt(world, call, how)
    await minutes(world, 3)
    expect(ranAt(world)).toEqual(jobs === 1 ? each(3) : each(2, 2))
  })
})

test('at least once means twice, if its job has run before the schedule goes on', async () => {
  const world = await worldWith({ options: { delivery: 'atLeastOnce' } })
  diesAt(world, 'put', 'before', 20)
  await minutes(world, 2)
  expect(ranAt(world).filter((at) => at <= MINUTE_MS + 20_000).length).toBeGreaterThan(1)
})

test('nobody knows of a tick that may be lost, unless it is said', async () => {
  const world = await worldWith({ options: { delivery: 'atMostOnce' } })
  diesAt(world, 'putAtMostOnce', 'before')
  await minutes(world, 1)
  expect(world.heard('tick not certain')).toMatchObject([{ schedule: 'sync|daily' }])
  expect(world.counted).toContainEqual({ name: 'ScheduleFailures', value: 1 })
})

test('a job that stands there, for somebody has written its schedule back, is left out', async () => {
  const world = await worldWith({ rule: { kind: 'every', every_ms: 20_000, from: NOW } })
  await firePartition(world.context, { fire: 0 })
  const fired = await standing(world)
  if (!fired) throw new Error('a schedule')
  const back = { ...fired, nextAt: NOW + 40_000, version: versionAfter(fired.version, NOW) }
  expect(await world.context.store.schedules.put(toScheduleItem(back), fired.version)).toBe('put')
  await firePartition(world.context, { fire: 0 })
  expect(ticksOf(world.jobs)).toEqual([20_000, 40_000, 60_000, 80_000])
  expect((await standing(world))?.nextAt).toBe(NOW + 100_000)
})

test('who finds that somebody was faster leaves what stands there, and makes no job of it', async () => {
  const world = await worldWith()
  const { schedules } = world.context.store
  const { fire } = schedules
  const late: typeof fire = async (firing) => {
    Object.assign(schedules, { fire })
    await pauseSchedule(world.context, { task: 'sync', name: 'daily' }, { by: 'ann' })
    return fire(firing)
  }
  Object.assign(schedules, { fire: late })
  await firePartition(world.context, { fire: 0 })
  expect((await standing(world))?.pause?.by).toBe('ann')
  expect(ticksOf(world.jobs)).toEqual([])
})

test('more ticks than one transaction holds are fired all the same', async () => {
  const world = await worldWith({ rule: { kind: 'every', every_ms: 1000, from: NOW } })
  await firePartition(world.context, { fire: 0 })
  expect(ticksOf(world.jobs)).toEqual(Array.from({ length: 90 }, (_, n) => (n + 1) * 1000))
})

test('the handler is told of the tick', async () => {
  const world = await worldWith()
  const seen: Job['schedule'][] = []
  world.handler = async ({ schedule }) => {
    seen.push(schedule)
    return { kind: 'succeeded' }
  }
  await minutes(world, 2)
  const at = NOW + MINUTE_MS
  const next = [1, 2, 3, 4, 5].map((n) => at + n * MINUTE_MS)
  expect(seen[0]).toEqual({ task: 'sync', name: 'daily', at, next })
  expect(seen[1]).toMatchObject({ at: at + MINUTE_MS, previous: at })
})

test('the options of the schedule are those of its jobs', async () => {
  const options = { priority: 2, jobPartition: 'other|one', ttl_ms: 5000, tags: { region: 'eu' } } as const
  const world = await worldWith({ options })
  await firePartition(world.context, { fire: 0 })
  expect(world.jobs).toMatchObject([
    {
      pk: expect.stringMatching(/^crm\|other%7Cone/),
      sk: expect.stringMatching(/^2#2030-01-31T09:01:00\.000Z#[0-9a-f]{24}@2030-01-31T09:01:00\.000Z$/),
      task: 'sync',
      payload: { customer: 'acme' },
      tags: { region: 'eu' },
      startBefore: NOW + MINUTE_MS + 5000,
    },
  ])
})

test('at most once holds, too, for one whose write comes when the job of another that fired has run', async () => {
  const world = await worldWith({ nextAt: NOW, options: { delivery: 'atMostOnce' } })
  const { schedules } = world.context.store
  const { put } = schedules
  const slow = Promise.withResolvers<void>()
  const others = {
    ...schedules,
    put: async (...call: Parameters<typeof put>) => slow.promise.then(() => put(...call)),
  }
  const other = firePartition(
    { ...world.context, store: { ...world.context.store, schedules: others } },
    { fire: 0 },
  )
  await firePartition(world.context, { fire: 0 })
  await world.live(1000)
  expect(ranAt(world)).toEqual([0])
  slow.resolve()
  await other
  await world.live(1000)
  expect(ranAt(world)).toEqual([0])
})
