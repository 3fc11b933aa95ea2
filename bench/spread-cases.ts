/** The rows of the cost budget for partitions that are spread over many shards, which borrow from one another. */
import type { JobItem } from '../lib/core/job/job.ts'
import { parseShard, type ShardKey } from '../lib/core/keys.ts'
import { type Config, defineConfig, type QueueInput } from '../lib/core/queue/config.ts'
import { parts } from '../lib/core/queue/default-shards.ts'
import { type Cost, Cycle } from './cycle.ts'
import type { Bench, Scenario } from './harness.ts'

const configOf = (limit: QueueInput): Config =>
  defineConfig({ queues: { crm: { partition: { payload: 'customer' }, timeout: '10s', ...limit } } })

const CUSTOMER = 'customer-1'
/** Every shard is visited for the first time among these, and borrows then. */
const JOBS = 200
/** More than the slots, by so much that no shard runs out of jobs: they lie in as many as a limit of 100 has. */
const BACKLOG = 9000
const SHARDS = parts(100)
/** The shards that come first take what there is; after so many jobs all shards have their part. */
const SWUNG_IN = 600
const PUT = 1

export async function measureSpread(bench: Bench): Promise<Cost[]> {
  const hundred = configOf({ concurrency: 100 })
  const sparse = await measureSparse(bench, 'limit of 100, spread: sparse', hundred)
  const backlog = await measureBacklog(bench, 'limit of 100, spread: backlog, same invocation', hundred)
  const unlimited = configOf({})
  return [
    sparse,
    backlog,
    await measureAfterDeploys(bench, 'limit of 100, 7, 29, then 13 shards: sparse', [7, 29, 13]),
    asCheapAs(sparse, await measureSparse(bench, 'no limit: sparse', unlimited)),
    asCheapAs(backlog, await measureBacklog(bench, 'no limit: backlog, same invocation', unlimited)),
  ]
}

/** Nobody has to give a limit only to pay less. */
const asCheapAs = (limited: Cost, cost: Cost): Cost => ({ ...cost, budget: limited.writes })

/** A partition that has had other numbers of shards, in each of which units may lie still. */
async function measureAfterDeploys(bench: Bench, name: string, numbers: readonly number[]): Promise<Cost> {
  const [first, ...later] = numbers.map((shards) => configOf({ concurrency: 100, shards }))
  if (!first) throw new Error('there is no configuration')
  let scenario = await bench.scenario(first)
  for (const config of later) {
    await scenario.putMany(CUSTOMER, SWUNG_IN)
    await scenario.work(SWUNG_IN, 20)
    scenario = scenario.deploy(config)
  }
  return measureSparseIn(bench, name, scenario)
}

const measureSparse = async (bench: Bench, name: string, config: Config): Promise<Cost> =>
  measureSparseIn(bench, name, await bench.scenario(config))

/** One job after the other, each in the shard that its id gives. */
async function measureSparseIn(bench: Bench, name: string, scenario: Scenario): Promise<Cost> {
  const cycle = new Cycle(bench.units)
  for (let n = 0; n < JOBS; n++) {
    await scenario.put(CUSTOMER)
    await scenario.work(1, 1, () => cycle.start())
  }
  return cycle.cost(name, 0, 7)
}

function backlogOf(scenario: Scenario, { queues }: Config): JobItem[] {
  const shards = queues['crm']?.shards ?? 0
  const made = Array.from({ length: Math.ceil((BACKLOG * shards) / SHARDS) }, () => scenario.newJob(CUSTOMER))
  return made.filter(({ pk }) => indexOf(pk) < SHARDS)
}

function indexOf(pk: ShardKey): number {
  const shard = parseShard(pk)
  return (shard.ok ? shard.value.index : undefined) ?? 0
}

async function measureBacklog(bench: Bench, name: string, config: Config): Promise<Cost> {
  const scenario = await bench.scenario(config)
  await scenario.putItems(backlogOf(scenario, config))
  await scenario.work(SWUNG_IN, 20)
  const cycle = new Cycle(bench.units)
  await scenario.work(JOBS, JOBS, () => cycle.start())
  return cycle.cost(name, PUT, 3.2)
}
