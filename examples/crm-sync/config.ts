import { defineConfig } from '../../lib/index.ts'

/** One queue for each service that is called; its limits hold for each customer. */
export default defineConfig({
  queues: {
    crm: {
      partition: { payload: 'customerId' },
      concurrency: 3,
      rateLimit: { allowed: 20, period: '2s' },
      retry: { attempts: 5, backoff: '200ms', maxBackoff: '2s' },
      timeout: '10s',
    },
  },
})
