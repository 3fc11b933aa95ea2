/** Totals and pools: jobs that need two of them, a line of three shards, and limits that are lowered while units are out. */
import { totalOf } from '../../../lib/core/limits/queue-limiter.ts'
import { defineConfig } from '../../../lib/core/queue/config.ts'
import type { World } from '../world.ts'
import { ALONE, OF_REQUESTS, RETRY_ONCE, withFaults } from './with-faults.ts'

const one = (queue: string, id: string, partition?: string) => ({
  id,
  queue,
  ...(partition ? { partition } : {}),
})
/** All that can happen in them would be millions of states. */
const MORE_DEVIATIONS = 4

/** A job of `crm` needs the total and all of the pool; one of `mail` needs a half of that. */
const TWO = {
  config: defineConfig({
    pools: { api: { concurrency: 2 } },
    queues: {
      crm: { concurrency: 2, total: 1, pools: { api: 2 }, retry: RETRY_ONCE },
      mail: { concurrency: 2, pools: { api: 1 }, retry: RETRY_ONCE },
    },
  }),
  standing: [one('crm', 'a'), one('mail', 'b')],
  ...ALONE,
}

const LINE = {
  config: defineConfig({
    queues: { crm: { partition: { payload: 'customer' }, concurrency: 1, total: 1, retry: RETRY_ONCE } },
  }),
  standing: [one('crm', 'a', 'x'), one('crm', 'b', 'y'), one('crm', 'c', 'z')],
  ...ALONE,
}

/** The last to come has the best priority. */
const PRIORITIES = {
  ...LINE,
  standing: [one('crm', 'a', 'x'), one('crm', 'b', 'y'), { ...one('crm', 'c', 'z'), priority: 0 }],
}

const LOWERED = {
  config: defineConfig({
    queues: { crm: { partition: { payload: 'customer' }, concurrency: 1, total: 2, retry: RETRY_ONCE } },
  }),
  standing: [one('crm', 'a', 'x'), one('crm', 'b', 'y')],
  sets: { of: totalOf('crm'), concurrency: 1 },
  ...ALONE,
}

const each = withFaults(OF_REQUESTS, MORE_DEVIATIONS)

export const LIMITERS: readonly World[] = [
  ...each('two limiters', 'who has one of two gives it back or gets the other', TWO),
  ...each('three shards in a line', 'each has its turn, whoever dies with the unit', LINE),
  ...each('two priorities in a line', 'the worse one has its turn, too, whoever dies', PRIORITIES),
  ...each('a limit lowered', 'units that are out stay in use, and none comes to them', LOWERED),
]
