/** A claim and a hold are said when they have come true, and once. */
import { expect, test } from 'vitest'
import { pass } from '../../../lib/use-cases/pass/pass.ts'
import { asShard, configOf, jobItem, NOW } from '../../support/builders.ts'
import { World } from '../../support/world.ts'

const KEY = asShard('crm|acme')
const toldBy = (world: World) =>
  world.happened.flatMap((event) => {
    if (event.kind === 'job claimed')
      return [`claimed ${event.job.id} after ${event.claimedAt - event.job.runAt}`]
    return event.kind === 'jobs held' ? [`${event.shard} ${event.holds.map(({ reason }) => reason)}`] : []
  })
const worldWith = (jobs: number) => {
  const world = new World(configOf({ concurrency: 1, shards: 1 }))
  world.put(...Array.from({ length: jobs }, (_, n) => jobItem({ id: `j${n}`, runAt: NOW - 9 + n })))
  return world
}

test('a job is claimed with how long it waited, and the others are held, once', async () => {
  const world = worldWith(3)
  await pass(world.context, { shard: KEY })
  expect(toldBy(world)).toEqual(['claimed j0 after 9', 'crm|acme slots'])
  await pass(world.context, { shard: KEY })
  expect(toldBy(world)).toHaveLength(2)
})

test('nothing is said where nothing is to be done', async () => {
  const world = worldWith(0)
  await pass(world.context, { shard: KEY })
  expect(toldBy(world)).toEqual([])
})

test('nothing is said before the write that makes it true', async () => {
  const world = worldWith(2)
  const { states } = world.context.store
  const { pass: write } = states
  const told: string[][] = []
  Object.assign(states, {
    pass: async (...call: Parameters<typeof write>) => {
      const written = await write(...call)
      told.push(toldBy(world))
      return written
    },
  })
  await pass(world.context, { shard: KEY })
  expect(told[0]).toEqual([])
  expect(toldBy(world)).toEqual(['claimed j0 after 9', 'crm|acme slots'])
})

test('nothing is said of a write that has lost, or may have', async () => {
  const world = worldWith(2)
  const { states } = world.context.store
  Object.assign(states, { pass: async () => ({ kind: 'conflict', isUncertain: true }) })
  await pass(world.context, { shard: KEY }).catch(() => undefined)
  expect(toldBy(world)).toEqual([])
})
