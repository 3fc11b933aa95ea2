/** The demo's queues: the example's, one with a total, and two that share a pool. */
import example from '../examples/crm-sync/config.ts'
import { defineConfig } from '../lib/index.ts'
import { GUARANTEED, MAIL, MODEL, SUMMARISE } from './shared.ts'

/** Of each customer. */
const QUEUE = {
  partition: { payload: 'customerId' },
  concurrency: 3,
  retry: { attempts: 5, backoff: '200ms', maxBackoff: '2s' },
  timeout: '10s',
} as const

export default defineConfig({
  pools: { model: { concurrency: MODEL.limits.concurrency } },
  queues: {
    ...example.input.queues,
    mail: {
      ...QUEUE,
      total: {
        concurrency: MAIL.limits.concurrency,
        // The margin is wide, for the machine of a demo may be slow.
        rateLimit: { allowed: MAIL.limits.allowed, period: MAIL.limits.period_ms, margin: '500ms' },
      },
      guaranteed: { [GUARANTEED.customerId]: GUARANTEED.places },
    },
    answers: { ...QUEUE, pools: { model: 1 } },
    summaries: { ...QUEUE, pools: { model: SUMMARISE.units } },
  },
})
