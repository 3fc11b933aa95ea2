/** The rows of the cost budget for jobs that are the only one with their key, by what the README says that each costs. */
import { defineConfig } from '../lib/core/queue/config.ts'
import { type Cost, Cycle } from './cycle.ts'
import type { Bench, Scenario } from './harness.ts'
import { putOnly } from './only-job.ts'

const JOBS = 21
const CUSTOMER = 'customer-1'
/** A job by itself that has no key. */
const ALONE = 5
const KEY = 3
/** The key's last job is gone: its lock is found, and taken over on condition of that. */
const KEY_USED = 9
const REPLACED = 12
/** So late that none is due while this is measured. */
const LATE = { wait: '10m', max: '1h' } as const

const CONFIG = defineConfig({
  queues: { crm: { partition: { payload: 'customer' }, concurrency: 1, timeout: '10s' } },
})

export async function measureOnce(bench: Bench): Promise<Cost[]> {
  return [
    await sparse(bench, 'an idempotency key: sparse', ALONE + KEY, (n) => ({ idempotencyKey: `order-${n}` })),
    await sparse(bench, 'a unique key that is new: sparse', ALONE + KEY, (n) => ({
      unique: { key: `only-${n}` },
    })),
    await sparse(bench, 'a unique key that was used before: sparse', ALONE + KEY_USED, () => ({
      unique: { key: 'only' },
    })),
    await debounced(bench),
  ]
}

type Once = Parameters<typeof putOnly>[2]

async function sparse(bench: Bench, name: string, budget: number, once: (n: number) => Once): Promise<Cost> {
  const scenario = await bench.scenario(CONFIG)
  const cycle = new Cycle(bench.units)
  for (let n = 0; n < JOBS; n++) {
    await putOnly(scenario, CUSTOMER, once(n))
    await scenario.work(1, 1, () => cycle.start())
  }
  return cycle.cost(name, 0, budget)
}

/** From one call to the next: each takes the place of the one before, and its wait begins anew. */
async function debounced(bench: Bench): Promise<Cost> {
  const scenario: Scenario = await bench.scenario(CONFIG)
  const once = { debounce: { key: 'index', ...LATE } }
  await putOnly(scenario, CUSTOMER, once)
  const cycle = new Cycle(bench.units)
  for (let n = 0; n < JOBS; n++) {
    const there = await putOnly(scenario, CUSTOMER, once)
    if (!there?.replaced) throw new Error('it has not replaced the one that waits')
    cycle.start()
  }
  return cycle.cost('a debounced job, each that replaces another', 0, REPLACED)
}
