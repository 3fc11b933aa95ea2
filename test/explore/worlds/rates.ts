/** Windows. Times are those that something waits for, and a few between. */
import { defineConfig } from '../../../lib/core/queue/config.ts'
import { type World, worldOf } from '../world.ts'

const configOf = (allowed: number) =>
  defineConfig({
    queues: { crm: { concurrency: 2, rateLimit: { allowed, period: 1000 }, retry: { backoff: 0 } } },
  })
const job = (id: string) => ({ id, queue: 'crm' })
/** More than half of the margin; a whole period. */
const DELAYS_MS = [13, 1000]

export const RATES: readonly World[] = [
  worldOf({
    name: 'a window of one',
    about: 'two jobs that may not start within a second of each other',
    config: configOf(1),
    puts: [[job('a')], [job('b')]],
  }),
  worldOf({
    name: 'a window of one, slow calls',
    about: 'starts that are late are counted again, or given back',
    config: configOf(1),
    standing: [job('a'), job('b')],
    dispatchers: 1,
    delays_ms: DELAYS_MS,
    faults: { slow: 1 },
  }),
  worldOf({
    name: 'a window of one, a crash',
    about: 'a start whose worker has died counts',
    config: configOf(1),
    puts: [[job('a')], [job('b')]],
    faults: { crash: 1 },
  }),
]
