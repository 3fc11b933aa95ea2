/** The queues: what jobs may do to the services that they call. */
import { defineConfig } from '../../lib/index.ts'

/** One queue for each service that is called; its limits hold for each customer. */
export default defineConfig({
  queues: {
    crm: {
      partition: { payload: 'customerId' },
      concurrency: 3,
      // The CRM counts calls when they arrive: half a second for those that take longer than others on their way.
      rateLimit: { allowed: 20, period: '2s', margin: '500ms' },
      retry: { attempts: 5, backoff: '200ms', maxBackoff: '2s' },
      timeout: '10s',
    },
  },
})
