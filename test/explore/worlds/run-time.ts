/** What people do while jobs run: a queue is paused and resumed, and a partition is guaranteed a part of a total. */
import { totalOf } from '../../../lib/core/limits/queue-limiter.ts'
import { defineConfig } from '../../../lib/core/queue/config.ts'
import { type World, worldOf } from '../world.ts'
import { ALL_BUT_COPIES, ALONE, DEVIATIONS, RETRY_ONCE, USUAL, withFaults } from './with-faults.ts'

const partition = { payload: 'customer' }
const one = (id: string, of: string) => ({ id, queue: 'crm', partition: of })

/** The second job waits for the slot of the first, and may find the pause instead. */
const PAUSED = {
  config: defineConfig({ queues: { crm: { concurrency: 1, retry: RETRY_ONCE } } }),
  standing: [
    { id: 'a', queue: 'crm' },
    { id: 'b', queue: 'crm' },
  ],
  pauses: 'crm',
  ...ALONE,
}

/** A worker has asked which queues are paused before it runs the second of these: it asks again for the third. */
const IN_ONE_INVOCATION = {
  ...PAUSED,
  name: 'a queue paused amid an invocation',
  about: 'what a process has read of pauses does not last',
  standing: [...PAUSED.standing, { id: 'c', queue: 'crm' }],
  deviations: DEVIATIONS,
}

/** One customer has more jobs than are left to it, once the other is guaranteed one of two units. */
const GUARANTEED = {
  config: defineConfig({ queues: { crm: { partition, concurrency: 2, total: 2, retry: RETRY_ONCE } } }),
  standing: [one('a', 'x'), one('b', 'x'), one('c', 'y')],
  sets: { of: totalOf('crm'), guaranteed: { y: 1 } },
  ...ALONE,
}

const each = withFaults(USUAL)
/** Copies find nothing here that they do not find in worlds with a line. */
const withoutCopies = withFaults(ALL_BUT_COPIES)

export const RUN_TIME: readonly World[] = [
  ...each('a queue paused', 'nothing starts amid the pause, and nothing is left waiting by it', PAUSED),
  worldOf(IN_ONE_INVOCATION),
  ...withoutCopies(
    'a guarantee set',
    'the others leave it what it lacks, and all come to their ends',
    GUARANTEED,
  ),
]
