/** What a shard has of a pool and does not use, its next job needs whole: no other takes a part of it. */
import { expect, test } from 'vitest'
import type { ShardKey } from '../../../lib/core/keys.ts'
import { limiterKey, poolNamed } from '../../../lib/core/limits/queue-limiter.ts'
import { defineConfig } from '../../../lib/core/queue/config.ts'
import { emptyState } from '../../../lib/core/shard/state.ts'
import { readCapacities } from '../../../lib/use-cases/lending/capacities.ts'
import { spareOf } from '../../../lib/use-cases/lending/lender.ts'
import { loan } from '../../support/builders.ts'
import { loanId } from '../../support/lending.ts'
import { World } from '../../support/world.ts'

const QUEUE = { partition: { payload: 'customer' }, concurrency: 1, pools: { gpu: 4 } } as const
const CONFIG = defineConfig({ pools: { gpu: { concurrency: 4 } }, queues: { crm: QUEUE } })
const GPU = limiterKey(poolNamed('gpu'))
const [ANN, BOB] = ['crm|ann', 'crm|bob'] as [ShardKey, ShardKey]

/** The units that Bob's shard, which has all of them and uses none, has to spare for Ann's. */
async function spareUnits(waiting: boolean): Promise<number> {
  const world = new World(CONFIG)
  const slots = { loans: { [BOB]: loan('l1', 4) }, line: {} }
  world.tables.states.set(GPU, { ...emptyState(GPU), books: { slots, starts: { loans: {}, line: {} } } })
  const capacities = await readCapacities(world.context, { ...emptyState(ANN), waiting: true })
  const pool = capacities && capacities !== 'stale' ? capacities[1] : undefined
  if (!pool) throw new Error('no pool')
  const borrowedFrom = { [poolNamed('gpu')]: { slots: { id: loanId('l1'), got: 4, returned: 0 } } }
  const state = { ...emptyState(BOB), waiting, initialised: true, borrowedFrom } as const
  return spareOf(world.context, pool, 'slots', { name: BOB, state, leaves: 'all of that' })
}

test('one whose next job waits for something else keeps all of it', async () => {
  expect(await spareUnits(true)).toBe(0)
})

test('one in which nothing waits has no use for it', async () => {
  expect(await spareUnits(false)).toBe(4)
})
