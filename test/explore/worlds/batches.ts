/** Batches: jobs of a partition that are one attempt, with one slot and one start. */
import { defineConfig } from '../../../lib/core/queue/config.ts'
import type { World } from '../world.ts'
import { withFaults } from './with-faults.ts'

const retry = { attempts: 2, backoff: 0 }
const WAIT_MS = 2000
const configOf = (concurrency: number, wait: number) =>
  defineConfig({
    queues: {
      crm: { partition: { payload: 'customer' }, concurrency, batch: { size: 2, wait }, retry },
    },
  })
const one = (id: string) => ({ id, queue: 'crm', partition: 'x' })
const ALONE = { dispatchers: 1, workers: 1 }
/** All that can happen in them would be millions of states. */
const DEVIATIONS = 3
const DEVIATIONS_BESIDE_A_FAULT = 1

/** Two of them are a batch, and the third waits for another that never comes. */
const WAITING = { config: configOf(1, WAIT_MS), standing: [one('a'), one('b'), one('c')], ...ALONE }

/** A job comes to the one that is there before it is claimed or after, when there is a second slot for it. */
const COMING = { config: configOf(2, 0), standing: [one('a')], puts: [[one('b')]], dispatchers: 1 }

const FAULTS = [
  { name: '', faults: {} },
  { name: ', a crash', faults: { crash: 1 } },
  { name: ', a lost reply', faults: { replyLost: 1 } },
  { name: ', a lost message', faults: { lost: 1 } },
  { name: ', a copy and a stray wake-up', faults: { copied: 1, strayWake: 1 } },
  { name: ', a failure', faults: { handlerFails: 1 } },
]

const each = withFaults({
  faults: FAULTS,
  deviations: DEVIATIONS,
  besideAFault: DEVIATIONS_BESIDE_A_FAULT,
})

export const BATCHES: readonly World[] = [
  ...each('a batch of two of three', 'each job is run once, and ends by its own result', WAITING),
  ...each('a batch and a job that comes', 'it is one of the batch, or another attempt', COMING),
]
