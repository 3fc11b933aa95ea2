/** A rate by a rule of its own: two customers call one region, whose rate has one start, and a third calls another. */
import { defineConfig } from '../../../lib/core/queue/config.ts'
import type { World } from '../world.ts'
import { A_CRASH, ALONE, RETRY_ONCE, USUAL, withFaults } from './with-faults.ts'

const RULED = {
  config: defineConfig({
    queues: {
      crm: {
        partition: { payload: 'customer' },
        concurrency: 1,
        rateLimit: { allowed: 1, period: 1000, partition: { payload: 'region' } },
        retry: RETRY_ONCE,
      },
    },
  }),
  standing: [
    { id: 'a', queue: 'crm', payload: { customer: 'x', region: 'eu' } },
    { id: 'b', queue: 'crm', payload: { customer: 'y', region: 'eu' } },
  ],
  ...ALONE,
}

/** Jobs of one customer in two lanes, which have its slot in common, and not the rate. */
const TWO_LANES = {
  ...RULED,
  standing: [
    { id: 'a', queue: 'crm', payload: { customer: 'x', region: 'eu' } },
    { id: 'b', queue: 'crm', payload: { customer: 'x', region: 'us' } },
  ],
}

const each = withFaults(USUAL)
/** What it has in common with the first is seen there. */
const besideACrash = withFaults(A_CRASH)

export const RATE_RULES: readonly World[] = [
  ...each('two customers of a region', 'one start for both, whatever their partitions', RULED),
  ...besideACrash(
    'two regions of a customer',
    'each lane has a rate of its own, and both have one slot',
    TWO_LANES,
  ),
]
