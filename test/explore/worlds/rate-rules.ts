/** A rate by a rule of its own: two customers call one region, whose rate has one start, and a third calls another. */
import { defineConfig } from '../../../lib/core/queue/config.ts'
import type { World } from '../world.ts'
import { withFaults } from './with-faults.ts'

const RULED = {
  config: defineConfig({
    queues: {
      crm: {
        partition: { payload: 'customer' },
        concurrency: 1,
        rateLimit: { allowed: 1, period: 1000, partition: { payload: 'region' } },
        retry: { attempts: 2, backoff: 0 },
      },
    },
  }),
  standing: [
    { id: 'a', queue: 'crm', payload: { customer: 'x', region: 'eu' } },
    { id: 'b', queue: 'crm', payload: { customer: 'y', region: 'eu' } },
  ],
  dispatchers: 1,
  workers: 1,
}

/** Jobs of one customer in two lanes, which have its slot in common, and not the rate. */
const TWO_LANES = {
  ...RULED,
  standing: [
    { id: 'a', queue: 'crm', payload: { customer: 'x', region: 'eu' } },
    { id: 'b', queue: 'crm', payload: { customer: 'x', region: 'us' } },
  ],
}

const DEVIATIONS = 3
const DEVIATIONS_BESIDE_A_FAULT = 1
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

export const RATE_RULES: readonly World[] = [
  ...each('two customers of a region', 'one start for both, whatever their partitions', RULED),
  ...besideACrash(
    'two regions of a customer',
    'each lane has a rate of its own, and both have one slot',
    TWO_LANES,
  ),
]
