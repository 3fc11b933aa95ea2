/** The configuration of each deploy. What changes from one to the next is what the test is about. */
import { type Config, type DeclaredInput, defineConfig, type QueueInput } from '../../../lib/index.ts'
import { inForce, type Stage } from './stages.ts'

export const CONCURRENCY = { first: 3, raised: 6, lowered: 2, early: 6, failed: 6, back: 2 } as const
export const STARTS = { first: 10, raised: 30, lowered: 10, early: 30, failed: 30, back: 10 } as const
export const PERIOD_MS = 2000
/** Spread over several shards, whose number changes too. Few, for each running job is a process of the emulator's. */
export const WIDE = { first: 4, raised: 9, lowered: 4, early: 8, failed: 9, back: 4 } as const
/** Two queues and what they share: a job of the one takes two units, a job of the other one. */
export const UNITS = { first: 4, raised: 8, lowered: 3, early: 8, failed: 8, back: 3 } as const
export const WEIGHTS = { heavy: 2, light: 1 } as const
/** Of the one queue, whatever its customers. */
export const TOTAL = { first: 2, raised: 3, lowered: 2, early: 3, failed: 3, back: 2 } as const
/** Over how many partitions the schedules are spread: each deploy moves them. */
const PARTITIONS = { first: 4, raised: 16, lowered: 3, early: 16, failed: 16, back: 4 } as const
const SHARDS = { first: 1, raised: 3, lowered: 2, early: 3, failed: 1, back: 1 } as const

/** A worker that dies does not use a job up. The rate's margin is wide, for the machine of a test may be slow. */
const patient = { timeout: '8s', retry: { attempts: 20, backoff: '200ms', maxBackoff: '2s' } } as const

const customers = { ...patient, partition: { payload: 'customer' }, concurrency: 2 } as const

const isWithoutGone = (stage: Stage): boolean => inForce(stage) === 'lowered'

export const configOf = (stage: Stage): Config => {
  const queues: Record<string, QueueInput> = {
    ways: {
      partition: { payload: 'customer' },
      concurrency: 2,
      timeout: '8s',
      retry: { attempts: 2, backoff: '100ms' },
    },
    slots: { ...patient, partition: { payload: 'customer' }, concurrency: CONCURRENCY[stage] },
    rates: {
      ...patient,
      partition: { payload: 'customer' },
      concurrency: 3,
      rateLimit: { allowed: STARTS[stage], period: PERIOD_MS, margin: 1000 },
    },
    wide: {
      ...patient,
      partition: { payload: 'customer' },
      concurrency: WIDE[stage],
      shards: SHARDS[stage],
    },
    heavy: { ...customers, total: TOTAL[stage], pools: { api: WEIGHTS.heavy } },
    light: { ...customers, pools: { api: WEIGHTS.light } },
    ticks: { ...customers },
    remembered: { ...patient, partition: { payload: 'customer' }, concurrency: 1, history: '1d' },
    ...(stage === 'first' ? {} : { fresh: { ...patient, concurrency: 2 } }),
    ...(isWithoutGone(stage) ? {} : { gone: { ...patient, concurrency: 2 } }),
  }
  const schedules = { partitions: PARTITIONS[stage], declared: declaredOf(stage) }
  return defineConfig({ queues, pools: { api: { concurrency: UNITS[stage] } }, schedules })
}

/** The name of the schedule that the configuration declares: made, changed, removed, and made again by deploys. */
export const DECLARED = 'declared'
/** Whether a deploy declares it. Those that fail would change it back. */
export const isDeclared = (stage: Stage): boolean => stage !== 'lowered'

const declaredOf = (stage: Stage): Record<string, DeclaredInput> =>
  isDeclared(stage)
    ? {
        [DECLARED]: {
          task: 'ticks',
          queue: 'ticks',
          every: stage === 'first' ? '3s' : '2s',
          payload: { customer: DECLARED, name: stage },
        },
      }
    : {}

export const hasQueue = (stage: Stage, queue: string): boolean => queue in configOf(stage).queues
