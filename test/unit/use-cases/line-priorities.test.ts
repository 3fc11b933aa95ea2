/** Priorities beyond a shard: a better job gets the next unit that becomes free, wherever it waits. */
import { describe, expect, test } from 'vitest'
import type { TaskOutcome } from '../../../lib/core/job/ending.ts'
import type { JobItem } from '../../../lib/core/job/job.ts'
import { newJob } from '../../../lib/core/job/new-job.ts'
import type { Priority, ShardKey } from '../../../lib/core/keys.ts'
import type { LoanId } from '../../../lib/core/limits/limiter.ts'
import { placeAt, priorityIn } from '../../../lib/core/limits/place.ts'
import { limiterKey, poolNamed } from '../../../lib/core/limits/queue-limiter.ts'
import { type ConfigInput, defineConfig } from '../../../lib/core/queue/config.ts'
import { emptyState } from '../../../lib/core/shard/state.ts'
import { configOf, jobItem, NOW } from '../../support/builders.ts'
import { deliver, live } from '../../support/interleave.ts'
import { jobsIn, PLAIN, shard } from '../../support/spread.ts'
import { World } from '../../support/world.ts'

const urgent = (pk: ShardKey, id: string, priority: Priority = 0): JobItem => jobItem({ pk, id, priority })

/** Handlers run until their job is ended. */
function holding(world: World): (...ids: readonly string[]) => Promise<void> {
  const ends = new Map<string, () => void>()
  world.handler = ({ id }) =>
    new Promise<TaskOutcome>((resolve) => ends.set(id, () => resolve({ kind: 'succeeded' })))
  return async (...ids) => {
    for (const id of ids.length > 0 ? ids : [...ends.keys()]) {
      ends.get(id)?.()
      ends.delete(id)
    }
    await deliver(world)
  }
}
const NOTHING = { loans: {}, line: {} }

const running = (world: World): string[] =>
  [...world.tables.states.values()].flatMap(({ slots }) => Object.keys(slots)).toSorted()

describe('in a partition of many shards', () => {
  const world = (concurrency: number) => new World(configOf({ concurrency, shards: 10 }))

  test.each([shard(2), PLAIN])('a better job without a unit gets the next one: in %s', async (pk) => {
    const given = world(1)
    const end = holding(given)
    given.put(...jobsIn(shard(0), 3), ...jobsIn(shard(1), 3))
    await deliver(given)
    const [first = ''] = running(given)
    given.put(urgent(pk, 'urgent'))
    await deliver(given)
    await end(first)
    expect(running(given)).toEqual(['urgent'])
  })

  test('the owner of the limit leaves what becomes free to a better job', async () => {
    const given = world(1)
    const end = holding(given)
    given.put(...jobsIn(PLAIN, 3))
    await deliver(given)
    const [first = ''] = running(given)
    given.put(urgent(shard(1), 'urgent'))
    await deliver(given)
    await end(first)
    expect(running(given)).toEqual(['urgent'])
  })

  test('a shard that waits already comes further in front with a better job', async () => {
    const given = world(1)
    const end = holding(given)
    given.put(...jobsIn(shard(0), 3), ...jobsIn(shard(1), 3), ...jobsIn(shard(2), 3))
    await deliver(given)
    const [first = ''] = running(given)
    const others = [shard(0), shard(1), shard(2)].filter((pk) => !(first in given.state(pk).slots))
    given.put(urgent(others[1] as ShardKey, 'urgent'))
    await deliver(given)
    await end(first)
    expect(running(given)).toEqual(['urgent'])
    await end('urgent')
    expect(Object.values(given.state(PLAIN).books?.slots.line ?? {}).map(priorityIn)).not.toContain(0)
  })

  test('also if all slots of that shard are taken, and another shard frees one', async () => {
    const given = world(2)
    const end = holding(given)
    given.put(...jobsIn(shard(0), 8), ...jobsIn(shard(1), 8))
    await deliver(given)
    await end()
    const perShard = [shard(0), shard(1)].map((pk) => Object.keys(given.state(pk).slots))
    expect(perShard.map(({ length }) => length)).toEqual([1, 1])
    // It has come in time, so nobody looks for its sake alone.
    given.put(jobItem({ pk: shard(1), id: 'urgent', priority: 0, runAt: given.now }))
    await deliver(given)
    await end(perShard[0]?.[0] ?? '')
    expect(running(given)).toContain('urgent')
  })

  test('all run, the better ones first', async () => {
    const given = world(2)
    for (const index of [0, 1, 2, 3])
      for (const priority of [9, 5, 2] as const)
        given.put(...[0, 1].map((n) => urgent(shard(index), `p${priority}-${index}-${n}`, priority)))
    await live(given, 120_000)
    expect(given.ran).toHaveLength(24)
    const priorities = given.ran.map((id) => Number(id[1]))
    // The first two were claimed before anybody else stood in the line.
    expect(priorities.slice(2)).toEqual(priorities.slice(2).toSorted())
  })
})

const CRM = { partition: { payload: 'customer' }, concurrency: 5, timeout: 10_000 } as const
const CONFIG = {
  pools: { gpu: { concurrency: 2 } },
  queues: { crm: { ...CRM, pools: { gpu: 1 } }, mail: CRM },
} as const satisfies ConfigInput
const GPU = limiterKey(poolNamed('gpu'))

describe('of a pool', () => {
  const crm = (customer: string, id: string, priority: Priority = 5) =>
    urgent(`crm|${customer}` as ShardKey, id, priority)

  test('the next units go to the better jobs of another partition, and among them to each in its turn', async () => {
    const world = new World(defineConfig(CONFIG))
    const end = holding(world)
    world.put(...[1, 2, 3, 4].map((n) => crm('a', `a${n}`)))
    await deliver(world)
    expect(running(world)).toEqual(['a1', 'a2'])
    world.put(crm('b', 'b1'))
    await deliver(world)
    world.put(crm('c', 'c1', 1), crm('c', 'c2', 1), crm('d', 'd1', 1))
    await deliver(world)
    await end('a1', 'a2')
    expect(running(world)).toEqual(['c1', 'd1'])
    await end()
    expect(running(world)).toContain('c2')
    await end()
    await end()
    await end()
    expect(world.attempts).toHaveLength(8)
    expect(world.state(GPU).books?.slots).toEqual({ loans: {}, line: {} })
  })

  test.each([
    ['of a queue that is gone', 'gone|x', 'gone|y'],
    ['that is gone itself, and whose shard nobody visits', 'crm|x', 'crm|x'],
  ])('a better job %s keeps nobody waiting', async (_what, borrower, first) => {
    const world = new World(defineConfig({ ...CONFIG, pools: { gpu: { concurrency: 1 } } }))
    holding(world)
    const loans = { [borrower]: { id: 'loan' as LoanId, lent: 1, returned: 0 } }
    const books = { slots: { loans, line: { [first]: placeAt(0, 1) } }, starts: NOTHING }
    world.tables.states.set(GPU, { ...emptyState(GPU), version: 1, books })
    world.put(crm('a', 'a1'), crm('b', 'b1', 9))
    await deliver(world)
    expect(running(world)).toEqual([])
    await world.sweep()
    await deliver(world)
    expect(running(world)).toEqual(['a1'])
  })

  test('a better job takes it from lanes of worse ones as they end', async () => {
    const config = defineConfig({ ...CONFIG, queues: { crm: CRM, mail: CRM } })
    const world = new World(config)
    const end = holding(world)
    const lane = (customer: string, id: string, priority?: Priority): JobItem => {
      const more = priority === undefined ? {} : { priority }
      const input = { queue: 'crm', task: 'sync', payload: { customer }, id, pools: { gpu: 1 }, ...more }
      const job = newJob(config, input, NOW)
      if (!job.ok) throw new Error(job.reason)
      return job.value
    }
    world.put(...[1, 2, 3, 4].map((n) => lane('a', `a${n}`)), ...[1, 2].map((n) => lane('b', `b${n}`)))
    await deliver(world)
    const [first = ''] = running(world)
    world.put(lane('c', 'c1', 0))
    await deliver(world)
    await end(first)
    expect(running(world)).toContain('c1')
    for (let n = 0; n < 8; n++) await end()
    expect(world.attempts).toHaveLength(7)
  })
})
