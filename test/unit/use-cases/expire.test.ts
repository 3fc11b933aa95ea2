/** A job that was not started in time never starts, and stands in nobody's way. */
import { expect, test } from 'vitest'
import type { TaskOutcome } from '../../../lib/core/job/ending.ts'
import { configOf, jobItem, NOW } from '../../support/builders.ts'
import { World } from '../../support/world.ts'

const MINUTE = 60_000
const FAILED: TaskOutcome = { kind: 'failed', error: 'Error: no' }
const short = (startBefore: unknown, options = {}) => ({ ...jobItem(options), startBefore })
const letters = (world: World) => world.dead.map(({ reason, error }) => [reason, error])
const EXPIRED = ['expired', `expired: not started before ${new Date(NOW + MINUTE).toISOString()}`]

test('a job that starts in time runs', async () => {
  const world = new World(configOf({ concurrency: 1 }))
  world.put(short(NOW), short(new Date(NOW).toISOString(), { id: 'text' }))
  await world.settle()
  expect([world.attempts.length, world.dead, world.jobs]).toEqual([2, [], []])
})

test('one that is found too late is a dead letter, once, and those behind it run', async () => {
  const world = new World(configOf({ concurrency: 1 }))
  const late = Array.from({ length: 60 }, (_, n) => short(NOW + MINUTE, { id: `late${n}`, runAt: NOW + n }))
  world.put(...late, jobItem({ id: 'behind', runAt: NOW + 70 }))
  world.now = NOW + 2 * MINUTE
  await world.settle()
  expect(world.attempts.map(({ id }) => id)).toEqual(['behind'])
  expect(letters(world)).toEqual(late.map(() => EXPIRED))
  expect(world.counted.filter(({ name }) => name === 'ExpiredJobs')).toHaveLength(60)
  expect(world.jobs).toEqual([])
})

test('a claim whose start comes too late ends, and its slot is free for the next', async () => {
  const world = new World(configOf({ concurrency: 1 }))
  world.put(short(NOW + MINUTE), jobItem({ id: 'next', runAt: NOW + 1 }))
  await world.stream()
  const [message] = world.takeWork()
  if (!message) throw new Error('no claim')
  world.now = NOW + MINUTE + 1
  await world.work(message)
  await world.settle()
  expect(letters(world)).toEqual([EXPIRED])
  expect(world.attempts.map(({ id }) => id)).toEqual(['next'])
})

test('a job that has been tried has started', async () => {
  const world = new World(configOf({ concurrency: 1, retry: { attempts: 2, backoff: '5m' } }))
  let tries = 0
  world.handler = async () => (tries++ === 0 ? FAILED : { kind: 'succeeded' })
  world.put(short(NOW + MINUTE))
  await world.live(60 * MINUTE)
  expect([world.attempts.length, world.dead, world.jobs]).toEqual([2, [], []])
})

test('one that runs is not ended', async () => {
  const world = new World(configOf({ concurrency: 1 }))
  world.put(short(NOW + 1))
  await world.stream()
  const [message] = world.takeWork()
  if (!message) throw new Error('no claim')
  let end = (_: TaskOutcome) => {}
  world.handler = () => new Promise((resolve) => (end = resolve))
  const work = world.work(message)
  await expect.poll(() => world.attempts.length).toBe(1)
  world.now = NOW + 1000
  await world.pass()
  end({ kind: 'succeeded' })
  await work
  expect([world.dead, world.jobs]).toEqual([[], []])
})

test.each([-1, 1.5, 'tomorrow', '2030-01-31T09:00:00', null, {}, 1e18])(
  'startBefore: %j is refused',
  async (wrong) => {
    const world = new World(configOf({ concurrency: 1 }))
    world.put(short(wrong))
    await world.settle()
    expect(letters(world)).toEqual([['refused', expect.stringContaining('startBefore: is not a time')]])
  },
)
