/** What somebody puts into the Schedules table by hand becomes a schedule, waits for a newer function, or is a dead letter. */
import { describe, expect, test } from 'vitest'
import { defineConfig } from '../../../../lib/core/queue/config.ts'
import { unknownSince } from '../../../../lib/core/schedule/by-hand.ts'
import type { RawSchedule } from '../../../../lib/core/schedule/schedule-item.ts'
import { UNKNOWN_FOR_MS } from '../../../../lib/core/times.ts'
import { arriveSchedules } from '../../../../lib/use-cases/schedules/arrive-schedules.ts'
import { firePartition } from '../../../../lib/use-cases/schedules/fire-partition.ts'
import { NOW } from '../../../support/builders.ts'
import { World } from '../../../support/world.ts'
import { CONFIG, diesAt, HOUR_MS, MINUTE_MS, minutes, ranAt, schedule, standing } from './scheduled.ts'

const ITEM = { pk: 'sync|daily', queue: 'crm', cron: '* * * * *', payload: { customer: 'acme' } }

function put(world: World, part: Readonly<Record<string, unknown>> = {}): RawSchedule {
  const item = { ...ITEM, ...part }
  world.tables.schedules?.set(item.pk, item)
  return item
}
/** The table is there as soon as something was in it. */
async function newWorld(config = CONFIG): Promise<World> {
  const world = new World(config)
  await schedule(world, { name: 'other', queue: 'gone', rule: { kind: 'at', at: NOW + 400 * 24 * HOUR_MS } })
  return world
}
const arrive = (world: World, ...keys: readonly string[]) =>
  arriveSchedules(world.context, keys.length > 0 ? keys : [ITEM.pk])
const raw = (world: World) => world.tables.schedules?.get(ITEM.pk)

describe('an item that somebody has put by hand', () => {
  test('is a schedule as the client would have made it, and its first tick comes in time', async () => {
    const world = await newWorld()
    put(world, { missed: 'all', overlap: 'skip', partition: 'globex', ttl: '1h', schedulePartition: 33 })
    await arrive(world)
    expect(await standing(world)).toMatchObject({
      task: 'sync',
      name: 'daily',
      queue: 'crm',
      rule: { kind: 'cron', cron: '* * * * *', timeZone: 'UTC' },
      payload: { customer: 'acme' },
      options: {
        missed: 'all',
        overlap: 'skip',
        jobPartition: 'globex',
        ttl_ms: HOUR_MS,
        delivery: 'exactlyOnce',
      },
      partition: 0,
      chosen: 33,
      createdAt: NOW,
    })
    expect(world.jobs).toMatchObject([
      { pk: expect.stringContaining('globex'), schedule: { at: NOW + MINUTE_MS } },
    ])
    await minutes(world, 2)
    expect(ranAt(world)).toEqual([MINUTE_MS, 2 * MINUTE_MS])
  })

  test.each([
    [{ every: '30s' }, { kind: 'every', every_ms: 30_000, from: NOW }],
    [
      { every: 1000, aligned: true },
      { kind: 'every', every_ms: 1000, from: 0 },
    ],
    [{ at: '2030-01-31T09:00:00+01:00' }, { kind: 'at', at: Date.UTC(2030, 0, 31, 8) }],
    [
      { cron: '0 9 * * MON', timeZone: 'Europe/Berlin' },
      { kind: 'cron', cron: '0 9 * * MON', timeZone: 'Europe/Berlin' },
    ],
  ])('may have as its rule: %j', async (part, rule) => {
    const world = await newWorld()
    const { cron: _, ...others } = ITEM
    world.tables.schedules?.set(ITEM.pk, { ...others, ...part })
    await arrive(world)
    expect(world.heard('schedule refused')).toEqual([])
    expect(await standing(world)).toMatchObject({ rule })
  })

  test('over a schedule is a new one in its place, whose ticks are not made twice', async () => {
    const world = await newWorld()
    await schedule(world)
    await firePartition(world.context, { fire: 0 })
    expect(world.jobs).toHaveLength(1)
    put(world)
    await arrive(world)
    expect(world.jobs).toHaveLength(1)
    await minutes(world, 2)
    expect(ranAt(world)).toEqual([MINUTE_MS, 2 * MINUTE_MS])
  })

  test('over one that is paused is not: what stood there is overwritten', async () => {
    const world = await newWorld()
    await schedule(world, { pause: { at: NOW, by: 'ann' }, lastAt: NOW - MINUTE_MS })
    put(world)
    await arrive(world)
    await minutes(world, 1)
    expect(await standing(world)).not.toHaveProperty('pause')
    expect(ranAt(world)).toEqual([MINUTE_MS])
  })

  test('is not needed for another payload: counted up in place, all else stays', async () => {
    const world = await newWorld()
    await schedule(world, { rule: { kind: 'every', every_ms: MINUTE_MS, from: NOW } })
    await minutes(world, 2)
    const before = raw(world)
    const payloads: unknown[] = []
    world.handler = async ({ payload }) => {
      payloads.push(payload)
      return { kind: 'succeeded' }
    }
    const version = Number(before?.['version']) + 1
    world.tables.schedules?.set(ITEM.pk, { pk: ITEM.pk, ...before, payload: { customer: 'globex' }, version })
    await minutes(world, 2)
    expect(ranAt(world)).toEqual([1, 2, 3, 4].map((n) => n * MINUTE_MS))
    expect(payloads.at(-1)).toEqual({ customer: 'globex' })
    expect(await standing(world)).toMatchObject({ createdAt: before?.['createdAt'], rule: { from: NOW } })
  })

  test.each([
    ['no rule', { cron: '' }, /cron expression/],
    ['two rules', { every: '5m' }, /leave cron or every out/],
    ['a zone that there is not', { timeZone: 'Europe/Atlantis' }, /Atlantis/],
    ['no queue', { queue: 7 }, /queue/],
    ['a queue’s name that nothing can have', { queue: 'no|queue' }, /no queue/],
    ['an option that there is not', { mised: 'all' }, /mised/],
    ['an option that makes no sense', { missed: 'some' }, /missed/],
    ['a payload without its partition', { payload: {} }, /customer/],
    ['a large payload', { payload: { customer: 'acme', text: 'x'.repeat(5000) } }, /4096/],
    ['a set', { payload: { customer: 'acme', sizes: new Set(['a']) } }, /payload.sizes is a set/],
    ['no partition of schedules', { schedulePartition: 'first' }, /schedulePartition/],
    ['what only functions write', { nextAt: NOW }, /nextAt/],
  ])('with %s is a dead letter with the reason, and gone', async (_what, part, reason) => {
    const world = await newWorld()
    put(world, part)
    await arrive(world)
    expect(raw(world)).toBeUndefined()
    expect(world.dead).toMatchObject([{ reason: 'refused', error: expect.stringMatching(reason) }])
    expect(JSON.parse(world.dead[0]?.job ?? '')).toMatchObject({ pk: ITEM.pk })
    expect(world.heard('schedule refused')).toMatchObject([{ schedule: ITEM.pk }])
    expect(world.counted).toContainEqual({ name: 'SetAsideSchedules', value: 1 })
  })

  test.each(['daily', 'sync|a|b', 'sync|100%', '|daily', 'sync|', 'sync|%64aily'])(
    'is refused under the key %s',
    async (pk) => {
      const world = await newWorld()
      put(world, { pk })
      await arrive(world, pk)
      expect(world.tables.schedules?.get(pk)).toBeUndefined()
      expect(world.dead).toHaveLength(1)
    },
  )

  test('holds up no neighbour, however bad it is', async () => {
    const world = await newWorld()
    put(world, { pk: 'sync|bad', cron: 'often' })
    put(world, { pk: 'sync|unknown', queue: 'later' })
    put(world)
    diesAt(world, 'put', 'before')
    await arrive(world, 'sync|bad', 'sync|unknown', 'sync|daily', 'sync|gone', '$partitions', '$declared')
    await world.live(MINUTE_MS)
    expect(ranAt(world)).toEqual([MINUTE_MS])
    expect(world.dead).toHaveLength(1)
  })

  test('that has been corrected meanwhile is judged as it is now', async () => {
    const world = await newWorld()
    put(world, { cron: 'often' })
    const { schedules } = world.context.store
    const { bury } = schedules
    schedules.bury = async (...call) => {
      put(world)
      return bury(...call)
    }
    await arrive(world)
    expect(raw(world)).toEqual(ITEM)
    expect([world.dead, world.heard('schedule refused')]).toEqual([[], []])
    await arrive(world)
    expect(await standing(world)).toMatchObject({ rule: { cron: '* * * * *' } })
  })

  test.each(['before', 'after'] as const)('becomes one, whoever dies %s a write', async (how) => {
    for (const call of ['put', 'remove', 'savePartitions', 'getMany'] as const) {
      const world = await newWorld()
      delete world.tables.schedulePartitions
      put(world)
      diesAt(world, call, how)
      await arrive(world)
      await minutes(world, 2)
      expect(ranAt(world)).toEqual([MINUTE_MS, 2 * MINUTE_MS])
    }
  })

  test.each(['before', 'after'] as const)('has one letter, whoever dies %s it is written', async (how) => {
    const world = await newWorld()
    put(world, { cron: 'often' })
    diesAt(world, 'bury', how)
    await arrive(world)
    await world.live(MINUTE_MS)
    expect([raw(world), world.dead.length]).toEqual([undefined, 1])
  })

  test('comes again by the stream if not even a message could be sent', async () => {
    const world = await newWorld()
    put(world)
    diesAt(world, 'getMany', 'before')
    world.context.wake.send = () => Promise.reject(new Error('throttled'))
    await expect(arrive(world)).rejects.toThrow('throttled')
  })

  test('waits for a newer function, if a deploy has replaced this one', async () => {
    const world = await newWorld()
    put(world)
    world.isReplaced = true
    await arrive(world)
    expect(raw(world)).toEqual(ITEM)
    world.isReplaced = false
    await world.live(MINUTE_MS)
    expect(ranAt(world)).toEqual([MINUTE_MS])
  })
})

describe('an item put by hand whose queue nobody knows', () => {
  const NEWER = defineConfig({ queues: { later: {} }, schedules: { partitions: 1 } })
  const unknown = async () => {
    const world = await newWorld()
    put(world, { queue: 'later' })
    await arrive(world)
    // The note that it was seen comes by the stream.
    await arrive(world)
    return world
  }

  test('is left to a newer function, which makes a schedule of it', async () => {
    const world = await unknown()
    expect(raw(world)).toEqual({ ...ITEM, queue: 'later', unknownSince: NOW })
    expect(world.heard('schedule left to newer')).toHaveLength(1)
    const [message] = world.takeFires()
    if (!message) throw new Error('nobody looks again')
    await firePartition({ ...world.context, config: NEWER }, message)
    expect(await standing(world)).toMatchObject({ queue: 'later' })
    expect(raw(world)).not.toHaveProperty('unknownSince')
  })

  test('is looked at again less and less often, and then by sweeps only', async () => {
    const world = await unknown()
    await world.live(HOUR_MS)
    expect(world.nextWake).toBeUndefined()
    expect(unknownSince(raw(world) ?? { pk: '' })).toBe(NOW)
    expect(world.dead).toEqual([])
  })

  test('is a dead letter after a day, unless a deploy is under way', async () => {
    const world = await unknown()
    world.takeFires()
    world.now += UNKNOWN_FOR_MS
    world.isAlone = false
    await arrive(world)
    expect(world.dead).toEqual([])
    world.isAlone = true
    await arrive(world)
    expect(world.dead).toMatchObject([{ error: expect.stringMatching(/no queue "later"/) }])
    expect(raw(world)).toBeUndefined()
  })

  test('is new if somebody puts it again', async () => {
    const world = await unknown()
    world.now += UNKNOWN_FOR_MS
    put(world, { queue: 'later' })
    await arrive(world)
    expect(raw(world)).toMatchObject({ unknownSince: world.now })
    expect(world.dead).toEqual([])
  })
})
