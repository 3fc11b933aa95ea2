/** The rows of the cost budget for queues that may be full: each number that a job counts in, from its put to its end. */
import { type Config, defineConfig } from '../lib/core/queue/config.ts'
import type { MaxQueueSize } from '../lib/core/queue/queue-size-input.ts'
import { type Cost, Cycle } from './cycle.ts'
import type { Bench } from './harness.ts'

const JOBS = 41
/** Of a job that counts nowhere. */
const ALONE = { writes: 5, reads: 3 }
/** Put and deletion are transactions, which are billed twice, and with each goes a number, billed twice too. */
const TWO_TRANSACTIONS = 2
const NUMBER = { writes: 4, reads: 1 }

const configOf = (maxQueueSize: MaxQueueSize): Config =>
  defineConfig({
    queues: { crm: { partition: { payload: 'customer' }, concurrency: 1, timeout: '10s', maxQueueSize } },
  })

export async function measureSizes(bench: Bench): Promise<Cost[]> {
  return [
    await sparse(bench, 'maxQueueSize of the queue: sparse', configOf({ queue: 1000 }), 1),
    await sparse(
      bench,
      'of the queue and the partition: sparse',
      configOf({ queue: 1000, partition: 50 }),
      2,
    ),
  ]
}

async function sparse(bench: Bench, name: string, config: Config, numbers: number): Promise<Cost> {
  const scenario = await bench.scenario(config)
  const cycle = new Cycle(bench.units)
  for (let n = 0; n < JOBS; n++) {
    await scenario.put('customer-1')
    await scenario.work(1, 1, () => cycle.start())
  }
  const cost = cycle.cost(name, 0, ALONE.writes + TWO_TRANSACTIONS + NUMBER.writes * numbers)
  return { ...cost, readBudget: ALONE.reads + NUMBER.reads * numbers }
}
