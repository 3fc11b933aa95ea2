/** Jobs that count for the size of their queue, through all that can become of them: the numbers are those of what is there. */
import { expect, test } from 'vitest'
import type { TaskOutcome } from '../../../lib/core/job/ending.ts'
import type { JobItem } from '../../../lib/core/job/job.ts'
import { queueNamed } from '../../../lib/core/queue/config.ts'
import { QueueFullError } from '../../../lib/core/queue/full.ts'
import { whyText } from '../../../lib/core/why/why-text.ts'
import { putNew } from '../../../lib/use-cases/enqueue-once.ts'
import { ingest } from '../../../lib/use-cases/ingest.ts'
import { cancelJob } from '../../../lib/use-cases/operate/cancel-job.ts'
import { moveJobs } from '../../../lib/use-cases/operate/move-jobs.ts'
import { partitionsOf } from '../../../lib/use-cases/operate/partitions.ts'
import { redrive } from '../../../lib/use-cases/operate/redrive.ts'
import { statsOf } from '../../../lib/use-cases/operate/stats.ts'
import { whyPartition } from '../../../lib/use-cases/operate/why.ts'
import { asId, asShard, configOf, jobItem, NOW } from '../../support/builders.ts'
import { itemsIn, numbersIn, numbersOf, sizedJob } from '../../support/sized.ts'
import { World } from '../../support/world.ts'

const CONFIG = configOf({
  concurrency: 1,
  retry: { attempts: 2, backoff: '1s', jitter: 0 },
  maxQueueSize: { queue: 200, partition: 2 },
})
const FAILED: TaskOutcome = { kind: 'failed', error: 'Error: no' }
const put = (world: World, id: string, rest: Partial<JobItem> = {}) =>
  putNew(world.context.store, sizedJob(CONFIG, { ...jobItem({ id }), ...rest }))
const isFull = (attempt: Promise<unknown>) => expect(attempt).rejects.toBeInstanceOf(QueueFullError)

/** As many as should be there, and each of them counted. */
function expectJobs(world: World, jobs: number, counted = jobs): void {
  const items = itemsIn(world.tables)
  expect(items).toHaveLength(jobs)
  expect(numbersIn(world.tables)).toEqual(numbersOf(items))
  expect(items.filter(({ countedIn }) => countedIn)).toHaveLength(counted)
}

test('a job counts while it waits, runs and is tried again, and not when it is done', async () => {
  const world = new World(CONFIG)
  const seen: unknown[] = []
  world.handler = async (job) => {
    seen.push(numbersIn(world.tables)['$size|crm|acme 0'])
    return job.attempt === 1 ? FAILED : { kind: 'succeeded' }
  }
  await put(world, 'a')
  await put(world, 'b')
  await isFull(put(world, 'c'))
  await world.settle()
  expectJobs(world, 2)
  await isFull(put(world, 'c'))
  await world.live(60_000)
  expect([seen, world.ran.length]).toEqual([[2, 2, 2, 1], 4])
  expectJobs(world, 0)
  await put(world, 'c')
})

test('one that dies, expires or is cancelled does not count any more, and one that comes back does', async () => {
  const world = new World(CONFIG)
  world.handler = async () => FAILED
  await put(world, 'dies')
  await world.live(60_000)
  expectJobs(world, 0)
  await put(world, 'expires', { startBefore: NOW })
  await world.settle()
  expectJobs(world, 0)
  const waits = jobItem({ id: 'waits', runAt: NOW + 600_000 })
  await put(world, 'waits', waits)
  await cancelJob(world.context, { shard: waits.pk, id: asId('waits'), sk: waits.sk }, { by: 'ann', at: NOW })
  await world.settle()
  expectJobs(world, 0)
  expect(world.dead.map(({ reason }) => reason).toSorted()).toEqual(['cancelled', 'exhausted', 'expired'])
  world.now += 1000
  // An operator is not refused: then there are more than there may be.
  world.handler = async () => ({ kind: 'succeeded' })
  expect((await redrive(world.context, 'crm')).redriven).toBe(3)
  expectJobs(world, 3)
  await isFull(put(world, 'other'))
  await world.live(700_000)
  expectJobs(world, 0)
})

test('a raw put does not count, one that is refused takes nothing along, and an event counts and is not refused', async () => {
  const world = new World(CONFIG)
  await put(world, 'a', jobItem({ id: 'a', runAt: NOW + 3_600_000 }))
  await put(world, 'b', jobItem({ id: 'b', runAt: NOW + 3_600_000 }))
  world.put(jobItem({ id: 'raw', runAt: NOW + 3_600_000 }), { pk: 'crm|acme', sk: 'nonsense' })
  await world.settle()
  expectJobs(world, 3, 2)
  const detail = { queue: 'crm', task: 'sync', payload: { customer: 'acme' }, delay: '1h' }
  const event = JSON.stringify({ id: 'e', time: new Date(NOW).toISOString(), detail })
  for (let time = 0; time < 2; time++) await ingest(world.context, event, 'message')
  expectJobs(world, 4, 3)
})

test('a job that is moved into the queue counts there', async () => {
  const world = new World(CONFIG)
  world.put({ ...jobItem({ pk: asShard('gone|acme') }), countedIn: { queue: 1 } })
  await moveJobs(world.context, 'gone', { to: 'crm' })
  expect(numbersIn(world.tables)).toMatchObject({ '$size|crm|acme 0': 1, '$size|gone 1': -1 })
  await world.settle()
  expect(itemsIn(world.tables)).toEqual([])
  expect(numbersIn(world.tables)).toEqual({ '$size|gone 1': -1 })
})

test('jobs that were put under a limit end without it, and those put without it do not count when it is back', async () => {
  const world = new World(CONFIG)
  await put(world, 'a')
  await put(world, 'b')
  const without = new World(configOf({ concurrency: 1 }))
  Object.assign(without.context, { store: world.context.store, config: without.context.config })
  await putNew(world.context.store, { item: jobItem({ id: 'c', runAt: NOW + 3_600_000 }) })
  await without.pass()
  for (const message of without.takeWork()) await without.work(message)
  expectJobs(world, 2, 1)
  await put(world, 'd')
  await isFull(put(world, 'e'))
})

test('how full it is stands in stats, in partitions and in why', async () => {
  const world = new World(CONFIG)
  const queue = queueNamed(CONFIG, 'crm')
  if (!queue) throw new Error('no queue')
  const late = { runAt: NOW + 3_600_000 }
  await put(world, 'a', jobItem({ id: 'a', ...late }))
  await world.settle()
  const sizes = { queue: { size: 1, max: 200 }, partition: { size: 1, max: 2 } }
  expect(await statsOf(world.context, queue, 'acme')).toMatchObject({ sizes })
  expect(whyText(await whyPartition(world.context, queue, 'acme'))).toBe('nothing waits')
  await put(world, 'b', jobItem({ id: 'b', ...late }))
  expect(whyText(await whyPartition(world.context, queue, 'acme'))).toBe(
    'partition full 2/2: enqueue is refused; nothing waits',
  )
  expect(await Array.fromAsync(partitionsOf(world.context, 'crm'))).toMatchObject([
    { partition: 'acme', size: { size: 2, max: 2 } },
  ])
  const unlimited = queueNamed(configOf({}), 'crm')
  expect(unlimited && (await statsOf(world.context, unlimited, 'acme'))).not.toHaveProperty('sizes')
})
