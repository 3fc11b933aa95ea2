/** The tick asks each partition of schedules, and has those fired in which something is due. */
import { expect, test } from 'vitest'
import { defineConfig } from '../../../../lib/core/queue/config.ts'
import { TICK_AHEAD_MS } from '../../../../lib/core/times.ts'
import type { DueQuery } from '../../../../lib/ports/schedules.ts'
import { NOW } from '../../../support/builders.ts'
import { World } from '../../../support/world.ts'
import { HOUR_MS, schedule } from './scheduled.ts'

const configOf = (schedules: object) =>
  defineConfig({ queues: { crm: { partition: { payload: 'customer' }, concurrency: 1 } }, schedules })

function asked(world: World): DueQuery[] {
  const queries: DueQuery[] = []
  const { schedules } = world.context.store
  const { due } = schedules
  schedules.due = async (query) => {
    queries.push(query)
    return due(query)
  }
  return queries
}

test('each partition is asked for one, and only those are fired that have one', async () => {
  const world = new World(configOf({ partitions: 4 }))
  await schedule(world, { name: 'a', partition: 1 })
  await schedule(world, { name: 'b', partition: 1 })
  await schedule(world, { name: 'c', partition: 3, nextAt: NOW + HOUR_MS })
  const queries = asked(world)
  expect(await world.tick()).toBe(1)
  expect(queries).toEqual(
    [0, 1, 2, 3].map((partition) => ({ partition, until: NOW + TICK_AHEAD_MS, limit: 1 })),
  )
  expect(world.takeFires()).toMatchObject([{ fire: 1, until: NOW + TICK_AHEAD_MS, delay_ms: 0 }])
  expect(world.heard('ticked')).toEqual([{ kind: 'ticked', woken: 0, fired: 1 }])
})

test('what is set aside or paused is not due', async () => {
  const world = new World(configOf({ partitions: 1 }))
  await schedule(world, { name: 'a', pause: { at: NOW, by: 'me' } })
  await schedule(world, { name: 'b', setAside: { at: NOW, reason: 'odd' } })
  expect(await world.tick()).toBe(0)
})

test('partitions are asked as well in which schedules may still lie', async () => {
  const world = new World(configOf({ partitions: 2 }))
  await world.context.store.schedules.savePartitions({ version: 1, upTo: 5 }, 'absent')
  await schedule(world, { partition: 4 })
  await world.tick()
  expect(world.takeFires()).toMatchObject([{ fire: 4 }])
})

test('only those that are enabled are asked; what is said at run time counts', async () => {
  const world = new World(configOf({ partitions: 4, enabledPartitions: [1, 2] }))
  const queries = asked(world)
  await world.tick()
  expect(queries.map(({ partition }) => partition)).toEqual([1, 2])
  await world.context.store.schedules.savePartitions({ version: 1, upTo: 4, enabled: [3] }, 'absent')
  await world.tick()
  expect(queries.map(({ partition }) => partition)).toEqual([1, 2, 3])
})

test('one that cannot be asked keeps no other from being fired, and fails the tick', async () => {
  const world = new World(configOf({ partitions: 3 }))
  for (const partition of [0, 1, 2]) await schedule(world, { name: `n${partition}`, partition })
  const { schedules } = world.context.store
  const { due } = schedules
  schedules.due = async (query) => {
    if (query.partition === 1) throw new Error('no room')
    return due(query)
  }
  await expect(world.tick()).rejects.toThrow('no room')
  expect(world.takeFires().map(({ fire }) => fire)).toEqual([0, 2])
})

test('if nobody knows which there are, shards are woken all the same', async () => {
  const world = new World(configOf({ partitions: 3 }))
  world.context.store.schedules.partitions = async () => {
    throw new Error('no room')
  }
  await expect(world.tick()).rejects.toThrow('no room')
  expect(world.heard('ticked')).toHaveLength(1)
})

test('messages that cannot be sent are said, and sent by the next tick', async () => {
  const world = new World(configOf({ partitions: 1 }))
  await schedule(world)
  const { send } = world.context.wake
  Object.assign(world.context.wake, {
    send: async () => {
      throw new Error('no queue')
    },
  })
  expect(await world.tick()).toBe(0)
  expect(world.heard('firings not sent')).toMatchObject([{ fires: [0] }])
  Object.assign(world.context.wake, { send })
  expect(await world.tick()).toBe(1)
})
