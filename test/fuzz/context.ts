/** The use cases' world for one batch of inputs: memory, a clock that stands still, and a logger that remembers. */
import { eventsToLog } from '../../lib/adapters/events/to-log.ts'
import { memoryPayloads } from '../../lib/adapters/memory/payloads.ts'
import { memoryQueues } from '../../lib/adapters/memory/queues.ts'
import { emptyTables } from '../../lib/adapters/memory/tables.ts'
import { defineConfig } from '../../lib/core/queue/config.ts'
import { NO_SETTINGS } from '../../lib/core/queue/queue-settings.ts'
import type { Token } from '../../lib/core/shard/state.ts'
import type { WorkerContext } from '../../lib/use-cases/context.ts'
import { NOW } from '../support/builders.ts'
import { strictStore } from './strict-store.ts'

export const CONFIG = defineConfig({
  queues: {
    crm: {
      partition: { payload: 'customer' },
      concurrency: 100,
      shards: 1,
      retry: { attempts: 2, backoff: 0 },
    },
    bulk: { partition: { meta: 'tenant' }, concurrency: 100, shards: 10, retry: { attempts: 2, backoff: 0 } },
    plain: { concurrency: 100, shards: 1, retry: { attempts: 2, backoff: 0 } },
    ruled: {
      concurrency: 100,
      shards: 1,
      rateLimit: { allowed: 1000, period: '1s', partition: { payload: 'customer' } },
      retry: { attempts: 2, backoff: 0 },
    },
    costly: {
      concurrency: 100,
      shards: 1,
      costs: true,
      rateLimit: { allowed: 100, period: '1s' },
      pools: { api: 1 },
      retry: { attempts: 2, backoff: 0 },
    },
    batched: {
      partition: { payload: 'customer' },
      concurrency: 100,
      shards: 1,
      batch: { size: 3, wait: '1s' },
      retry: { attempts: 2, backoff: 0 },
    },
  },
  pools: { api: { rateLimit: { allowed: 200, period: '1s' } } },
})

export function fuzzContext() {
  const tables = emptyTables()
  const { work, wake, sent } = memoryQueues()
  const lines: { readonly message: string; readonly details: unknown }[] = []
  const log = (message: string, details?: unknown) => void lines.push({ message, details })
  let [now, tokens] = [NOW, 0]
  const context: WorkerContext = {
    config: CONFIG,
    store: strictStore(tables),
    payloads: memoryPayloads(() => now),
    work,
    wake,
    clock: { now: () => now, sleep: async () => {} },
    random: { number: () => 0.5, token: () => `t${tokens++}` as Token },
    events: eventsToLog({ debug: log, info: log, warn: log, error: log }),
    deployment: {
      isReplaced: async () => false,
      isAlone: async () => true,
      settings: async () => NO_SETTINGS,
    },
  }
  const wait = (delay_ms: number): void => {
    now += delay_ms
  }
  return { context, tables, sent, lines, wait }
}
