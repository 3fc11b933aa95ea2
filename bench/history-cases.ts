/** The rows of the cost budget for queues that remember the jobs that have ended: one write unit more a job, and nothing read. */
import { defineConfig } from '../lib/core/queue/config.ts'
import { type Cost, Cycle } from './cycle.ts'
import type { Bench } from './harness.ts'

const JOBS = 41
const CUSTOMER = 'customer-1'
/** What a put of a small job costs. A backlog is put before the measurement begins. */
const PUT = 1
const RECORD = 1
/** Of jobs of a queue without history. */
const SPARSE = { writes: 5, reads: 3 }
const BACKLOG = { writes: 3, reads: 3 }

const CONFIG = defineConfig({
  queues: {
    crm: { partition: { payload: 'customer' }, concurrency: 1, timeout: '10s', history: '30d' },
  },
})

export async function measureHistory(bench: Bench): Promise<Cost[]> {
  return [await sparse(bench), await backlog(bench)]
}

async function sparse(bench: Bench): Promise<Cost> {
  const scenario = await bench.scenario(CONFIG)
  const cycle = new Cycle(bench.units)
  for (let n = 0; n < JOBS; n++) {
    await scenario.put(CUSTOMER)
    await scenario.work(1, 1, () => cycle.start())
  }
  const cost = cycle.cost('history: sparse', 0, SPARSE.writes + RECORD)
  return { ...cost, readBudget: SPARSE.reads }
}

async function backlog(bench: Bench): Promise<Cost> {
  const scenario = await bench.scenario(CONFIG)
  await scenario.putMany(CUSTOMER, JOBS + 10)
  const cycle = new Cycle(bench.units)
  await scenario.work(JOBS, JOBS, () => cycle.start())
  const cost = cycle.cost('history: backlog, next job in the same invocation', PUT, BACKLOG.writes + RECORD)
  return { ...cost, readBudget: BACKLOG.reads }
}
