/** A partition is fired as a whole: nothing in it holds up another, and what is left goes on by messages. */
import { describe, expect, test } from 'vitest'
import { sizeOf } from '../../../../lib/core/limits/queue-size.ts'
import { defineConfig } from '../../../../lib/core/queue/config.ts'
import type { Schedule } from '../../../../lib/core/schedule/schedule.ts'
import { toScheduleItem, versionAfter } from '../../../../lib/core/schedule/schedule-item.ts'
import { FIRED_AGAIN_MS, LEFT_TO_NEWER_MS, UNKNOWN_FOR_MS } from '../../../../lib/core/times.ts'
import { firePartition } from '../../../../lib/use-cases/schedules/fire-partition.ts'
import { NOW } from '../../../support/builders.ts'
import { World } from '../../../support/world.ts'
import {
  CONFIG,
  diesAt,
  HOUR_MS,
  MINUTE_MS,
  minutes,
  ranAt,
  schedule,
  standing,
  ticksOf,
  worldWith,
} from './scheduled.ts'

const EACH_HOUR = { kind: 'cron', cron: '1 * * * *', timeZone: 'UTC' } as const
const UNTIL = { until: NOW + 90_000 }

describe('a schedule whose queue nobody knows', () => {
  test('is left to a newer function for a day, then set aside, and holds up nobody', async () => {
    const world = await worldWith({ queue: 'gone' })
    await schedule(world, { name: 'other' })
    await minutes(world, 1)
    expect(ranAt(world)).toEqual([MINUTE_MS])
    expect(world.heard('schedule left to newer')).toMatchObject([{ schedule: 'sync|daily' }])
    expect((await standing(world))?.setAside).toBeUndefined()
    world.now = NOW + MINUTE_MS + UNKNOWN_FOR_MS
    await minutes(world, 1)
    expect((await standing(world))?.setAside?.reason).toMatch(/no queue "gone"/)
    expect(world.heard('schedule set aside')).toHaveLength(1)
    expect(world.counted).toContainEqual({ name: 'SetAsideSchedules', value: 1 })
    expect(await world.tick()).toBe(1)
  })

  test('fires when its queue has come', async () => {
    const world = await worldWith({ queue: 'late', options: { missed: 'all' } })
    await minutes(world, 3)
    const newer = defineConfig({
      queues: { late: { partition: { payload: 'customer' } } },
      schedules: { partitions: 1 },
    })
    await firePartition({ ...world.context, config: newer }, { fire: 0 })
    expect(ticksOf(world.jobs)).toEqual([1, 2, 3, 4].map((n) => n * MINUTE_MS))
  })
})

describe('a schedule of which no job can be made', () => {
  test('is set aside with the reason', async () => {
    const world = await worldWith({ payload: { nobody: true } })
    await minutes(world, 1)
    expect((await standing(world))?.setAside).toEqual({
      at: NOW,
      reason: expect.stringContaining('customer'),
    })
    expect(world.jobs).toEqual([])
  })

  test('but not while another configuration decides, too', async () => {
    const world = await worldWith({ payload: { nobody: true } })
    world.isAlone = false
    await minutes(world, 1)
    expect((await standing(world))?.setAside).toBeUndefined()
    world.isAlone = true
    await minutes(world, 1)
    expect((await standing(world))?.setAside).toBeDefined()
  })
})

describe('an item that stands for no schedule', () => {
  const damaged = async (world: World, attributes: object) => {
    const { schedules } = world.tables
    const item = schedules?.get('sync|daily')
    if (item) schedules?.set('sync|daily', { ...item, ...attributes })
  }

  test('is set aside as it is, and its neighbours fire', async () => {
    const world = await worldWith()
    await schedule(world, { name: 'other' })
    await damaged(world, { rule: { kind: 'cron', cron: 'often', timeZone: 'UTC' }, note: 'mine' })
    await minutes(world, 2)
    expect(ranAt(world)).toEqual([MINUTE_MS, 2 * MINUTE_MS])
    const item = await world.context.store.schedules.get('sync|daily')
    expect(item).toMatchObject({ setAside: { at: NOW }, note: 'mine', version: 2 })
    expect(item).not.toHaveProperty('dueIn')
  })

  test('is said each minute if even that cannot be written', async () => {
    const world = await worldWith()
    await schedule(world, { name: 'other' })
    await damaged(world, { options: 'none' })
    const { schedules } = world.context.store
    const { put } = schedules
    schedules.put = async (item, found) => {
      if (item.pk === 'sync|daily') throw new Error('too large')
      return put(item, found)
    }
    await minutes(world, 1)
    expect(world.heard('schedule not fired').length).toBeGreaterThan(0)
    expect(ranAt(world)).toEqual([MINUTE_MS])
  })
})

test('one that cannot be written is tried again a little later, and the others have fired', async () => {
  const world = await worldWith()
  await schedule(world, { name: 'other' })
  diesAt(world, 'fire', 'before')
  await firePartition(world.context, { fire: 0, ...UNTIL })
  expect(world.jobs).toHaveLength(1)
  const [again] = world.takeFires()
  expect(again).toMatchObject({ fire: ['sync|daily'], dueAt: NOW + FIRED_AGAIN_MS, ...UNTIL })
  if (again) await firePartition(world.context, again)
  expect(world.jobs).toHaveLength(2)
})

test('a configuration that was replaced fires nothing, and leaves the message to a newer one', async () => {
  const world = await worldWith()
  world.isReplaced = true
  await firePartition(world.context, { fire: 0, ...UNTIL })
  expect(world.jobs).toEqual([])
  expect(world.takeFires()).toMatchObject([{ fire: 0, dueAt: NOW + LEFT_TO_NEWER_MS, ...UNTIL }])
})

describe('a visit whose time is over', () => {
  /** Each write takes so long. */
  const slow = (world: World, write_ms: number) => {
    const { schedules } = world.context.store
    const { fire } = schedules
    schedules.fire = async (firing) => {
      world.now += write_ms
      return fire(firing)
    }
  }
  const many = async (count: number) => {
    const world = new World(CONFIG)
    for (let n = 0; n < count; n++) await schedule(world, { name: `n${n}`, rule: EACH_HOUR })
    return world
  }

  test('goes on by messages, until all have fired', async () => {
    const world = await many(250)
    slow(world, 300)
    await firePartition(world.context, { fire: 0, ...UNTIL })
    expect(world.jobs.length).toBeLessThan(100)
    for (let [fires, rounds] = [world.takeFires(), 0]; fires.length > 0 && rounds < 20; rounds++) {
      for (const message of fires)
        await firePartition(world.context, { ...message, until: world.now + 90_000 })
      fires = world.takeFires()
    }
    expect(new Set(world.jobs.map(({ sk }) => sk)).size).toBe(250)
  })

  test('is over for good when the next tick has come', async () => {
    const world = await many(150)
    slow(world, 1000)
    await firePartition(world.context, { fire: 0, until: NOW + 10_000 })
    expect(world.takeFires()).toEqual([])
  })
})

test('schedules of a partition are fired at a pace that one key of an index bears', async () => {
  const world = new World(CONFIG)
  for (let n = 0; n < 500; n++) await schedule(world, { name: `n${n}` })
  await firePartition(world.context, { fire: 0 })
  expect(world.jobs).toHaveLength(500)
  expect(world.now - NOW).toBeGreaterThanOrEqual(1000)
  expect(world.now - NOW).toBeLessThan(1500)
})

test('jobs of a queue whose size is limited are counted', async () => {
  const config = defineConfig({
    queues: { crm: { partition: { payload: 'customer' }, maxQueueSize: { queue: 1 } } },
    schedules: { partitions: 1 },
  })
  for (const delivery of ['exactlyOnce', 'atLeastOnce', 'atMostOnce'] as const) {
    const world = await worldWith(
      { options: { delivery }, rule: { kind: 'every', every_ms: 20_000, from: NOW } },
      config,
    )
    await firePartition(world.context, { fire: 0 })
    expect(world.jobs).toHaveLength(4)
    const parts = await world.context.store.history.size('$size|crm')
    expect(sizeOf(parts)).toBe(4)
    await world.live(2 * MINUTE_MS)
    expect(ranAt(world)).toHaveLength(4)
    expect(sizeOf(await world.context.store.history.size('$size|crm'))).toBe(0)
  }
})

test('another number of partitions moves a schedule with its next tick', async () => {
  const world = await worldWith({ partition: 7 })
  await firePartition(world.context, { fire: 7 })
  expect(((await standing(world)) as Schedule).partition).toBe(0)
})

test('one that was fired since the index was read is not fired again', async () => {
  const world = await worldWith()
  const stale = await world.context.store.schedules.due({ partition: 0, until: NOW + HOUR_MS, limit: 9 })
  await firePartition(world.context, { fire: 0 })
  world.context.store.schedules.due = async () => stale
  await firePartition(world.context, { fire: 0 })
  expect(ticksOf(world.jobs)).toEqual([MINUTE_MS])
})

test('what an older function cannot read is not set aside while a deploy is under way', async () => {
  const world = await worldWith()
  world.isAlone = false
  const item = world.tables.schedules?.get('sync|daily')
  if (item) world.tables.schedules?.set('sync|daily', { ...item, options: { from: 'a later version' } })
  await firePartition(world.context, { fire: 0 })
  expect(world.heard('schedule left to newer')).toHaveLength(1)
  expect(await world.context.store.schedules.get('sync|daily')).not.toHaveProperty('setAside')
})

describe('what somebody has left to be taken back, and has died', () => {
  test('is taken back first, and its tick is fired by the definition that is', async () => {
    const world = await worldWith()
    await firePartition(world.context, { fire: 0 })
    const [job] = world.jobs
    const fired = await standing(world)
    if (!fired || !job) throw new Error('a schedule that has fired')
    const withdraw = [{ pk: job.pk, sk: job.sk }]
    const changed = {
      ...fired,
      payload: { customer: 'acme', by: 'another' },
      withdraw,
      version: versionAfter(fired.version, NOW),
    }
    await world.context.store.schedules.put(toScheduleItem(changed), fired.version)
    await firePartition(world.context, { fire: fired.partition })
    await firePartition(world.context, { fire: [fired.key] })
    expect(world.jobs).toMatchObject([{ payload: { by: 'another' }, schedule: { at: NOW + MINUTE_MS } }])
    expect((await standing(world))?.withdraw).toBeUndefined()
  })

  test('stays where a worker has it, and its tick has had its job', async () => {
    const world = await worldWith()
    await firePartition(world.context, { fire: 0 })
    const [job] = world.jobs
    world.now += MINUTE_MS
    await world.stream()
    const fired = await standing(world)
    if (!fired || !job || world.takeWork().length === 0) throw new Error('a job that is claimed')
    const withdraw = [{ pk: job.pk, sk: job.sk }]
    const payload = { customer: 'acme', by: 'another' }
    const changed = { ...fired, payload, withdraw, version: versionAfter(fired.version, world.now) }
    await world.context.store.schedules.put(toScheduleItem(changed), fired.version)
    await firePartition(world.context, { fire: [fired.key] })
    expect(await world.context.store.jobs.get(job)).toEqual(job)
    expect((await standing(world))?.withdraw).toBeUndefined()
  })

  test('and a schedule that is unscheduled goes then', async () => {
    const world = await worldWith()
    await firePartition(world.context, { fire: 0 })
    const [job] = world.jobs
    const fired = await standing(world)
    if (!fired || !job) throw new Error('a schedule that has fired')
    const version = versionAfter(fired.version, NOW)
    const gone = { ...fired, isRemoved: true, withdraw: [{ pk: job.pk, sk: job.sk }], version } as const
    await world.context.store.schedules.put(toScheduleItem(gone), fired.version)
    await firePartition(world.context, { fire: [fired.key] })
    expect([world.jobs, await standing(world)]).toEqual([[], undefined])
  })
})
