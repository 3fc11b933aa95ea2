/** Jobs that lie in the wrong lane are moved in groups that DynamoDB takes: 100 parts of 4 MB, and no lock depends on another's. */
import { expect, test } from 'vitest'
import { itemBytes } from '../../../lib/core/job/item-size.ts'
import type { JobItem } from '../../../lib/core/job/job.ts'
import { defineConfig } from '../../../lib/core/queue/config.ts'
import type { WorkMessage } from '../../../lib/ports/queues.ts'
import type { Move } from '../../../lib/ports/store.ts'
import { asShard, asToken, claimed, jobItem, SHARD } from '../../support/builders.ts'
import { World } from '../../support/world.ts'

const CONFIG = defineConfig({
  tags: [{ key: 'model', concurrency: 1000 }],
  queues: { crm: { partition: { payload: 'customer' }, concurrency: 100, shards: 1 } },
})
const LANE = 'crm|acme|+tag.model'
const raw = (n: number, rest: Partial<JobItem> = {}): JobItem => ({
  ...jobItem({ pk: SHARD, id: `job-${String(n).padStart(3, '0')}` }),
  tags: { model: 'x' },
  ...rest,
})

/** In which groups they are moved. */
async function moved(items: readonly JobItem[]): Promise<Move[][]> {
  const world = new World(CONFIG)
  const { jobs } = world.context.store
  const groups: Move[][] = []
  const { moveWaiting } = jobs
  Object.assign(jobs, {
    moveWaiting: (...call: Parameters<typeof moveWaiting>) => {
      groups.push([...call[1]])
      return moveWaiting(...call)
    },
  })
  world.put(...items)
  for (let visits = 0; world.tables.jobs.get(SHARD) && visits < 50; visits++) await world.pass()
  expect(world.tables.jobs.get(SHARD)).toBeUndefined()
  expect(world.jobs.filter(({ pk }) => pk === LANE)).toHaveLength(items.length)
  return groups
}

test('of 25', async () => {
  const groups = await moved(Array.from({ length: 60 }, (_, n) => raw(n)))
  expect(Math.max(...groups.map(({ length }) => length))).toBe(25)
})

test('of a size that a transaction takes, both items counted', async () => {
  const payload = { text: 'x'.repeat(300_000) }
  const groups = await moved(Array.from({ length: 20 }, (_, n) => raw(n, { payload })))
  const bytes = groups.map((group) => group.reduce((sum, { item }) => sum + 2 * itemBytes(item), 0))
  expect(Math.max(...bytes)).toBeLessThan(4_000_000)
  expect(Math.max(...groups.map(({ length }) => length))).toBeGreaterThan(1)
})

test('one by one if they have unique keys: a lock that is another’s would cost all others theirs', async () => {
  const uniqueKey = (n: number) => (n % 4 === 1 ? { uniqueKey: `key-${n}` } : {})
  const groups = await moved(Array.from({ length: 12 }, (_, n) => raw(n, uniqueKey(n))))
  const unique = groups.filter((group) => group.some(({ item }) => item['uniqueKey'] !== undefined))
  expect(unique.map(({ length }) => length)).toEqual([1, 1, 1])
})

test('a job whose tags were changed since it was claimed does not start where the wrong limits hold', async () => {
  const world = new World(CONFIG)
  const item = { ...raw(1), tags: { other: 'y' } }
  world.put(item)
  await world.pass()
  world.tables.jobs.get(SHARD)?.set(item.sk, raw(1))
  for (const message of world.takeWork()) await world.work(message)
  expect([world.ran, world.jobs.map(({ pk, attempt }) => [pk, attempt])]).toEqual([[], [[LANE, undefined]]])
  await world.live(60_000)
  expect(world.ran).toEqual(['job-001'])
})

test('one in a lane that a newer configuration knows runs there', async () => {
  const world = new World(CONFIG)
  const lane = asShard('crm|acme|+tag.gone')
  world.put(jobItem({ pk: lane, id: 'job' }))
  await world.pass(lane)
  // It was claimed by that one, which begins to be replaced.
  world.isAlone = false
  const state = { ...world.state(lane), initialised: true, version: 9, slots: { job: claimed('t') } }
  world.tables.states.set(lane, state)
  world.tables.jobs.clear()
  world.put(jobItem({ pk: lane, id: 'job' }))
  await world.work({ pk: lane, sk: jobItem({ id: 'job' }).sk, token: asToken('t') } as WorkMessage)
  expect(world.ran).toEqual(['job'])
})
