/** What a pass reads: no more jobs than can be claimed, not those in flight that are large, few of one id. */
import { expect, test } from 'vitest'
import type { WorkMessage } from '../../../lib/ports/queues.ts'
import type { RangeQuery } from '../../../lib/ports/store.ts'
import { asId, configOf, jobItem, NOW } from '../../support/builders.ts'
import { World } from '../../support/world.ts'

/** A world that counts the items that queries pass over. */
function counting(world: World): { readonly queries: RangeQuery[]; items: number } {
  const seen = { queries: [] as RangeQuery[], items: 0 }
  const { jobs } = world.context.store
  const { range } = jobs
  Object.assign(jobs, {
    range: async (query: RangeQuery) => {
      const page = await range(query)
      seen.queries.push(query)
      seen.items += page.items.length
      return page
    },
  })
  return seen
}

const releasedBy = ({ sk, token }: WorkMessage) => ({ id: asId(sk.split('#')[2] ?? ''), token })

async function busy(concurrency: number, payload: object): Promise<World> {
  const world = new World(configOf({ concurrency, shards: 1 }))
  world.put(
    ...Array.from({ length: 3 * concurrency }, (_, n) =>
      jobItem({ id: `job-${String(n).padStart(2, '0')}`, payload: { customer: 'acme', ...payload } }),
    ),
  )
  await world.pass()
  return world
}

test('a hand-off reads the jobs in flight, the one that it can claim, and one more', async () => {
  const world = await busy(10, {})
  const [message] = world.takeWork()
  const seen = counting(world)
  if (message) await world.work(message)
  expect(seen.items).toBe(9 + 1 + 1)
  expect(seen.queries).toHaveLength(1)
})

test('large jobs in flight are not passed over, and the order stays', async () => {
  const world = await busy(4, { blob: 'x'.repeat(20_000) })
  const [message] = world.takeWork()
  world.put(jobItem({ id: 'urgent', priority: 0 }))
  const seen = counting(world)
  if (message) await world.work(message)
  expect(world.inFlight).toContain('urgent')
  expect(seen.items).toBeLessThanOrEqual(2)
})

test('beside large jobs in flight a pass reads what it can claim, and one more', async () => {
  const world = await busy(4, { blob: 'x'.repeat(20_000) })
  const messages = world.takeWork()
  const seen = counting(world)
  // Two slots are free by then: two jobs, and one that tells whether others wait.
  if (messages[0]) await world.context.store.states.release(messages[0].pk, releasedBy(messages[0]))
  if (messages[1]) await world.context.store.states.release(messages[1].pk, releasedBy(messages[1]))
  for (const message of messages.slice(0, 2)) world.tables.jobs.get(message.pk)?.delete(message.sk)
  await world.pass()
  expect(seen.items).toBe(3)
  expect(world.inFlight).toHaveLength(4)
})

test('with the rate used up a pass reads one job beyond those in flight', async () => {
  const world = new World(configOf({ concurrency: 50, shards: 1, rateLimit: { allowed: 2, period: '1m' } }))
  world.put(...Array.from({ length: 40 }, (_, n) => jobItem({ id: `job-${n}` })))
  await world.settle()
  const seen = counting(world)
  await world.pass()
  expect(seen.items).toBe(1)
})

test('of thousands of jobs with one id a pass reads a hundred, and makes one look', async () => {
  const world = new World(configOf({ concurrency: 3 }))
  world.put(...Array.from({ length: 3000 }, (_, n) => jobItem({ id: 'same', runAt: NOW - n })))
  const seen = counting(world)
  await world.pass()
  expect(seen.items).toBeLessThan(150)
  expect(world.inFlight).toEqual(['same'])
  expect(world.state().waiting).toBe(true)
})
