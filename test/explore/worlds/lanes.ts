/** Lanes: jobs that name a pool or a tag, beside the plain shard of their partition, whose slot they need as well. */
import { defineConfig } from '../../../lib/core/queue/config.ts'
import type { World } from '../world.ts'
import { ALONE, RETRY_ONCE, USUAL, withFaults } from './with-faults.ts'

/** A lane of `crm` waits for the pool, which a lane of `mail` has, and for the slot that the plain shard of `crm` uses, too. */
const LANE = {
  config: defineConfig({
    pools: { gpu: { concurrency: 1 } },
    queues: { crm: { concurrency: 1, retry: RETRY_ONCE }, mail: { concurrency: 1, retry: RETRY_ONCE } },
  }),
  standing: [
    { id: 'a', queue: 'crm' },
    { id: 'b', queue: 'crm', pools: { gpu: 1 } },
    { id: 'c', queue: 'mail', pools: { gpu: 1 } },
  ],
  ...ALONE,
}

/** Two lanes of one partition that wait for each other's tags, and a job that neither of them may keep waiting. */
const TAGS = {
  config: defineConfig({
    tags: [
      { key: 'model', concurrency: 1 },
      { key: 'user', each: true, concurrency: 1 },
    ],
    queues: { crm: { concurrency: 2, retry: RETRY_ONCE } },
  }),
  standing: [
    { id: 'a', queue: 'crm', tags: { model: 'x', user: 'ann' } },
    { id: 'b', queue: 'crm', tags: { user: 'ann' } },
    { id: 'c', queue: 'crm' },
  ],
  ...ALONE,
}

const each = withFaults(USUAL)

export const LANES: readonly World[] = [
  ...each('a lane beside its plain shard', 'a lane needs a pool and the slot of its partition', LANE),
  ...each('two lanes of a tag', 'who has one of two tags gets the other, or lets go', TAGS),
]
