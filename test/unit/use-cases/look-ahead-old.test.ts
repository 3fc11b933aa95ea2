/** A pass that begins with what was read before its job's end was written judges no attempt that it has not seen. */
import { expect, test } from 'vitest'
import { configOf, jobItem } from '../../support/builders.ts'
import { World } from '../../support/world.ts'

const turns = async () => {
  for (let n = 0; n < 3000; n++) await Promise.resolve()
}

test('if the end takes long, an attempt that has begun meanwhile counts as no death', async () => {
  const world = new World(configOf({ concurrency: 2, retry: { attempts: 3 } }))
  const ends = new Map<string, (until?: number) => void>()
  world.handler = ({ id }) =>
    new Promise((resolve) =>
      ends.set(id, (until) =>
        resolve(until === undefined ? { kind: 'succeeded' } : { kind: 'slowed', until, reason: '429' }),
      ),
    )
  world.put(jobItem({ id: 'job-0' }), jobItem({ id: 'job-1' }), jobItem({ id: 'job-2' }))
  await world.stream()
  const messages = world.takeWork()
  world.remaining_ms = 14 * 60_000
  const [first, second] = messages
  if (!first || !second) throw new Error('no message')
  void world.work(first)
  await turns()
  world.remaining_ms = 60_000
  void world.work(second)
  await turns()
  expect([...world.running]).toEqual(['job-0', 'job-1'])
  // The end of job-0 hangs, after its shard was read.
  const { jobs } = world.context.store
  const { remove } = jobs
  let goOn = () => {}
  Object.assign(jobs, {
    remove: async (...given: Parameters<typeof remove>) => {
      Object.assign(jobs, { remove })
      await new Promise<void>((resolve) => (goOn = resolve))
      return remove(...given)
    },
  })
  ends.get('job-0')?.()
  await turns()
  // Meanwhile job-1 is slowed down, and begins anew where it stood.
  world.now += 60_000
  ends.get('job-1')?.(world.now + 1000)
  await turns()
  world.now += 8_000
  world.remaining_ms = 14 * 60_000
  for (let n = 0; n < 4; n++) {
    await world.wake()
    for (const message of world.takeWork()) void world.work(message)
    await turns()
  }
  goOn()
  await turns()
  ends.get('job-1')?.()
  await turns()
  expect(world.heard('job ended').map(({ job, ending }) => [job.id, ending.kind])).toEqual([
    ['job-0', 'done'],
    ['job-1', 'done'],
  ])
})
