import { describe, expect, test } from 'vitest'
import type { TaskOutcome } from '../../../lib/core/job/ending.ts'
import type { JobItem } from '../../../lib/core/job/job.ts'
import { uniqueOf } from '../../../lib/core/job/lock.ts'
import { putNew } from '../../../lib/use-cases/enqueue-once.ts'
import { configOf, jobItem, value } from '../../support/builders.ts'
import { World } from '../../support/world.ts'

const CONFIG = configOf({ concurrency: 1, retry: { attempts: 2, backoff: '1s', jitter: 0 } })
let calls = 0

/** What enqueuing a job with the key comes to: the id of the job that was there, if one was. */
async function enqueue(world: World, id: string, key = 'nightly'): Promise<string | undefined> {
  const item: JobItem = jobItem({ id, runAt: world.now })
  const there = await putNew(
    world.context.store,
    value(uniqueOf({ key }, item, `call ${calls++}`, world.now)),
  )
  return there?.sk.split('#')[2]
}

describe('a unique job is the only one with its key', () => {
  test('while it waits, runs and waits to be tried again, and not after its end', async () => {
    const world = new World(CONFIG)
    const outcomes: TaskOutcome[] = [{ kind: 'failed', error: 'no' }, { kind: 'succeeded' }]
    const whileRunning: (string | undefined)[] = []
    world.handler = async () => {
      whileRunning.push(await enqueue(world, `while running ${whileRunning.length}`))
      return outcomes.shift() ?? { kind: 'succeeded' }
    }
    expect(await enqueue(world, 'first')).toBeUndefined()
    expect(await enqueue(world, 'second')).toBe('first')
    await world.stream()
    const [message] = world.takeWork()
    if (!message) throw new Error('a message')
    await world.work(message)
    expect(world.jobs.map(({ sk }) => sk.split('#')[2])).toEqual(['first'])
    expect(await enqueue(world, 'third')).toBe('first')
    world.now += 5000
    await world.stream()
    await world.settle()
    expect([world.jobs, whileRunning]).toEqual([[], ['first', 'first']])
    expect(await enqueue(world, 'fourth')).toBeUndefined()
  })

  test('until it is a dead letter', async () => {
    const world = new World(CONFIG)
    world.handler = async () => ({ kind: 'refused', reason: 'never' })
    await enqueue(world, 'first')
    await world.stream()
    await world.settle()
    expect(world.jobs).toEqual([])
    expect(await enqueue(world, 'second')).toBeUndefined()
  })
})
