/** Batches: jobs of a partition that are one attempt, with one slot and one start. */
import { defineConfig } from '../../../lib/core/queue/config.ts'
import type { World } from '../world.ts'
import { ALONE, RETRY_ONCE, WITH_FAILURE, withFaults } from './with-faults.ts'

const WAIT_MS = 2000
const configOf = (concurrency: number, wait: number) =>
  defineConfig({
    queues: {
      crm: { partition: { payload: 'customer' }, concurrency, batch: { size: 2, wait }, retry: RETRY_ONCE },
    },
  })
const one = (id: string) => ({ id, queue: 'crm', partition: 'x' })

/** Two of them are a batch, and the third waits for another that never comes. */
const WAITING = { config: configOf(1, WAIT_MS), standing: [one('a'), one('b'), one('c')], ...ALONE }

/** A job comes to the one that is there before it is claimed or after, when there is a second slot for it. */
const COMING = { config: configOf(2, 0), standing: [one('a')], puts: [[one('b')]], dispatchers: 1 }

const each = withFaults(WITH_FAILURE)

export const BATCHES: readonly World[] = [
  ...each('a batch of two of three', 'each job is run once, and ends by its own result', WAITING),
  ...each('a batch and a job that comes', 'it is one of the batch, or another attempt', COMING),
]
