/** Somebody has damaged what is noted of all partitions of schedules: all go on firing, and it is mended. */
import { describe, expect, test } from 'vitest'
import { defineConfig } from '../../../../lib/core/queue/config.ts'
import { lowerPartitions } from '../../../../lib/use-cases/schedules/lower-partitions.ts'
import { enablePartitions } from '../../../../lib/use-cases/schedules/partitions.ts'
import { CONFIG, HOUR_MS, MINUTE_MS, minutes, ranAt, worldWith } from './scheduled.ts'

const DAMAGED: readonly Readonly<Record<string, unknown>>[] = [
  {},
  { version: 'one', upTo: 8 },
  { version: 3, upTo: 'many' },
  { version: 3, upTo: 8, enabled: { all: true } },
  { version: 3, upTo: 8, lowering: 'soon' },
]

describe.each(DAMAGED)('the note %j', (note) => {
  test('stops nothing, is told, and is written anew by the next tick', async () => {
    // The schedule lies where no configuration asks: nobody knows that any more.
    const world = await worldWith({ partition: 7 })
    world.tables.schedulePartitions = note
    await minutes(world, 2)
    expect(ranAt(world)).toEqual([MINUTE_MS, 2 * MINUTE_MS])
    expect(world.heard('partitions damaged')).toHaveLength(1)
    expect(world.counted).toContainEqual({ name: 'ScheduleFailures', value: 1 })
    expect(world.tables.schedulePartitions).toEqual({ version: expect.any(Number), upTo: 1024 })
  })

  test('that cannot be written yet stops nothing either', async () => {
    const world = await worldWith()
    world.tables.schedulePartitions = note
    world.context.store.schedules.savePartitions = () => Promise.reject(new Error('throttled'))
    await minutes(world, 2)
    expect(ranAt(world)).toEqual([MINUTE_MS, 2 * MINUTE_MS])
    expect(world.heard('partitions damaged')).toHaveLength(2)
  })

  test('is mended by whoever says which partitions are fired', async () => {
    const world = await worldWith()
    world.tables.schedulePartitions = note
    await enablePartitions(world.context, [0])
    expect(world.tables.schedulePartitions).toMatchObject({ upTo: 1024, enabled: [0] })
    expect(world.tables.schedulePartitions).not.toHaveProperty('damage')
  })
})

test('what it says of enabled partitions is kept, if that makes sense', async () => {
  const world = await worldWith(
    {},
    defineConfig({ queues: CONFIG.input.queues, schedules: { partitions: 4 } }),
  )
  world.tables.schedulePartitions = { version: 3, enabled: [1] }
  await minutes(world, 2)
  expect(ranAt(world)).toEqual([])
  expect(world.tables.schedulePartitions).toEqual({ version: 4, upTo: 1024, enabled: [1] })
})

test('a sweep leaves it to the tick, which tells of it, and then lowers it', async () => {
  const world = await worldWith()
  world.tables.schedulePartitions = { version: 3 }
  await lowerPartitions(world.context)
  expect(world.tables.schedulePartitions).toEqual({ version: 3 })
  await minutes(world, 1)
  for (let hours = 0; hours < 2; hours++) {
    await lowerPartitions(world.context)
    world.now += HOUR_MS
  }
  expect(world.tables.schedulePartitions).toMatchObject({ upTo: 1 })
})
