import { defineConfig } from '../../../lib/index.ts'

export default defineConfig({
  queues: {
    stubborn: { partition: { payload: 'customer' }, concurrency: 1, timeout: '1s', retry: { attempts: 1 } },
  },
})
