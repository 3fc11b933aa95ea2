/** The queues, and the schedules that a deploy makes, changes and removes as a set. */
import { defineConfig } from '../../lib/index.ts'

export default defineConfig({
  queues: {
    reports: { partition: { payload: 'customer' }, concurrency: 2, retry: { attempts: 3, backoff: '1s' } },
  },
  schedules: {
    declared: {
      'clean-up': {
        task: 'clean-up',
        queue: 'reports',
        cron: '*/10 * * * * *',
        payload: { customer: 'all' },
        options: { missed: 'skip', overlap: 'skip' },
      },
    },
  },
})
