/** What jobs cost against a rate: of a pool that two partitions share, and of a partition itself. */
import { defineConfig } from '../../../lib/core/queue/config.ts'
import type { World } from '../world.ts'
import { withFaults } from './with-faults.ts'

const retry = { attempts: 2, backoff: 0 }
const rateLimit = { allowed: 2, period: 1000 }
const ALONE = { dispatchers: 1, workers: 1 }
const DEVIATIONS = 3
const DEVIATIONS_BESIDE_A_FAULT = 1

/** The dear one needs the whole of what both have in a period. */
const SHARED = {
  config: defineConfig({
    pools: { api: { rateLimit } },
    queues: { crm: { partition: { payload: 'customer' }, concurrency: 1, pools: { api: 1 }, retry } },
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
      crm: { partition: { payload: 'customer' }, concurrency: 2, costs: true, rateLimit, retry },
    },
  }),
  standing: [
    { id: 'a', queue: 'crm', partition: 'x' },
    { id: 'b', queue: 'crm', partition: 'x', cost: 2 },
  ],
  ...ALONE,
}

const FAULTS = [
  { name: '', faults: {} },
  { name: ', a crash', faults: { crash: 1 } },
  { name: ', a lost reply', faults: { replyLost: 1 } },
  { name: ', a lost message', faults: { lost: 1 } },
  { name: ', a copy and a stray wake-up', faults: { copied: 1, strayWake: 1 } },
]

const BOUNDS = { deviations: DEVIATIONS, besideAFault: DEVIATIONS_BESIDE_A_FAULT }
const each = withFaults({ faults: FAULTS, ...BOUNDS })
/** What it has in common with the first is seen there. */
const besideACrash = withFaults({ faults: FAULTS.slice(0, 2), ...BOUNDS })

export const COSTS: readonly World[] = [
  ...each('a dear job beside a cheap one', 'what a job costs counts for all that share the rate', SHARED),
  ...besideACrash('a dear job behind a cheap one', 'a partition counts what its jobs cost', OWN),
]
