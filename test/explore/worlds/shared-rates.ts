/** A rate that two shards share: who is granted the start, and what becomes of it if that one dies or is late. */
import { defineConfig } from '../../../lib/core/queue/config.ts'
import { type World, worldOf } from '../world.ts'

const CONTENDED = {
  config: defineConfig({
    pools: { api: { rateLimit: { allowed: 1, period: 1000 } } },
    queues: {
      crm: {
        partition: { payload: 'customer' },
        concurrency: 1,
        pools: { api: 1 },
        retry: { attempts: 2, backoff: 0 },
      },
    },
  }),
  standing: [
    { id: 'a', queue: 'crm', partition: 'x' },
    { id: 'b', queue: 'crm', partition: 'y' },
  ],
  dispatchers: 1,
  workers: 1,
}
/** All that can happen would be millions of states. */
const DEVIATIONS = 4
const DEVIATIONS_BESIDE_A_FAULT = 1
/** The length of a period: a start that was granted is over by then. */
const PERIOD_MS = 1000

const contended = (
  fault: string,
  about: string,
  part: Pick<Parameters<typeof worldOf>[0], 'faults' | 'delays_ms'>,
): World =>
  worldOf({
    ...CONTENDED,
    ...part,
    name: `one start for two shards${fault}`,
    about,
    deviations: fault === '' ? DEVIATIONS : DEVIATIONS_BESIDE_A_FAULT,
  })

export const SHARED_RATES: readonly World[] = [
  contended('', 'one of them is granted it, and the other a later one', {}),
  contended(', a crash', 'the start of one that has died is over after a while', { faults: { crash: 1 } }),
  contended(', a lost reply', 'a grant whose reply was lost is found again, or is over', {
    faults: { replyLost: 1 },
  }),
  contended(', a lost message', 'a job whose message was lost starts by another grant', {
    faults: { lost: 1 },
  }),
  contended(', a grant that lapses', 'a job that comes too late goes back, unspent, and gets another start', {
    faults: { slow: 1 },
    delays_ms: [PERIOD_MS],
  }),
]
