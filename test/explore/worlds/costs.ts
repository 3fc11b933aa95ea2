/** What jobs cost against a rate: of a pool that two partitions share, and of a partition itself. */
import { defineConfig } from '../../../lib/core/queue/config.ts'
import type { World } from '../world.ts'
import { A_CRASH, ALONE, RETRY_ONCE, USUAL, withFaults } from './with-faults.ts'

const rateLimit = { allowed: 2, period: 1000 }

/** The dear one needs the whole of what both have in a period. */
const SHARED = {
  config: defineConfig({
    pools: { api: { rateLimit } },
    queues: {
      crm: { partition: { payload: 'customer' }, concurrency: 1, pools: { api: 1 }, retry: RETRY_ONCE },
    },
  }),
  standing: [
    { id: 'a', queue: 'crm', partition: 'x', cost: 2 },
    { id: 'b', queue: 'crm', partition: 'y' },
  ],
  ...ALONE,
}

const OWN = {
  config: defineConfig({
    queues: {
      crm: { partition: { payload: 'customer' }, concurrency: 2, costs: true, rateLimit, retry: RETRY_ONCE },
    },
  }),
  standing: [
    { id: 'a', queue: 'crm', partition: 'x' },
    { id: 'b', queue: 'crm', partition: 'x', cost: 2 },
  ],
  ...ALONE,
}

const each = withFaults(USUAL)
/** What it has in common with the first is seen there. */
const besideACrash = withFaults(A_CRASH)

export const COSTS: readonly World[] = [
  ...each('a dear job beside a cheap one', 'what a job costs counts for all that share the rate', SHARED),
  ...besideACrash('a dear job behind a cheap one', 'a partition counts what its jobs cost', OWN),
]
