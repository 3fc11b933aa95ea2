/** The rows of the cost budget for batches: several jobs with one slot, one start and one call. */
import { type Config, defineConfig } from '../lib/core/queue/config.ts'
import { type Cost, Cycle } from './cycle.ts'
import type { Bench } from './harness.ts'
import { dynamoDollars } from './prices.ts'

const SIZE = 25
const BATCHES = 7
const CUSTOMER = 'customer-1'
const PUT = 1
/** Put and deleted; what is written of a slot is shared. A slot with so many jobs has 2 KB. */
const BACKLOG = 2.2
const BY_MESSAGE = 2.3
const SPARSE = 2.4

const batched = (by: { readonly by?: 'task' }): Config =>
  defineConfig({
    queues: {
      crm: {
        partition: { payload: 'customer' },
        concurrency: 1,
        timeout: '10s',
        batch: { size: SIZE, wait: '5m', ...by },
      },
    },
  })
const PLAIN = batched({})
/** All of one key: a lane of its partition. */
const KEYED = batched({ by: 'task' })

/** A backlog that has stood for a while: what is claimed then is not fresh. */
const WAITED_MS = 60_000

export async function measureBatches(bench: Bench): Promise<Cost[]> {
  return [
    ...(await measure(bench, PLAIN, `batches of ${SIZE}`)),
    ...(await measure(bench, KEYED, `batches of ${SIZE} by a key of their own`)),
  ]
}

interface Measured {
  readonly bench: Bench
  readonly config: Config
  readonly what: string
}

async function measure(bench: Bench, config: Config, what: string): Promise<Cost[]> {
  const measured = { bench, config, what }
  return [
    await backlog(measured, 'by message', SIZE, BY_MESSAGE),
    await backlog(measured, 'same invocation', SIZE * BATCHES, BACKLOG),
    await sparse(measured),
  ]
}

async function backlog(
  { bench, config, what }: Measured,
  how: string,
  perInvocation: number,
  budget: number,
): Promise<Cost> {
  const scenario = await bench.scenario(config)
  await scenario.putMany(CUSTOMER, SIZE * (BATCHES + 2), { runAt: Date.now() - WAITED_MS })
  const cycle = new Cycle(bench.units)
  await scenario.work(SIZE * BATCHES, perInvocation, onceABatch(cycle))
  return aJob(cycle.cost(`${what}: backlog, ${how}`, 0, budget), PUT)
}

async function sparse({ bench, config, what }: Measured): Promise<Cost> {
  const scenario = await bench.scenario(config)
  const cycle = new Cycle(bench.units)
  for (let batch = 0; batch < BATCHES; batch++) {
    for (let n = 0; n < SIZE; n++) await scenario.put(CUSTOMER)
    await scenario.work(SIZE, SIZE, onceABatch(cycle))
  }
  return aJob(cycle.cost(`${what}: jobs come one by one`, 0, SPARSE), 0)
}

function onceABatch(cycle: Cycle): () => void {
  let started = 0
  return () => {
    if (started++ % SIZE === 0) cycle.start()
  }
}

/** @param put what its put costs, if that was before the measurement */
function aJob(cost: Cost, put: number): Cost {
  const units = { writes: cost.writes / SIZE + put, reads: cost.reads / SIZE }
  return { ...cost, ...units, dollars: dynamoDollars(units) }
}
