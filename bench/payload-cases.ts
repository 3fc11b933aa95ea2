/** What a payload costs inside of its job's item and in the bucket, by size and by what else the shard does. */
import type { JobItem } from '../lib/core/job/job.ts'
import { payloadKeyFor } from '../lib/core/job/payload-key.ts'
import { MAX_INLINE_BYTES } from '../lib/core/job/place-payload.ts'
import { type ConfigInput, defineConfig } from '../lib/core/queue/config.ts'
import { difference } from './counting.ts'
import type { Bench, Scenario } from './harness.ts'

/** On demand, us-east-1, in dollars a million. */
const PRICE = { writes: 0.625, reads: 0.125, puts: 5, gets: 0.4 }
/** In dollars a GB: three months at $0.023. */
const STORAGE = 0.069
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
  const kept = await measure(bench, one, (scenario) => keep(scenario, bytes))
  const calls = PRICE.puts + PRICE.gets * (one.retries + 1) + (bytes / 1000) * STORAGE
  const isKept = bytes + REST_BYTES > MAX_INLINE_BYTES
  return { bytes, case: one.what, inItem, inBucket: kept + calls, isKept }
}

/** What stands in the item of a job whose payload is kept outside. */
function keep(scenario: Scenario, bytes: number): JobItem {
  const { payload, ...item } = scenario.newJob(CUSTOMER, { payload_bytes: bytes })
  const text = JSON.stringify(payload)
  const payloadKey = payloadKeyFor(text, 0)
  if (!payloadKey) throw new Error('no key')
  void scenario.context.payloads.put(payloadKey, text)
  return { ...item, payloadKey }
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
  return dollars(puts) / items.length + dollars(work) / JOBS
}

const dollars = ({ writes, reads }: { readonly writes: number; readonly reads: number }): number =>
  writes * PRICE.writes + reads * PRICE.reads
