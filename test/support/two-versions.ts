/** Two versions of the functions that have different numbers of shards, on one memory store whose calls take turns. */

import { ItemCollection } from '../../lib/adapters/memory/item-collection.ts'
import { memoryPayloads } from '../../lib/adapters/memory/payloads.ts'
import { memoryQueues } from '../../lib/adapters/memory/queues.ts'
import { memoryStore } from '../../lib/adapters/memory/store.ts'
import { emptyTables, type Tables } from '../../lib/adapters/memory/tables.ts'
import { newJob } from '../../lib/core/job/new-job.ts'
import type { ShardKey } from '../../lib/core/keys.ts'
import { defineConfig } from '../../lib/core/queue/config.ts'
import type { Store } from '../../lib/ports/store.ts'
import { execute } from '../../lib/use-cases/attempt/execute.ts'
import type { WorkerContext } from '../../lib/use-cases/context.ts'
import { pass } from '../../lib/use-cases/pass/pass.ts'
import { asToken, NOW, value } from './builders.ts'

export const LIMIT = 8
export const ALLOWED = 12
export const PERIOD_MS = 60_000
const configOf = (shards: number) =>
  defineConfig({
    queues: {
      crm: {
        partition: { payload: 'customer' },
        concurrency: LIMIT,
        rateLimit: { allowed: ALLOWED, period: PERIOD_MS },
        timeout: 1000,
        shards,
      },
    },
  })

/** Every call of the store takes a while of its own, so that two passes run into each other. */
function slow<T extends object>(part: T, turns: () => number): T {
  return new Proxy(part, {
    get: (target, name) => {
      const method = Reflect.get(target, name)
      if (typeof method !== 'function') return method
      return async (...args: unknown[]) => {
        for (let n = turns(); n > 0; n--) await Promise.resolve()
        return method.apply(target, args)
      }
    },
  })
}

export class TwoVersions {
  readonly tables: Tables = emptyTables()
  readonly versions: readonly WorkerContext[]
  now = NOW
  running = 0
  most = 0
  readonly starts: number[] = []
  readonly #queues = memoryQueues()
  #tokens = 0
  readonly #finish: (() => void)[] = []

  constructor(shards: readonly number[], turns: () => number) {
    const store = memoryStore(this.tables)
    const delayed: Store = {
      jobs: slow(store.jobs, turns),
      states: slow(store.states, turns),
      history: store.history,
      schedules: store.schedules,
    }
    this.versions = shards.map((count) => ({
      config: configOf(count),
      store: delayed,
      ...this.#queues,
      clock: { now: () => this.now, sleep: async () => {} },
      random: { number: () => 0.5, token: () => asToken(`token-${this.#tokens++}`) },
      events: { emit: () => {} },
      deployment: {
        isReplaced: async () => false,
        isAlone: async () => true,
        settings: () => store.states.queueSettings(),
      },
      payloads: memoryPayloads(() => this.now, new Map()),
    }))
  }

  put(version: WorkerContext, id: string): void {
    const input = { queue: 'crm', task: 't', payload: { customer: 'a' }, id }
    const item = value(newJob(version.config, input, this.now))
    const shard = this.tables.jobs.get(item.pk) ?? new ItemCollection()
    this.tables.jobs.set(item.pk, shard.set(item.sk, item))
  }

  visit(version: WorkerContext): Promise<unknown> {
    const shards = new Set([...this.tables.jobs.keys(), ...this.tables.states.keys()]) as Set<ShardKey>
    return Promise.all([...shards].map((shard) => pass(version, { shard })))
  }

  /** Starts whatever has been claimed; it runs until it is told to end. */
  startAll(version: WorkerContext): void {
    for (const message of this.#queues.sent.work.splice(0)) {
      const invocation = { remaining_ms: () => 3_600_000, redelivered: false }
      void execute(version, message, invocation, async () => {
        this.starts.push(this.now)
        this.most = Math.max(this.most, ++this.running)
        await new Promise<void>((resolve) => this.#finish.push(resolve))
        this.running--
        return { kind: 'succeeded' }
      })
    }
  }

  endOne(): void {
    this.#finish.shift()?.()
  }

  busiestWindow(): number {
    const startsUntil = (end: number) => this.starts.filter((at) => at > end - PERIOD_MS && at <= end).length
    return Math.max(0, ...this.starts.map(startsUntil))
  }
}
