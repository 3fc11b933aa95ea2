/** What a sweep finds in the Schedules table, and when ticks ask fewer partitions again. */
import { describe, expect, test } from 'vitest'
import type { RawSchedule } from '../../../../lib/core/schedule/schedule-item.ts'
import { LETTER_KEPT_MS, SCHEDULES_SWEPT_EVERY_MS, SOON_MS } from '../../../../lib/core/times.ts'
import { lowerPartitions } from '../../../../lib/use-cases/schedules/lower-partitions.ts'
import { raisePartitions } from '../../../../lib/use-cases/schedules/partitions.ts'
import { removeSchedule } from '../../../../lib/use-cases/schedules/remove-schedule.ts'
import { sweep } from '../../../../lib/use-cases/sweep/sweep.ts'
import { NOW } from '../../../support/builders.ts'
import type { World } from '../../../support/world.ts'
import { diesAt, HOUR_MS, MINUTE_MS, minutes, ranAt, schedule, standing, worldWith } from './scheduled.ts'

const KEY = 'sync|daily'
const change = (world: World, part: Readonly<Record<string, unknown>>) => {
  const item = world.tables.schedules?.get(KEY)
  const changed = Object.entries({ ...item, ...part }).filter(([, value]) => value !== undefined)
  world.tables.schedules?.set(KEY, Object.fromEntries(changed) as RawSchedule)
}
const left = (world: World) => world.heard('schedules left behind').flatMap(({ schedules }) => schedules)
/** A sweep, and what comes of its messages. */
async function swept(world: World): Promise<void> {
  await world.sweep()
  await world.settle()
}

describe('a sweep through schedules', () => {
  test('says nothing of those that are as they should be', async () => {
    const world = await worldWith()
    await schedule(world, { name: 'paused', pause: { at: NOW, by: 'ann' } })
    await swept(world)
    expect(left(world)).toEqual([])
    expect(world.takeFires()).toEqual([])
  })

  test('makes a schedule of an item whose arrival was lost, and fires it', async () => {
    const world = await worldWith({ name: 'other' })
    const item = { pk: KEY, queue: 'crm', cron: '* * * * *', payload: { customer: 'acme' } }
    world.tables.schedules?.set(KEY, item)
    await swept(world)
    expect(await standing(world)).toMatchObject({ rule: { kind: 'cron' } })
    expect(world.jobs).toHaveLength(1)
  })

  test('fires one that no tick of the clock finds', async () => {
    const world = await worldWith()
    change(world, { partition: 1, dueIn: '1' })
    world.now += SOON_MS
    await world.sweep()
    expect(left(world)).toEqual([])
    world.now += MINUTE_MS + SCHEDULES_SWEPT_EVERY_MS
    await swept(world)
    expect(left(world)).toEqual([KEY])
    expect(ranAt(world)).not.toHaveLength(0)
  })

  test('has ticks ask where a schedule lies that nobody asks for', async () => {
    const world = await worldWith({ partition: 7 })
    expect(await world.tick()).toBe(0)
    await swept(world)
    expect(world.tables.schedulePartitions).toMatchObject({ upTo: 8 })
    expect(await world.tick()).toBe(1)
  })

  test.each([
    ['lists it no more', { dueIn: undefined }],
    ['lists it elsewhere', { dueIn: '9' }],
    ['lists one that is paused', { pause: { at: NOW, by: 'ann' } }],
    ['lists one whose tick is not then', { nextAt: undefined }],
  ])('mends one of which the index %s, since somebody has changed it by hand', async (_what, part) => {
    const world = await worldWith()
    change(world, part)
    await swept(world)
    const schedule = await standing(world)
    const dueIn = schedule?.pause || schedule?.nextAt === undefined ? undefined : '0'
    expect(world.tables.schedules?.get(KEY)?.['dueIn']).toBe(dueIn)
    world.now += SCHEDULES_SWEPT_EVERY_MS
    const before = left(world).length
    await world.sweep()
    expect(
      left(world)
        .slice(before)
        .filter(() => schedule?.pause),
    ).toEqual([])
  })

  test('sets aside what makes no sense and stands in no index', async () => {
    const world = await worldWith()
    change(world, { options: 'none', dueIn: undefined })
    await swept(world)
    expect(world.heard('schedule set aside')).toMatchObject([{ schedule: KEY }])
    world.now += SCHEDULES_SWEPT_EVERY_MS
    await swept(world)
    expect(left(world)).toEqual([KEY])
  })

  test.each([{}, { pause: { at: NOW, by: 'ann' } }])(
    'takes back what somebody has left who has died: %j',
    async (part) => {
      const world = await worldWith()
      await world.tick()
      await world.settle()
      const [{ pk = '', sk = '' } = {}] = world.jobs
      change(world, {
        ...part,
        withdraw: [{ pk, sk }],
        ...('pause' in part ? { nextAt: undefined, dueIn: undefined } : {}),
      })
      await swept(world)
      expect((await standing(world))?.withdraw).toBeUndefined()
      expect(world.jobs).toHaveLength('pause' in part ? 0 : 1)
    },
  )

  test('removes one that somebody has unscheduled who has died', async () => {
    const world = await worldWith()
    await world.tick()
    await world.settle()
    diesAt(world, 'withdraw', 'before')
    const removal = { isForced: true, isDeclared: false }
    await expect(removeSchedule(world.context, { task: 'sync', name: 'daily' }, removal)).rejects.toThrow(
      'died',
    )
    await swept(world)
    expect(world.tables.schedules?.get(KEY)).toBeUndefined()
    expect(world.jobs).toEqual([])
  })

  test('removes a one-time that is long over, and no other', async () => {
    const at = NOW - LETTER_KEPT_MS - 1
    const done = { rule: { kind: 'at', at }, lastAt: at } as const
    const world = await worldWith()
    for (const [name, part] of [
      ['over', {}],
      ['declared', { declared: true }],
      ['recent', { rule: { kind: 'at', at: NOW - HOUR_MS }, lastAt: NOW - HOUR_MS }],
    ] as const) {
      await schedule(world, { name, ...done, ...part })
      const item = world.tables.schedules?.get(`sync|${name}`)
      const { nextAt: _, dueIn: __, ...rest } = item ?? { pk: '' }
      world.tables.schedules?.set(`sync|${name}`, { ...rest, pk: `sync|${name}` })
    }
    await swept(world)
    expect(left(world)).toEqual(['sync|over'])
    expect([...(world.tables.schedules?.keys() ?? [])].toSorted()).toEqual([
      KEY,
      'sync|declared',
      'sync|recent',
    ])
  })

  test('is made once an hour, and goes on where the last one stopped', async () => {
    const world = await worldWith()
    for (let n = 0; n < 1200; n++) await schedule(world, { name: `n${n}` })
    const { scan } = world.context.store.schedules
    const pages: (string | undefined)[] = []
    world.context.store.schedules.scan = async (query) => {
      pages.push(query?.cursor)
      return scan(query)
    }

    for (let sweeps = 0; sweeps < 5; sweeps++) await sweep(world.context, { schedulePages: 1 })
    expect(pages).toHaveLength(3)
    expect(new Set(pages).size).toBe(3)
    expect(world.tables.sweep.get('schedules')).toBe(`ended ${NOW} [1]`)
    world.now += SCHEDULES_SWEPT_EVERY_MS
    await sweep(world.context)
    expect(pages).toHaveLength(6)
  })
})

describe('ticks ask fewer partitions', () => {
  const noted = (world: World) => world.tables.schedulePartitions
  const worldOf8 = async (partition: number) => {
    const world = await worldWith({ partition })
    world.tables.schedulePartitions = { version: 1, upTo: 8, enabled: [0, 3] }
    return world
  }
  const halfAnHour = (world: World) => {
    world.now += HOUR_MS / 2
  }

  test('when those above have been empty for longer than any call lives', async () => {
    const world = await worldOf8(0)
    await lowerPartitions(world.context)
    expect(noted(world)).toEqual({ version: 2, upTo: 8, enabled: [0, 3], lowering: { to: 1, since: NOW } })
    world.now += MINUTE_MS
    await lowerPartitions(world.context)
    expect(noted(world)).toMatchObject({ version: 2, upTo: 8 })
    halfAnHour(world)
    await lowerPartitions(world.context)
    expect(noted(world)).toEqual({ version: 3, upTo: 1, enabled: [0, 3] })
    await lowerPartitions(world.context)
    expect(noted(world)).toMatchObject({ version: 3 })
  })

  test('not while one lies there', async () => {
    const world = await worldOf8(7)
    await lowerPartitions(world.context)
    expect(noted(world)).toMatchObject({ version: 1 })
    world.tables.schedulePartitions = { version: 1, upTo: 8, lowering: { to: 1, since: NOW - HOUR_MS } }
    await lowerPartitions(world.context)
    expect(noted(world)).toEqual({ version: 2, upTo: 8 })
  })

  test('not if somebody begins to put one there in between', async () => {
    const world = await worldOf8(0)
    await lowerPartitions(world.context)
    await raisePartitions(world.context, 0)
    expect(noted(world)).toHaveProperty('lowering')
    await raisePartitions(world.context, 5)
    expect(noted(world)).toEqual({ version: 3, upTo: 8, enabled: [0, 3] })
    halfAnHour(world)
    await lowerPartitions(world.context)
    expect(noted(world)).toMatchObject({ upTo: 8, lowering: { since: world.now } })
  })

  test('not if somebody writes the note while it looks', async () => {
    const world = await worldOf8(0)
    await lowerPartitions(world.context)
    halfAnHour(world)
    const { due } = world.context.store.schedules
    world.context.store.schedules.due = async (query) => {
      await raisePartitions(world.context, 7)
      return due(query)
    }
    await lowerPartitions(world.context)
    expect(noted(world)).toEqual({ version: 3, upTo: 8, enabled: [0, 3] })
  })

  test('by two sweeps, after a deploy with fewer of them', async () => {
    const world = await worldWith({ partition: 5 })
    world.tables.schedulePartitions = { version: 1, upTo: 8 }
    await minutes(world, 1)
    for (let hours = 0; hours < 2; hours++) {
      await swept(world)
      world.now += HOUR_MS
    }
    expect(noted(world)).toEqual({ version: 3, upTo: 1 })
    await world.tick()
    await world.live(2 * MINUTE_MS)
    expect(ranAt(world).length).toBeGreaterThan(1)
  })
})
