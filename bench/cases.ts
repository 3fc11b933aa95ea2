/** The rows of the cost budget, each measured on one partition. */

import { MAX_INLINE_BYTES } from '../lib/core/job/place-payload.ts'
import { type Config, defineConfig } from '../lib/core/queue/config.ts'
import { measureBatches } from './batch-cases.ts'
import { type Cost, Cycle } from './cycle.ts'
import type { Bench, Scenario } from './harness.ts'
import { measureHistory } from './history-cases.ts'
import { newKeptJob } from './kept-job.ts'
import { measureLanes } from './lane-cases.ts'
import { measureLimiters, measureSeveral } from './limiter-cases.ts'
import { measureOnce } from './once-cases.ts'
import { bucketDollars } from './prices.ts'
import { measureRates } from './rate-cases.ts'
import { measureSizes } from './size-cases.ts'
import { measureSpread } from './spread-cases.ts'
import { measureThrottles } from './throttle-cases.ts'

export type { Cost } from './cycle.ts'

export const limitedTo = (concurrency: number): Config =>
  defineConfig({ queues: { crm: { partition: { payload: 'customer' }, concurrency, timeout: '10s' } } })
const config = limitedTo(1)
const JOBS = 41
const CUSTOMER = 'customer-1'
/** What a put of a small job costs. A backlog is put before the measurement begins. */
const PUT = 1

/** A small job of a partition with one slot. */
export async function measureSmall(bench: Bench): Promise<Cost[]> {
  return [
    await measureSparse(bench),
    await measureBacklog(bench, 'backlog, next job by message', 4, { perInvocation: 1 }),
    await measureBacklog(bench, 'backlog, next job in the same invocation', 3, { perInvocation: JOBS }),
  ]
}

const measureWides = async (bench: Bench): Promise<Cost[]> => [
  await measureWide(bench, 200, { writes: 3, reads: 4 }),
  await measureWide(bench, 3900, { writes: 9, reads: 6 }),
  await measureWide(bench, 40_000, { writes: 3, reads: 4 }),
  await measureWide(bench, 200_000, { writes: 3, reads: 4 }),
]

/** Measured together, and chosen by name. */
export const GROUPS: Readonly<Record<string, (bench: Bench) => Promise<Cost[]>>> = {
  small: measureSmall,
  payloads: measureWides,
  spread: measureSpread,
  limiters: measureLimiters,
  several: measureSeveral,
  lanes: measureLanes,
  rates: measureRates,
  throttles: measureThrottles,
  once: measureOnce,
  sizes: measureSizes,
  history: measureHistory,
  batches: measureBatches,
}

async function measureSparse(bench: Bench): Promise<Cost> {
  const scenario = await bench.scenario(config)
  const cycle = new Cycle(bench.units)
  for (let n = 0; n < JOBS; n++) {
    await scenario.put(CUSTOMER)
    await scenario.work(1, 1, () => cycle.start())
  }
  return cycle.cost('sparse: one job, its shard idle', 0, 5)
}

export interface Backlog {
  /** For how many jobs one invocation has time. */
  readonly perInvocation: number
  /** Jobs that still wait when the measurement ends. */
  readonly waiting?: number
  /** Other partitions, each with a job in flight and another that waits for its slot. */
  readonly blocked?: number
}

export async function measureBacklog(
  bench: Bench,
  name: string,
  budget: number,
  { perInvocation, waiting = 10, blocked = 0 }: Backlog,
): Promise<Cost> {
  const scenario: Scenario = await bench.scenario(config)
  for (let n = 0; n < blocked; n++) await scenario.putMany(`blocked-${n}`, 2)
  scenario.dropWork()
  await scenario.putMany(CUSTOMER, JOBS + waiting)
  const cycle = new Cycle(bench.units)
  await scenario.work(JOBS, perInvocation, () => cycle.start())
  return cycle.cost(name, PUT, budget)
}

const WIDE = 10
/** A backlog that has stood for a while: what is claimed then is not fresh. */
const WAITED_MS = 60_000

/**
 * A backlog of a partition in which many jobs are in flight: each hand-off finds the others in the table. A payload is kept
 * where Sluice would keep it.
 */
async function measureWide(
  bench: Bench,
  payload_bytes: number,
  budget: { readonly writes: number; readonly reads: number },
): Promise<Cost> {
  const scenario = await bench.scenario(limitedTo(WIDE))
  const isKept = payload_bytes + OVERHEAD_BYTES > MAX_INLINE_BYTES
  const jobs = { payload_bytes, runAt: Date.now() - WAITED_MS }
  const items = Array.from({ length: JOBS + 2 * WIDE }, () =>
    isKept ? newKeptJob(scenario, CUSTOMER, jobs) : scenario.newJob(CUSTOMER, jobs),
  )
  await scenario.putItems(items)
  const cycle = new Cycle(bench.units)
  await scenario.work(JOBS, JOBS, () => cycle.start())
  const put = isKept ? PUT : Math.ceil((payload_bytes + OVERHEAD_BYTES) / 1024)
  const name = `${WIDE} in flight, ${payload_bytes / 1000} KB${isKept ? ' in the bucket' : ''}, same invocation`
  const cost = cycle.cost(name, put, budget.writes)
  return {
    ...cost,
    dollars: cost.dollars + (isKept ? bucketDollars(payload_bytes, 1) : 0),
    readBudget: budget.reads,
  }
}

/** What an item has beside its payload. */
const OVERHEAD_BYTES = 120
