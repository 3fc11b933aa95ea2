/** The visit of a shard that has just been served begins with what has been read for that, and is none the less safe. */
import { expect, test } from 'vitest'
import type { JobItem } from '../../../lib/core/job/job.ts'
import type { ShardKey } from '../../../lib/core/keys.ts'
import { limiterKey, totalOf } from '../../../lib/core/limits/queue-limiter.ts'
import { defineConfig } from '../../../lib/core/queue/config.ts'
import { fenceAll } from '../../../lib/use-cases/operate/amend.ts'
import { pass } from '../../../lib/use-cases/pass/pass.ts'
import { asShard, jobItem, running } from '../../support/builders.ts'
import { deliver, longRunning } from '../../support/interleave.ts'
import { loan, slotBooks } from '../../support/lending.ts'
import { World } from '../../support/world.ts'

const TOTAL = limiterKey(totalOf('crm'))
const B = asShard('crm|b')
const job = (pk: string, id: string): JobItem => jobItem({ pk: pk as ShardKey, id })

/** `crm|a` has the one unit, and `crm|b` waits for it. */
async function waiting() {
  const partition = { payload: 'customer' }
  const world = new World(
    defineConfig({ queues: { crm: { partition, concurrency: 1, timeout: 60_000, total: 1 } } }),
  )
  const end = longRunning(world, () => true)
  for (const one of [job('crm|a', 'a1'), job('crm|b', 'b1')]) {
    world.put(one)
    await deliver(world)
  }
  return { world, end }
}

/** As far as the worker comes that takes the next job. */
const settled = async () => {
  for (let n = 0; n < 1000; n++) await Promise.resolve()
}

test('it reads neither the shard’s item nor the limiter’s again', async () => {
  const { world, end } = await waiting()
  const { states } = world.context.store
  const { read, pass: write } = states
  const reads: (ShardKey | 'written')[] = []
  Object.assign(states, {
    read: (...[key]: Parameters<typeof read>) => {
      reads.push(key)
      return read(key)
    },
    pass: async (...given: Parameters<typeof write>) => {
      await Promise.resolve()
      const outcome = await write(...given)
      reads.push('written')
      return outcome
    },
  })
  world.handler = () => new Promise(() => {})
  end()
  await settled()
  expect([...world.running]).toEqual(['b1'])
  // The first is written while the second is read.
  expect(reads.filter((key) => key !== 'crm|a')).toEqual([TOTAL, B, 'written', 'written'])
})

test('with a limit that is set between that and its claim it claims nothing', async () => {
  const { world, end } = await waiting()
  const { states } = world.context.store
  const { writeBooks } = states
  Object.assign(states, {
    writeBooks: async (...given: Parameters<typeof writeBooks>) => {
      const outcome = await writeBooks(...given)
      if (given[0].shard !== TOTAL || outcome.kind !== 'written' || !outcome.owner.books?.slots.loans[B])
        return outcome
      // As `setLimiter` does it: first the limiter's item, then a fence in each shard that has borrowed.
      await states.override(outcome.owner, { concurrency: 0 }, undefined)
      await fenceAll(world.context, [B], 0)
      return outcome
    },
  })
  world.handler = () => new Promise(() => {})
  end()
  await settled()
  expect([...world.running]).toEqual([])
  expect(Object.keys(world.state(B).slots)).toEqual([])
})

test('it takes place though the shard’s item could not be read before', async () => {
  const { world, end } = await waiting()
  const { states } = world.context.store
  const { read } = states
  let fails = 1
  Object.assign(states, {
    read: (...[key]: Parameters<typeof read>) =>
      key === B && fails-- > 0 ? Promise.reject(new Error('throttled')) : read(key),
  })
  world.handler = () => new Promise(() => {})
  end()
  await settled()
  expect([...world.running]).toEqual(['b1'])
})

test('if its item has to be read again, for somebody may have died there, the limiter’s is, too', async () => {
  const { world } = await waiting()
  const owner = world.state(TOTAL)
  await world.context.store.states.override(owner, { concurrency: 0 }, undefined)
  const died = { ...world.state(B), slots: { b0: running('dead', world.now - 1) } }
  const lentToIt = { ...owner, books: slotBooks({ [B]: loan('l', 1) }) }
  await pass(world.context, { shard: B, seen: { state: died, owners: [lentToIt] }, isServed: true })
  expect(world.state(B).slots).toEqual({})
})
