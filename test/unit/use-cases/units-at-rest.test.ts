/** Units that lie still somewhere come to where the work is, whoever has lost a race or died. */
import { expect, test } from 'vitest'
import { deleteJob } from '../../../lib/adapters/memory/tables.ts'
import type { Config } from '../../../lib/core/queue/config.ts'
import { emptyState } from '../../../lib/core/shard/state.ts'
import { asId, configOf, NOW, running } from '../../support/builders.ts'
import { ahead, deliver, live, longRunning } from '../../support/interleave.ts'
import { loan, slotBooks } from '../../support/lending.ts'
import { jobsIn, PLAIN, shard } from '../../support/spread.ts'
import { World } from '../../support/world.ts'

const use = (world: World, config: Config) => Object.assign(world.context, { config })

test('a limit that a deploy has lowered comes down in one visit, however many shards have idle units', async () => {
  const world = new World(configOf({ concurrency: 60, shards: 30 }))
  for (let index = 0; index < 30; index++) world.put(...jobsIn(shard(index), 2, `old-${index}`))
  await world.settle()
  use(world, configOf({ concurrency: 1, shards: 30 }))
  world.put(...jobsIn(shard(3), 1, 'next'))
  await world.stream()
  await live(world, 5000)
  expect(world.ran).toContain('next-0')
})

test('the plain shard that waits beside a unit that nobody uses is found by a sweep', async () => {
  const world = new World(configOf({ concurrency: 2, shards: 2 }))
  const end = longRunning(world, (id) => id.startsWith('long'))
  world.put(...jobsIn(PLAIN, 1, 'long'), ...jobsIn(shard(1), 1, 'short'))
  await world.stream()
  const messages = world.takeWork()
  const long = messages.find(({ pk }) => pk === PLAIN)
  if (!long) throw new Error('no message')
  void world.work(long)
  world.put(...jobsIn(PLAIN, 1, 'waits'))
  await deliver(world)
  // The other worker has freed its slot, and dies before it looks at the line.
  const [short] = messages.filter(({ pk }) => pk === shard(1))
  const [job] = world.jobs.filter(({ pk }) => pk === shard(1))
  if (!short || !job) throw new Error('no job')
  deleteJob(world.tables, job)
  const [, , id = ''] = short.sk.split('#')
  await world.context.store.states.release(shard(1), { id: asId(id), token: short.token })
  await world.sweep()
  await live(world, 5000)
  expect(world.ran).toContain('waits-0')
  end()
})

test('what a shard has been lent and does not use is written down, so that others may take it', async () => {
  const world = new World(configOf({ concurrency: 2, shards: 2 }))
  const owner = world.state(PLAIN)
  const books = slotBooks({ 0: loan('a', 2) })
  world.tables.states.set(PLAIN, { ...owner, initialised: true, version: 1, books })
  const borrowed = { slots: { id: loan('a', 2).id, got: 1, returned: 0 } }
  const long = { ...running('t'), deadline: NOW + 600_000, runAt: NOW - 1000 }
  const item = { ...emptyState(shard(0)), initialised: true, version: 4, borrowed, expiresAt: 2_000_000_000 }
  world.tables.states.set(shard(0), { ...item, slots: { long } })
  // Whoever had borrowed the second unit has lost against a pass that needed none.
  await world.pass(shard(0))
  world.put(...jobsIn(shard(1), 1, 'other'))
  await live(world, 5000)
  expect(world.ran).toEqual(['other-0'])
})

test('who comes to stand in the line for slots is seen, although another waits for starts', async () => {
  const rate = { allowed: 1, period: 86_400_000 }
  const world = new World(configOf({ concurrency: 1, shards: 3, rateLimit: rate }))
  const books = {
    slots: { loans: { 0: loan('a', 1) }, line: {} },
    starts: { loans: { 1: loan('s', 1) }, line: { 2: 1 } },
  }
  world.tables.states.set(PLAIN, { ...world.state(PLAIN), initialised: true, version: 1, books })
  const dead = { ...running('t'), deadline: NOW - 1, runAt: NOW - 1000 }
  const slots = { units: { id: loan('a', 1).id, got: 1, returned: 0 } }
  world.tables.states.set(shard(0), {
    ...emptyState(shard(0)),
    initialised: true,
    version: 4,
    slots: { dead },
    borrowed: { slots: slots.units },
  })
  const starts = { id: loan('s', 1).id, got: 1, returned: 0 }
  const item = { ...emptyState(shard(1)), initialised: true, version: 4, borrowed: { starts } }
  world.tables.states.set(shard(1), item)
  ahead(world, 'pass', async () => {
    world.put(...jobsIn(shard(1), 1, 'other'))
    await world.stream()
  })
  await world.pass(shard(0))
  await live(world, 60_000)
  expect(world.ran).toContain('other-0')
})
