/** What a payload costs inside of its job's item and in the bucket, by size and by what else the shard does. */
import type { JobItem } from '../lib/core/job/job.ts'
import { MAX_INLINE_BYTES } from '../lib/core/job/place-payload.ts'
import { type ConfigInput, defineConfig } from '../lib/core/queue/config.ts'
import { difference } from './counting.ts'
import type { Bench, Scenario } from './harness.ts'
import { newKeptJob } from './kept-job.ts'
import { bucketDollars, dynamoDollars } from './prices.ts'

const CUSTOMER = 'customer-1'
/** Of the item. */
const REST_BYTES = 130
const JOBS = 40
/** They wait to the end, so that all that is measured is alike. */
const WAITING = 15

export interface PayloadCase {
  readonly what: string
  readonly concurrency: number
  /** Attempts of each job that fail. */
  readonly retries: number
}

export const CASES: readonly PayloadCase[] = [
  { what: 'concurrency 1', concurrency: 1, retries: 0 },
  { what: 'concurrency 10', concurrency: 10, retries: 0 },
  { what: 'concurrency 10, one retry', concurrency: 10, retries: 1 },
]

export interface PayloadCost {
  readonly bytes: number
  readonly case: string
  /** Dollars for a million jobs, from the put to the freed slot, in a backlog, each job in the same invocation. */
  readonly inItem: number
  readonly inBucket: number
  /** Where Sluice keeps it. */
  readonly isKept: boolean
}

export async function measurePayload(bench: Bench, bytes: number, one: PayloadCase): Promise<PayloadCost> {
  const inItem = await measure(bench, one, (scenario) => scenario.newJob(CUSTOMER, { payload_bytes: bytes }))
  const kept = await measure(bench, one, (scenario) =>
    newKeptJob(scenario, CUSTOMER, { payload_bytes: bytes }),
  )
  const isKept = bytes + REST_BYTES > MAX_INLINE_BYTES
  return { bytes, case: one.what, inItem, inBucket: kept + bucketDollars(bytes, one.retries + 1), isKept }
}

/** Of DynamoDB alone. */
async function measure(
  bench: Bench,
  { concurrency, retries }: PayloadCase,
  newJob: (scenario: Scenario) => JobItem,
): Promise<number> {
  const retry = { attempts: 5, backoff: 0 }
  const queue: ConfigInput['queues'][string] = {
    partition: { payload: 'customer' },
    concurrency,
    shards: 1,
    timeout: '10s',
    retry,
  }
  const scenario = await bench.scenario(defineConfig({ queues: { crm: queue } }))
  const waiting = retries > 0 ? 0 : WAITING
  const items = Array.from({ length: JOBS + waiting }, () => newJob(scenario))
  const before = { ...bench.units }
  await scenario.putItems(items)
  const put = { ...bench.units }
  await scenario.work(JOBS * (retries + 1), 10_000, undefined, ({ attempt }) =>
    attempt <= retries ? { kind: 'failed', error: 'told to' } : { kind: 'succeeded' },
  )
  const [puts, work] = [difference(put, before), difference(bench.units, put)]
  return dynamoDollars(puts) / items.length + dynamoDollars(work) / JOBS
}
