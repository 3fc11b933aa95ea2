/** The item of a shard is read while the end of its job is written, if a pass follows. */
import { expect, test } from 'vitest'
import { configOf, jobItem } from '../../support/builders.ts'
import { World } from '../../support/world.ts'

const jobs = (count: number) => Array.from({ length: count }, (_, n) => jobItem({ id: `job-${n}` }))

/** The calls that are begun from the end of the first job's handler to the begin of the next one's, or to the end of all. */
async function callsBetweenTwo(world: World, failing = false): Promise<string[]> {
  const { states, jobs: table } = world.context.store
  const calls: string[] = []
  const { read } = states
  const { remove } = table
  let handled = 0
  let isBetween = false
  Object.assign(states, {
    read: (...args: Parameters<typeof read>) => {
      if (isBetween) calls.push('read')
      return isBetween && failing ? Promise.reject(new Error('no answer')) : read(...args)
    },
  })
  Object.assign(table, {
    remove: async (...args: Parameters<typeof remove>) => {
      if (isBetween) calls.push('remove begins')
      await Promise.resolve()
      if (isBetween) calls.push('remove ends')
      failing = false
      return remove(...args)
    },
  })
  world.handler = async () => {
    isBetween = ++handled === 1
    return { kind: 'succeeded' }
  }
  await world.stream()
  const [message] = world.takeWork()
  if (!message) throw new Error('no message')
  await world.work(message)
  return calls
}

test('it is read once, beside the deletion of the job, and the next job begins', async () => {
  const world = new World(configOf({ concurrency: 1 }))
  world.remaining_ms = 900_000
  world.put(...jobs(3))
  expect(await callsBetweenTwo(world)).toEqual(['read', 'remove begins', 'remove ends'])
  expect(world.ran).toEqual(['job-0', 'job-1', 'job-2'])
})

test('it is not read if nobody waits', async () => {
  const world = new World(configOf({ concurrency: 1 }))
  world.put(...jobs(1))
  expect(await callsBetweenTwo(world)).toEqual(['remove begins', 'remove ends'])
})

test('if it cannot be read, the pass reads it again', async () => {
  const world = new World(configOf({ concurrency: 1 }))
  world.remaining_ms = 900_000
  world.put(...jobs(3))
  expect(await callsBetweenTwo(world, true)).toEqual(['read', 'remove begins', 'remove ends', 'read'])
  expect(world.ran).toEqual(['job-0', 'job-1', 'job-2'])
})

test('if the record of deployments cannot be read, the job has ended all the same, and the pass reads it again', async () => {
  const world = new World(configOf({ concurrency: 1 }))
  world.remaining_ms = 900_000
  world.put(...jobs(3))
  const { deployment } = world.context
  const { isReplaced } = deployment
  let fails = 0
  world.handler = async () => {
    fails = 1
    return { kind: 'succeeded' }
  }
  await world.stream()
  const [message] = world.takeWork()
  if (!message) throw new Error('no message')
  Object.assign(deployment, {
    isReplaced: () => (fails-- > 0 ? Promise.reject(new Error('throttled')) : isReplaced()),
  })
  await world.work(message)
  expect(world.ran).toEqual(['job-0', 'job-1', 'job-2'])
})
