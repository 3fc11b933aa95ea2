/** The rows of the cost budget for what limits single jobs: tags and pools, by lanes. */

import type { Labels } from '../lib/core/job/labels.ts'
import { type Config, defineConfig } from '../lib/core/queue/config.ts'
import { type Cost, Cycle } from './cycle.ts'
import type { Bench } from './harness.ts'

const JOBS = 41
const PUT = 1
/** As for the limiters of queues. */
const SPARSE = 5
const MORE_SPARSE = 2
const BACKLOG = 3
const MORE_BACKLOG = 0.2

const CONFIG: Config = defineConfig({
  pools: { gpu: { concurrency: 4 } },
  tags: [{ key: 'model', concurrency: 4 }],
  queues: { crm: { partition: { payload: 'customer' }, concurrency: 1, timeout: '10s' } },
})
const FULL: Config = defineConfig({ ...CONFIG.input, tags: [{ key: 'model', concurrency: 1 }] })
const TAG: Labels = { tags: { model: 'gpt-5' } }
const BOTH: Labels = { ...TAG, pools: { gpu: 2 } }

export const measureLanes = async (bench: Bench): Promise<Cost[]> => [
  await sparse(bench, 'a tag limit: sparse', TAG, 1),
  await sparse(bench, 'a tag limit and a pool: sparse', BOTH, 2),
  await backlog(bench, 'a tag limit, nobody else waits: backlog, same invocation', TAG, 1),
  await backlog(bench, 'a tag limit and a pool: backlog, same invocation', BOTH, 2),
]

async function sparse(bench: Bench, name: string, labels: Labels, limiters: number): Promise<Cost> {
  const scenario = await bench.scenario(CONFIG)
  // Once the lane has a slot of its partition, it keeps it.
  await scenario.put('customer-1', { labels })
  await scenario.work(1, 1)
  const cycle = new Cycle(bench.units)
  for (let n = 0; n < JOBS; n++) {
    await scenario.put('customer-1', { labels })
    await scenario.work(1, 1, () => cycle.start())
  }
  return cycle.cost(name, 0, SPARSE + MORE_SPARSE * limiters)
}

async function backlog(bench: Bench, name: string, labels: Labels, limiters: number): Promise<Cost> {
  const scenario = await bench.scenario(CONFIG)
  await scenario.putMany('customer-1', JOBS + 10, { labels })
  const cycle = new Cycle(bench.units)
  await scenario.work(JOBS, JOBS, () => cycle.start())
  return cycle.cost(name, PUT, BACKLOG + MORE_BACKLOG * limiters)
}

/** The jobs of a partition beside so many that a full tag limit holds back: those are in a lane, and in nobody's way. */
export async function measureHidden(bench: Bench, count: number): Promise<Cost> {
  const scenario = await bench.scenario(FULL)
  await scenario.put('customer-2', { labels: TAG })
  scenario.dropWork()
  await scenario.putMany('customer-1', JOBS + 20)
  await scenario.putMany('customer-1', count, { labels: TAG })
  await scenario.work(5, 5)
  const cycle = new Cycle(bench.units)
  await scenario.work(JOBS, JOBS, () => cycle.start())
  return cycle.cost(`${count} jobs of the partition blocked by a tag limit`, PUT, BACKLOG)
}
