/** A work message that comes again: its first receiver may have died with another job than the message's. */
import { expect, test } from 'vitest'
import { configOf, jobItem, NOW } from '../../support/builders.ts'
import { World } from '../../support/world.ts'

test('after its worker died in the job that it had gone on to, a message that comes again finds that job', async () => {
  const world = new World(configOf({ concurrency: 1, retry: { attempts: 2, backoff: 1000, jitter: 0 } }))
  world.remaining_ms = 300_000
  world.put(jobItem({ id: 'a' }), jobItem({ id: 'b' }))
  await world.stream()
  const [message] = world.takeWork()
  if (!message) throw new Error('no message')
  world.handler = async ({ id }) => (id === 'b' ? Promise.reject(new Error('killed')) : { kind: 'succeeded' })
  await world.work(message).catch(() => undefined)
  expect([world.ran, world.inFlight]).toEqual([['a', 'b'], ['b']])

  world.handler = async () => ({ kind: 'succeeded' })
  world.now = NOW + 330_000
  await world.work(message, true)
  await world.live(10_000)
  expect(world.ran).toEqual(['a', 'b', 'b'])
  expect([world.jobs, world.inFlight, world.dead]).toEqual([[], [], []])
})
