/** How a shard looks for units that others have: what it leaves to them, and when it asks nobody. */
import { describe, expect, test } from 'vitest'
import type { Loan } from '../../../lib/core/limits/limiter.ts'
import { emptyState } from '../../../lib/core/shard/state.ts'
import type { StateStore } from '../../../lib/ports/states.ts'
import { wakeUp } from '../../../lib/use-cases/wake-up.ts'
import { configOf, NOW } from '../../support/builders.ts'
import { loan, slotBooks } from '../../support/lending.ts'
import { jobsIn, PLAIN, shard } from '../../support/spread.ts'
import { World } from '../../support/world.ts'

/** A limit of two; shard 1 has lent units that it does not use. */
function withLoan(loans: Readonly<Record<string, Loan>>, line: Readonly<Record<string, number>> = {}): World {
  const world = new World(configOf({ concurrency: 2, shards: 3 }))
  const owner = emptyState(PLAIN)
  world.tables.states.set(PLAIN, { ...owner, initialised: true, version: 1, books: slotBooks(loans, line) })
  return world
}

/** The calls of the State table, in their order, as short words. */
function heard(world: World): string[] {
  const calls: string[] = []
  const { states } = world.context.store
  const { read, recordBorrowed, writeBooks } = states
  const listening: Pick<StateStore, 'read' | 'recordBorrowed' | 'writeBooks'> = {
    read: async (key) => {
      calls.push(`read ${key}`)
      return read(key)
    },
    recordBorrowed: async (state, ...rest) => {
      calls.push(`take from ${state.shard}`)
      return recordBorrowed(state, ...rest)
    },
    writeBooks: async (owner, write) => {
      for (const { borrower, turn } of write.line)
        calls.push(turn === undefined ? `${borrower} leaves` : `${borrower} waits`)
      return writeBooks(owner, write)
    },
  }
  Object.assign(states, listening)
  return calls
}

test('what has just been lent to another is left to it, until a sweep finds that nothing moves', async () => {
  const world = withLoan({ 1: loan('a', 2) })
  world.tables.states.set(shard(1), { ...emptyState(shard(1)), initialised: true, version: 1 })
  const calls = heard(world)
  world.put(...jobsIn(shard(0), 1))
  await world.stream()
  expect(calls.filter((call) => !call.startsWith('read'))).toEqual(['0 waits'])
  await world.sweep()
  await world.wake()
  expect(calls.filter((call) => !call.startsWith('read'))).toEqual([
    '0 waits',
    `take from ${shard(1)}`,
    '0 leaves',
  ])
  expect(world.inFlight).toHaveLength(1)
})

test('what was lent to a shard whose item has expired is taken at the second look', async () => {
  const world = withLoan({ 1: loan('a', 2) })
  const calls = heard(world)
  world.put(...jobsIn(shard(0), 1))
  await world.stream()
  expect(calls.filter((call) => !call.startsWith('read'))).toEqual([
    '0 waits',
    `take from ${shard(1)}`,
    '0 leaves',
  ])
  expect(world.inFlight).toHaveLength(1)
})

test('and so is what it has of the rate', async () => {
  const config = configOf({ concurrency: 1, shards: 3, rateLimit: { allowed: 1, period: 1000 } })
  const world = new World(config)
  const books = {
    slots: { loans: { 1: loan('a', 1) }, line: {} },
    starts: { loans: { 1: loan('b', 1) }, line: {} },
  }
  world.tables.states.set(PLAIN, { ...emptyState(PLAIN), initialised: true, version: 1, books })
  world.put(...jobsIn(shard(0), 1))
  await world.stream()
  expect(world.inFlight).toHaveLength(1)
})

test('what has arrived there, and is not used, is taken immediately', async () => {
  const world = withLoan({ 1: loan('a', 2) })
  const borrowed = { slots: { id: loan('a', 2).id, got: 2, returned: 0 } }
  world.tables.states.set(shard(1), { ...emptyState(shard(1)), initialised: true, version: 1, borrowed })
  const calls = heard(world)
  world.put(...jobsIn(shard(0), 1))
  await world.stream()
  expect(calls.filter((call) => !call.startsWith('read'))).toEqual([`take from ${shard(1)}`])
  expect(world.inFlight).toHaveLength(1)
})

test('shards that wait for starts do not ask each other: whoever has more gives way', async () => {
  const world = new World(configOf({ shards: 4, rateLimit: { allowed: 2, period: 60_000 } }))
  for (const index of [1, 2]) world.put(...jobsIn(shard(index), 3))
  await world.settle()
  const calls = heard(world)
  world.put(...jobsIn(shard(0), 1))
  await world.stream()
  expect(calls.filter((call) => call === `read ${shard(1)}` || call === `read ${shard(2)}`)).toEqual([])
})

describe('a shard that stands in the line asks nobody', () => {
  const asked = (calls: readonly string[]) => calls.filter((call) => call === `read ${shard(1)}`)

  /** Shard 1 uses both slots, and shard 0 waits. */
  async function waiting(): Promise<World> {
    const world = new World(configOf({ concurrency: 2, shards: 3 }))
    world.put(...jobsIn(shard(1), 2))
    await world.stream()
    world.put(...jobsIn(shard(0), 1))
    await world.stream()
    return world
  }

  test('for a job that arrives', async () => {
    const world = await waiting()
    const calls = heard(world)
    world.put(...jobsIn(shard(0), 1, 'next'))
    await world.stream()
    expect(asked(calls)).toEqual([])
  })

  test('for a time that has come', async () => {
    const world = await waiting()
    const calls = heard(world)
    await wakeUp(world.context, { shard: shard(0), dueAt: NOW })
    expect(asked(calls)).toEqual([])
  })

  test('if it has been served', async () => {
    const world = await waiting()
    world.put(...jobsIn(shard(0), 1, 'next'))
    const owner = world.state(PLAIN)
    const { slots } = owner.books ?? slotBooks({})
    // One of them has just been lent to it.
    const loans = { 0: loan('b', 1), 1: { ...loan('a', 2), ...slots.loans['1'], returned: 1 } }
    world.tables.states.set(PLAIN, { ...owner, books: slotBooks(loans, slots.line) })
    const calls = heard(world)
    await wakeUp(world.context, { shard: shard(0) })
    expect(asked(calls)).toEqual([])
  })

  test('but all, if somebody sends it and nobody knows why', async () => {
    const world = await waiting()
    const calls = heard(world)
    await wakeUp(world.context, { shard: shard(0) })
    expect(asked(calls)).not.toEqual([])
  })

  test('but all, if it has paid back what it had before', async () => {
    const world = await waiting()
    const paidBack = { slots: { id: loan('z', 1).id, got: 1, returned: 1 } }
    world.tables.states.set(shard(0), { ...world.state(shard(0)), borrowed: paidBack })
    const calls = heard(world)
    await wakeUp(world.context, { shard: shard(0) })
    expect(asked(calls)).not.toEqual([])
  })
})
