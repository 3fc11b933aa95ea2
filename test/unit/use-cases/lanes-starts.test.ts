/** What a lane that waits for its partition keeps of the rate, so that start and slot come together. */
import { expect, test } from 'vitest'
import type { ShardKey } from '../../../lib/core/keys.ts'
import type { Books } from '../../../lib/core/limits/books.ts'
import { defineConfig } from '../../../lib/core/queue/config.ts'
import { emptyState, type ShardState } from '../../../lib/core/shard/state.ts'
import { readCapacities } from '../../../lib/use-cases/lending/capacities.ts'
import { spareOf } from '../../../lib/use-cases/lending/lender.ts'
import { loan } from '../../support/builders.ts'
import { loanId } from '../../support/lending.ts'
import { World } from '../../support/world.ts'

const CONFIG = defineConfig({
  tags: [{ key: 'user', each: true, concurrency: 1 }],
  queues: { crm: { concurrency: 1, rateLimit: { allowed: 1, period: 1000 } } },
})
const ANN = 'crm||+each.user=ann' as ShardKey
const BOB = 'crm||+each.user=bob' as ShardKey
const START = loan('l1', 1)

/** The starts that Bob's lane, which has one and no slot, has to spare for Ann's, which has the slot. */
async function spareStarts(line: Books['slots']['line']): Promise<number> {
  const world = new World(CONFIG)
  const plain: ShardState = {
    ...emptyState('crm' as ShardKey),
    books: {
      slots: { loans: { '+each.user=ann': START }, line },
      starts: { loans: { '+each.user=bob': START }, line: {} },
    },
  }
  world.tables.states.set(plain.shard, plain)
  const ann = { ...emptyState(ANN), waiting: true }
  const capacities = await readCapacities(world.context, ann)
  if (!capacities || capacities === 'stale') throw new Error('no capacities')
  const state: ShardState = {
    ...emptyState(BOB),
    waiting: true,
    initialised: true,
    borrowed: { starts: { id: loanId('l1'), got: 1, returned: 0 } },
  }
  return spareOf(world.context, capacities[0], 'starts', {
    name: '+each.user=bob',
    state,
    leaves: 'all of that',
  })
}

test('a lane that waits for its slot keeps the start that it has: it has not asked its tag yet', async () => {
  expect(await spareStarts({ '+each.user=bob': 1 })).toBe(0)
})

test('one that waits for its tag has no use for it', async () => {
  expect(await spareStarts({})).toBe(1)
})
