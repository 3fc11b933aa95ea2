/** Another number of partitions, or another rule for them, by a deploy, while schedules fire; and which partitions are fired at all. */
import { describe, expect, test } from 'vitest'
import { type Config, type ConfigInput, defineConfig } from '../../../../lib/core/queue/config.ts'
import { definitionOf } from '../../../../lib/core/schedule/definition-of.ts'
import { schedulePartition } from '../../../../lib/core/schedule/partition-of.ts'
import { TICK_EVERY_MS } from '../../../../lib/core/times.ts'
import type { Context } from '../../../../lib/use-cases/context.ts'
import { firePartition } from '../../../../lib/use-cases/schedules/fire-partition.ts'
import { enablePartitions } from '../../../../lib/use-cases/schedules/partitions.ts'
import { pauseSchedule, resumeSchedule } from '../../../../lib/use-cases/schedules/pause-schedule.ts'
import { putSchedule } from '../../../../lib/use-cases/schedules/put-schedule.ts'
import { removeSchedule } from '../../../../lib/use-cases/schedules/remove-schedule.ts'
import { wakePartitions } from '../../../../lib/use-cases/schedules/wake-partitions.ts'
import { NOW, value } from '../../../support/builders.ts'
import { World } from '../../../support/world.ts'
import { MINUTE_MS, minutes, scheduleOf, standing, ticksOf } from './scheduled.ts'

const queues = { crm: { partition: { payload: 'customer' }, concurrency: 100 } } as const
const configOf = (schedules: NonNullable<ConfigInput['schedules']>): Config =>
  defineConfig({ queues, schedules })
const [FEW, MANY] = [configOf({ partitions: 3 }), configOf({ partitions: 40 })]
const BY_CUSTOMER = configOf({ partitions: 17, partitionBy: { payload: 'customer' } })
const NAMES = Array.from({ length: 30 }, (_, n) => `s${n}`)

/** The same world after a deploy. */
const by = (world: World, config: Config): Context => ({ ...world.context, config })
/** Takes the place of the configuration that all functions have. */
const deploy = (world: World, config: Config): void => void Object.assign(world.context, { config })

const make = (context: Context, name: string) => {
  const { partition: _, ...definition } = scheduleOf({ name })
  const partition = schedulePartition(context.config.schedules, definition)
  return putSchedule(context, { ...definition, partition }, false)
}
async function worldOf(config: Config, names = NAMES): Promise<World> {
  const world = new World(config)
  for (const name of names) await make(world.context, name)
  return world
}
const all = async (world: World) => Promise.all(NAMES.map((name) => standing(world, name)))
const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => from + n)
const eachMinute = (count: number) => Array.from({ length: count }, (_, n) => (n + 1) * MINUTE_MS)

describe('another number of partitions', () => {
  test('leaves a partition that a selector has chosen what it was, on the way there and back', async () => {
    const world = new World(MANY)
    const asked = { task: 'sync', name: 'own', queue: 'crm', payload: { customer: 'acme' }, options: {} }
    const definition = value(
      definitionOf(MANY, { ...asked, rule: { cron: '* * * * *' } }, NOW, (_name, count) => 20 % count),
    )
    await putSchedule(world.context, definition, false)
    for (const [config, partition] of [
      [FEW, 2],
      [MANY, 20],
    ] as const) {
      deploy(world, config)
      await minutes(world, 2)
      expect((await standing(world, 'own'))?.partition).toBe(partition)
      // A client that a deploy has not reached says what it has said before.
      expect((await putSchedule(by(world, MANY), definition, false)).state).toBe('unchanged')
    }
  })

  test.each([
    ['more', FEW, MANY],
    ['fewer', MANY, FEW],
    ['by another rule', FEW, BY_CUSTOMER],
  ])(
    '%s, and back: each schedule moves with its firing, and each tick makes one job',
    async (_how, one, other) => {
      const world = await worldOf(one)
      const made = new Map<string, number[]>()
      world.handler = async ({ schedule: tick }) => {
        if (tick) made.set(tick.name, [...(made.get(tick.name) ?? []), tick.at - NOW])
        return { kind: 'succeeded' }
      }
      for (const config of [one, other, one]) {
        deploy(world, config)
        await minutes(world, 2)
        for (const schedule of await all(world))
          expect(schedule?.partition).toBe(schedule && schedulePartition(config.schedules, schedule))
      }
      for (const name of NAMES) expect(made.get(name)).toEqual(eachMinute(6))
    },
  )

  test('while functions of both are at work: nothing is lost, doubled or stranded', async () => {
    const world = await worldOf(FEW)
    for (let minute = 0; minute < 6; minute++) {
      const begunAt = world.now
      for (const config of minute % 2 === 0 ? [FEW, MANY] : [MANY, FEW])
        await wakePartitions(by(world, config))
      const messages = world.takeFires()
      for (const [index, message] of messages.entries())
        await firePartition(by(world, index % 2 === 0 ? MANY : FEW), message)
      await world.live(TICK_EVERY_MS - (world.now - begunAt))
    }
    expect(world.ran).toHaveLength(NAMES.length * 6)
    expect(new Set(world.ran).size).toBe(NAMES.length * 6)
  })

  test('a roll-back finds what a visit of the other has moved, without its own', async () => {
    const world = await worldOf(FEW)
    for (const partition of [0, 1, 2]) await firePartition(by(world, MANY), { fire: partition })
    expect((await all(world)).some((schedule) => (schedule?.partition ?? 0) >= 3)).toBe(true)
    world.now += MINUTE_MS
    await minutes(world, 1)
    // A wake-up may be a second late.
    await world.live(1000)
    expect(new Set(world.ran).size).toBe(NAMES.length * 2)
  })

  test('a configuration that is replaced amid a visit moves nothing back', async () => {
    const world = await worldOf(FEW)
    const { isReplaced } = world.context.deployment
    let looks = 0
    Object.assign(world.context.deployment, { isReplaced: async () => ++looks > 3 || isReplaced() })
    deploy(world, configOf({ partitions: 1 }))
    const before = await all(world)
    const keys = before.flatMap((schedule) => schedule?.key ?? [])
    await firePartition(world.context, { fire: keys, until: NOW + MINUTE_MS })
    const moved = (await all(world)).filter((schedule, index) => schedule?.version !== before[index]?.version)
    expect(moved).toHaveLength(2)
    const left = world.takeFires().flatMap(({ fire }) => (typeof fire === 'number' ? [] : fire))
    expect(left).toHaveLength(28)
  })

  test('whoever knows its name unschedules it at every moment, by whatever configuration', async () => {
    for (const config of [FEW, MANY]) {
      for (const phase of [0, 1, 2]) {
        const world = await worldOf(FEW, ['a', 'b'])
        if (phase > 0) await firePartition(by(world, MANY), { fire: [scheduleOf({ name: 'a' }).key] })
        if (phase > 1) await minutes(world, 1)
        const removal = { isForced: true, isDeclared: false }
        expect(await removeSchedule(by(world, config), { task: 'sync', name: 'a' }, removal)).toBe(true)
        expect(await standing(world, 'a')).toBeUndefined()
        const jobs = world.jobs.filter(({ schedule: tick }) => (tick as { name: string }).name === 'a')
        expect(ticksOf(jobs)).toEqual([])
      }
    }
  })

  test('scheduling it again as it is changes nothing, though it lies where another number has put it', async () => {
    const world = await worldOf(FEW)
    for (const name of NAMES) expect(await make(by(world, MANY), name)).toMatchObject({ state: 'unchanged' })
  })

  test('one that was paused meanwhile goes on where ticks find it', async () => {
    const world = await worldOf(MANY)
    const high = (await all(world)).find((schedule) => (schedule?.partition ?? 0) >= 3)
    if (!high) throw new Error('none lies there')
    const parts = { task: 'sync', name: high.name }
    await pauseSchedule(world.context, parts, { by: 'ann' })
    deploy(world, FEW)
    world.tables.schedulePartitions = { version: 9, upTo: 3 }
    await resumeSchedule(world.context, parts)
    expect((await standing(world, high.name))?.partition).toBeLessThan(3)
    await minutes(world, 2)
    expect(world.ran.length).toBeGreaterThan(0)
  })
})

describe('partitions that are enabled', () => {
  const firing = async (world: World) => {
    await minutes(world, 1)
    const fired = (await all(world)).filter((schedule) => (schedule?.lastAt ?? 0) > 0)
    return new Set(fired.map((schedule) => schedule?.partition))
  }

  test('alone are fired, as the configuration says; and anybody may schedule in all', async () => {
    const world = await worldOf(configOf({ partitions: 4, enabledPartitions: [1, 3] }))
    expect(await firing(world)).toEqual(new Set([1, 3]))
  })

  test('are set at run time, whatever the configuration says, and back', async () => {
    const world = await worldOf(configOf({ partitions: 4, enabledPartitions: [1] }))
    await enablePartitions(world.context, [2])
    expect(await firing(world)).toEqual(new Set([2]))
    await enablePartitions(world.context, 'all')
    expect(await firing(world)).toEqual(new Set([0, 1, 2, 3]))
    await enablePartitions(world.context, undefined)
    expect(world.tables.schedulePartitions).not.toHaveProperty('enabled')
    await wakePartitions(world.context)
    expect(world.takeFires()).toMatchObject([{ fire: 1 }])
  })

  test.each([
    ['fewer', configOf({ partitions: 40, enabledPartitions: numbers(1, 40) }), 8],
    ['more', configOf({ partitions: 3, enabledPartitions: [1, 2] }), 8],
  ])('are counted by the number that a deploy brings: %s', async (_how, before, partitions) => {
    const after = configOf({ partitions, enabledPartitions: numbers(1, partitions) })
    const world = await worldOf(before)
    await minutes(world, 1)
    await world.sweep()
    deploy(world, after)
    // A deploy ends with a sweep: it finds what lies where nobody asks any more, and does not wait for its hour.
    await world.sweep()
    await minutes(world, 3)
    for (const schedule of await all(world)) {
      const partition = schedule && schedulePartition(after.schedules, schedule)
      expect(schedule?.partition).toBe(partition)
      if (partition !== 0) expect(schedule?.lastAt).toBeGreaterThanOrEqual(NOW + 4 * MINUTE_MS)
    }
    const still = (await all(world)).filter((schedule) => schedule?.partition === 0)
    expect(still.length).toBeGreaterThan(0)
    const lasts = still.map((schedule) => schedule?.lastAt)
    await minutes(world, 3)
    const later = (await all(world)).filter((schedule) => schedule?.partition === 0)
    expect(later.map((schedule) => schedule?.lastAt)).toEqual(lasts)
  })

  test('count for messages that are on their way, and not for what is left to be taken back', async () => {
    const world = await worldOf(configOf({ partitions: 1 }))
    const [name = ''] = NAMES
    await firePartition(world.context, { fire: 0 })
    const jobs = world.jobs.length
    const { remove } = world.context.store.schedules
    Object.assign(world.context.store.schedules, { remove: () => Promise.reject(new Error('died')) })
    const parts = { task: 'sync', name }
    await expect(
      removeSchedule(world.context, parts, { isForced: true, isDeclared: false }),
    ).rejects.toThrow()
    Object.assign(world.context.store.schedules, { remove })
    await enablePartitions(world.context, [])
    world.now += MINUTE_MS
    await firePartition(world.context, { fire: 0 })
    expect(world.jobs.length).toBeLessThan(jobs)
    expect(await standing(world, name)).toBeUndefined()
    expect(ticksOf(world.jobs).every((at) => at <= MINUTE_MS)).toBe(true)
  })
})
