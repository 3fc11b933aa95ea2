/** A deploy changes the number of shards while jobs run, and for a while both versions are at work. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ItemCollection } from '../../../lib/adapters/memory/item-collection.ts'
import { memoryPayloads } from '../../../lib/adapters/memory/payloads.ts'
import { memoryQueues } from '../../../lib/adapters/memory/queues.ts'
import { memoryStore } from '../../../lib/adapters/memory/store.ts'
import { emptyTables, type Tables } from '../../../lib/adapters/memory/tables.ts'
import { newJob } from '../../../lib/core/job/new-job.ts'
import type { ShardKey } from '../../../lib/core/keys.ts'
import { defineConfig } from '../../../lib/core/queue/config.ts'
import type { Store } from '../../../lib/ports/store.ts'
import type { WorkerContext } from '../../../lib/use-cases/context.ts'
import { pass } from '../../../lib/use-cases/pass/pass.ts'
import { execute } from '../../../lib/use-cases/run/execute.ts'
import { asToken, NOW } from '../../support/builders.ts'

const LIMIT = 8
const ALLOWED = 12
const PERIOD_MS = 60_000
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

class Overlap {
  readonly tables: Tables = emptyTables()
  readonly queues = memoryQueues()
  readonly versions: WorkerContext[]
  now = NOW
  running = 0
  most = 0
  readonly starts: number[] = []
  #tokens = 0
  readonly #finish: (() => void)[] = []

  constructor(layouts: readonly number[], turns: () => number) {
    const store = memoryStore(this.tables)
    const delayed: Store = {
      jobs: slow(store.jobs, turns),
      states: slow(store.states, turns),
      history: store.history,
    }
    this.versions = layouts.map((shards) => ({
      config: configOf(shards),
      store: delayed,
      payloads: memoryPayloads(() => this.now),
      ...this.queues,
      clock: { now: () => this.now, sleep: async () => {} },
      random: { number: () => 0.5, token: () => asToken(`token-${this.#tokens++}`) },
      events: { emit: () => {} },
      deployment: { isReplaced: async () => false },
    }))
  }

  put(version: WorkerContext, id: string): void {
    const item = newJob(version.config, { queue: 'crm', task: 't', payload: { customer: 'a' }, id }, this.now)
    if (!item.ok) throw new Error(item.reason)
    this.tables.jobs.set(
      item.value.pk,
      (this.tables.jobs.get(item.value.pk) ?? new ItemCollection()).set(item.value.sk, item.value),
    )
  }

  visit(version: WorkerContext): Promise<unknown> {
    const shards = new Set([...this.tables.jobs.keys(), ...this.tables.states.keys()]) as Set<ShardKey>
    return Promise.all([...shards].map((shard) => pass(version, { shard })))
  }

  /** Starts whatever has been claimed; it runs until it is told to end. */
  startAll(version: WorkerContext): void {
    for (const message of this.queues.sent.work.splice(0)) {
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
    return Math.max(
      0,
      ...this.starts.map((end) => this.starts.filter((at) => at > end - PERIOD_MS && at <= end).length),
    )
  }
}

const KINDS = ['put', 'visit', 'visit', 'visitBoth', 'start', 'end', 'time'] as const

interface Step {
  readonly version: number
  readonly kind: 'put' | 'visit' | 'visitBoth' | 'start' | 'end' | 'time'
  readonly amount: number
}

const settle = async () => {
  for (let n = 0; n < 8; n++) await new Promise((resolve) => setImmediate(resolve))
}
/** A shard that looked at its siblings before it had entered itself: nine jobs ran where eight may. */
const FOUND: [number[], Step[], number[]] = [
  [1, 2],
  [
    { version: 0, kind: 'put', amount: 3 },
    { version: 1, kind: 'put', amount: 1 },
    { version: 0, kind: 'visitBoth', amount: 0 },
    { version: 0, kind: 'put', amount: 9 },
    { version: 0, kind: 'visit', amount: 0 },
    { version: 0, kind: 'start', amount: 0 },
  ],
  [3, 9],
]

const step: fc.Arbitrary<Step> = fc.record({
  version: fc.nat(1),
  kind: fc.constantFrom(...KINDS),
  amount: fc.nat(9),
})

describe('while two layouts overlap', () => {
  test('no more jobs run, and no more start, than the partition’s limits allow', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.constantFrom(1, 2, 3, 4), { minLength: 2, maxLength: 2 }),
        fc.array(step, { minLength: 10, maxLength: 60 }),
        fc.array(fc.nat(12), { minLength: 1, maxLength: 40 }),
        async (layouts, steps, delays) => {
          let turn = 0
          const world = new Overlap(layouts, () => delays[turn++ % delays.length] ?? 0)
          let jobs = 0
          for (const { version: n, kind, amount } of steps) {
            const version = world.versions[n]
            if (!version) continue
            if (kind === 'put') for (let k = 0; k <= amount; k++) world.put(version, `job-${jobs++}`)
            if (kind === 'visit') await world.visit(version)
            if (kind === 'visitBoth') await Promise.all(world.versions.map((both) => world.visit(both)))
            if (kind === 'start') world.startAll(version)
            if (kind === 'end') world.endOne()
            if (kind === 'time') world.now += amount * 3000
            await settle()
            expect(world.running).toBeLessThanOrEqual(LIMIT)
          }
          expect(world.most).toBeLessThanOrEqual(LIMIT)
          expect(world.busiestWindow()).toBeLessThanOrEqual(ALLOWED)
        },
      ),
      { numRuns: 200, examples: [FOUND] },
    )
  })

  test('the new layout uses the whole limit once the old one is empty', async () => {
    const world = new Overlap([1, 4], () => 0)
    const [before, after] = world.versions
    if (!before || !after) throw new Error('two versions')
    for (let n = 0; n < LIMIT; n++) world.put(before, `old-${n}`)
    await world.visit(before)
    world.startAll(before)
    await settle()
    expect(world.running).toBe(LIMIT)
    for (let n = 0; n < 40; n++) world.put(after, `new-${n}`)
    await world.visit(after)
    world.startAll(after)
    await settle()
    expect(world.running).toBe(LIMIT)
    for (let n = 0; n < LIMIT; n++) world.endOne()
    world.now += 2 * PERIOD_MS
    await settle()
    for (let n = 0; n < 3; n++) await world.visit(after)
    world.startAll(after)
    await settle()
    expect(world.running).toBe(LIMIT)
    expect(
      [...world.tables.states.values()].filter(({ layout }) => layout?.shards === 4 && layout.settled),
    ).not.toHaveLength(0)
  })
})
