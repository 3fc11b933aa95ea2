import { defineConfig } from '../../../lib/index.ts'

export default defineConfig({
  queues: {
    /** One job at a time for each customer: order shows. */
    serial: {
      partition: { payload: 'customer' },
      concurrency: 1,
      timeout: '4s',
      retry: { attempts: 2, backoff: '100ms' },
      history: '30d',
    },
    limited: {
      partition: { payload: 'customer' },
      concurrency: 3,
      // The recorder counts what arrives, and this machine may be slow.
      rateLimit: { allowed: 5, period: '2s', margin: '500ms' },
      timeout: '4s',
      retry: { attempts: 3, backoff: '200ms' },
    },
    /** Handlers that run for so long that they hear of what happens meanwhile. */
    patient: {
      partition: { payload: 'customer' },
      concurrency: 1,
      timeout: '8s',
      retry: { backoff: '100ms' },
    },
    /** A limit that needs several shards. */
    wide: { concurrency: 24, timeout: '4s' },
    /** Two queues, and one API behind both. */
    heavy: { partition: { payload: 'customer' }, concurrency: 2, total: 3, pools: { api: 2 }, timeout: '4s' },
    derived: { partition: { payload: 'customer' }, app: 'hubspot', timeout: '4s' },
    /** Whatever the others do, `vip` finds a place. */
    shared: {
      partition: { payload: 'customer' },
      concurrency: 10,
      total: 3,
      guaranteed: { vip: 1 },
      timeout: '4s',
    },
    /** So large a total lies in chunks. */
    vast: { partition: { payload: 'customer' }, concurrency: 1, total: 66, timeout: '8s' },
    sized: {
      partition: { payload: 'customer' },
      concurrency: 1,
      timeout: '4s',
      retry: { attempts: 2, backoff: '100ms' },
      maxQueueSize: { queue: 100, partition: 3 },
    },
    /** Three of its jobs are one call, or what there is after two seconds. */
    batched: {
      partition: { payload: 'customer' },
      concurrency: 1,
      timeout: '4s',
      retry: { attempts: 3, backoff: '100ms' },
      batch: { size: 3, wait: '2s' },
    },
    /** The jobs of a call share a text. */
    keyed: {
      partition: { payload: 'customer' },
      concurrency: 1,
      timeout: '4s',
      batch: { size: 3, wait: '1m', by: { payload: 'text' } },
    },
    /** Two queues that share a rate, of which each job of one counts as two starts. */
    mail: { partition: { payload: 'customer' }, pools: { mailer: 1 }, timeout: '4s' },
    letter: { partition: { payload: 'customer' }, pools: { mailer: { cost: 2 } }, timeout: '4s' },
    /** Its rate counts what jobs cost, in all shards and lanes of a customer; its API's how many start. */
    tokens: {
      partition: { payload: 'customer' },
      concurrency: 20,
      rateLimit: { allowed: 100, period: '2s', margin: '500ms' },
      costs: true,
      pools: { requests: 1 },
      timeout: '4s',
    },
    /** One start in each interval, for each customer. */
    paced: { partition: { payload: 'customer' }, minInterval: '1s', timeout: '4s' },
    /** Slow while too many fail: half of four are too many. */
    eased: {
      partition: { payload: 'customer' },
      minInterval: '100ms',
      adaptive: { outcomes: 4, minimumOutcomes: 4, threshold: 0.5, factor: 10, most: 20, recovery: '1m' },
      timeout: '4s',
      retry: { attempts: 1 },
    },
    /** Whose limit a job shares, by its task, by two of its values, or by what stands beside its payload. */
    tasked: { partition: 'task', concurrency: 1, timeout: '4s' },
    paired: { partition: { payload: ['customer', 'text'] }, concurrency: 1, timeout: '4s' },
    planned: { partition: { meta: ['tenant', 'plan.name'] }, concurrency: 1, timeout: '4s' },
    light: { partition: { payload: 'customer' }, concurrency: 2, pools: { api: 1 }, timeout: '4s' },
    /** Its rate goes by another rule than its partitions. */
    zoned: {
      partition: { payload: 'customer' },
      concurrency: 3,
      rateLimit: { allowed: 4, period: '2s', margin: '500ms', partition: { payload: 'text' } },
      timeout: '4s',
    },
  },
  pools: {
    api: { concurrency: 5 },
    gpu: { concurrency: 3 },
    // As above: the recorder counts what arrives.
    mailer: { rateLimit: { allowed: 6, period: '2s', margin: '500ms' } },
    requests: { rateLimit: { allowed: 4, period: '2s', margin: '500ms' }, costs: false },
  },
  tags: [
    { key: 'model', concurrency: 3 },
    { key: 'model', value: 'gpt-5', concurrency: 2 },
    { key: 'user', each: true, concurrency: 1 },
    { key: 'portal', each: true, rateLimit: { allowed: 4, period: '2s', margin: '500ms' } },
  ],
  apps: { hubspot: { rate: 40, frequency_s: 10 } },
})
