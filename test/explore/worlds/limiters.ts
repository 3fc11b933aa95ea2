/** Totals and pools: jobs that need two of them, a line of three shards, and limits that are lowered while units are out. */
import { totalOf } from '../../../lib/core/limits/queue-limiter.ts'
import { defineConfig } from '../../../lib/core/queue/config.ts'
import type { World } from '../world.ts'
import { withFaults } from './with-faults.ts'

const retry = { attempts: 2, backoff: 0 }
const one = (queue: string, id: string, partition?: string) => ({
  id,
  queue,
  ...(partition ? { partition } : {}),
})
const ALONE = { dispatchers: 1, workers: 1 }
/** All that can happen in them would be millions of states. */
const DEVIATIONS = 4
const DEVIATIONS_BESIDE_A_FAULT = 1

/** A job of `crm` needs the total and all of the pool; one of `mail` needs a half of that. */
const TWO = {
  config: defineConfig({
    pools: { api: { concurrency: 2 } },
    queues: {
      crm: { concurrency: 2, total: 1, pools: { api: 2 }, retry },
      mail: { concurrency: 2, pools: { api: 1 }, retry },
    },
  }),
  standing: [one('crm', 'a'), one('mail', 'b')],
  ...ALONE,
}

const LINE = {
  config: defineConfig({
    queues: { crm: { partition: { payload: 'customer' }, concurrency: 1, total: 1, retry } },
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
    queues: { crm: { partition: { payload: 'customer' }, concurrency: 1, total: 2, retry } },
  }),
  standing: [one('crm', 'a', 'x'), one('crm', 'b', 'y')],
  sets: { of: totalOf('crm'), concurrency: 1 },
  ...ALONE,
}

const FAULTS = [
  { name: '', faults: {} },
  { name: ', a crash', faults: { crash: 1 } },
  { name: ', a lost reply', faults: { replyLost: 1 } },
  { name: ', a request sent twice', faults: { sentTwice: 1 } },
  { name: ', a request refused', faults: { refused: 1 } },
  { name: ', a lost message', faults: { lost: 1 } },
  { name: ', a copy and a stray wake-up', faults: { copied: 1, strayWake: 1 } },
]

const each = withFaults({
  faults: FAULTS,
  deviations: DEVIATIONS,
  besideAFault: DEVIATIONS_BESIDE_A_FAULT,
})

export const LIMITERS: readonly World[] = [
  ...each('two limiters', 'who has one of two gives it back or gets the other', TWO),
  ...each('three shards in a line', 'each has its turn, whoever dies with the unit', LINE),
  ...each('two priorities in a line', 'the worse one has its turn, too, whoever dies', PRIORITIES),
  ...each('a limit lowered', 'units that are out stay in use, and none comes to them', LOWERED),
]
