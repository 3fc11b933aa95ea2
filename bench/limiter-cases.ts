/** The rows of the cost budget for what limits a queue beside its partitions: its total, and the pools that it shares. */
import { type Config, defineConfig, type QueueInput } from '../lib/core/queue/config.ts'
import { type Cost, Cycle } from './cycle.ts'
import type { Bench } from './harness.ts'

const JOBS = 41
const PUT = 1
/** Of a job in one partition without any limiter: sparse, and in a backlog in the same invocation. */
const ALONE = { sparse: 5, backlog: 3 }
const MORE_SPARSE = 2
const MORE_BACKLOG = 0.2
const CONTENDED = 5.2

const configOf = (queue: QueueInput<'api' | 'disk'>): Config =>
  defineConfig({
    pools: { api: { concurrency: 4 }, disk: { concurrency: 4 } },
    queues: { crm: { partition: { payload: 'customer' }, concurrency: 1, timeout: '10s', ...queue } },
  })

const TOTAL = configOf({ total: 4 })
const LARGE = configOf({ total: 1000 })
const RATE = configOf({ total: { rateLimit: { allowed: 32, period: 1000 } } })
/** The same for a partition whose rate counts what its jobs cost. */
const COSTS = configOf({ rateLimit: { allowed: 32, period: 1000 }, costs: true })
const BOTH = configOf({ total: 4, pools: { api: 2 } })

export async function measureLimiters(bench: Bench): Promise<Cost[]> {
  return [
    await sparse(bench, 'a total: sparse', TOTAL, 1),
    await sparse(bench, 'a total and a pool: sparse', BOTH, 2),
    await backlog(bench, 'a total, nobody else waits: backlog, same invocation', TOTAL, 1),
    await backlog(bench, 'a total and a pool: backlog, same invocation', BOTH, 2),
    await sparse(bench, 'a total that lies in chunks: sparse', LARGE, 1),
    await backlog(bench, 'a total that lies in chunks: backlog, same invocation', LARGE, 1),
    await sparse(bench, 'a shared rate: sparse', RATE, 1),
    await byMessage(bench, 'a shared rate: backlog, by message', RATE),
    await sameInvocation(bench, 'a shared rate: backlog, same invocation', RATE),
    await sparse(bench, 'a rate that counts costs: sparse', COSTS, 1),
    await byMessage(bench, 'a rate that counts costs: backlog, by message', COSTS),
    await sameInvocation(bench, 'a rate that counts costs: backlog, same invocation', COSTS),
    await contended(bench, 'a total that many partitions wait for: backlog, same invocation', TOTAL),
  ]
}

async function sparse(bench: Bench, name: string, config: Config, limiters: number): Promise<Cost> {
  const scenario = await bench.scenario(config)
  const cycle = new Cycle(bench.units)
  for (let n = 0; n < JOBS; n++) {
    await scenario.put('customer-1')
    await scenario.work(1, 1, () => cycle.start())
  }
  return cycle.cost(name, 0, ALONE.sparse + MORE_SPARSE * limiters)
}

async function backlog(bench: Bench, name: string, config: Config, limiters: number): Promise<Cost> {
  const scenario = await bench.scenario(config)
  await scenario.putMany('customer-1', JOBS + 10)
  const cycle = new Cycle(bench.units)
  await scenario.work(JOBS, JOBS, () => cycle.start())
  return cycle.cost(name, PUT, ALONE.backlog + MORE_BACKLOG * limiters)
}

/** So few that the rate lets them all start. */
const FEW = 21
const BY_MESSAGE = 4
const MORE_BY_MESSAGE = 2
const MORE_IN_INVOCATION = 1

async function byMessage(bench: Bench, name: string, config: Config): Promise<Cost> {
  const scenario = await bench.scenario(config)
  await scenario.putMany('customer-1', FEW + 5)
  const cycle = new Cycle(bench.units)
  await scenario.work(FEW, 1, () => cycle.start())
  return cycle.cost(name, PUT, BY_MESSAGE + MORE_BY_MESSAGE)
}

async function sameInvocation(bench: Bench, name: string, config: Config): Promise<Cost> {
  const scenario = await bench.scenario(config)
  await scenario.putMany('customer-1', FEW + 5)
  const cycle = new Cycle(bench.units)
  // The first comes by message, and its start is settled.
  let starts = 0
  await scenario.work(FEW, FEW, () => {
    if (starts++ > 0) cycle.start()
  })
  return cycle.cost(name, PUT, ALONE.backlog + MORE_IN_INVOCATION)
}

const WAITING = 12

/** Each job is followed by one of another partition: the unit goes with the invocation. */
async function contended(bench: Bench, name: string, config: Config): Promise<Cost> {
  const scenario = await bench.scenario(config)
  for (let n = 0; n < WAITING; n++) await scenario.putMany(`customer-${n}`, JOBS)
  const cycle = new Cycle(bench.units)
  await scenario.work(5 * JOBS, JOBS, () => cycle.start())
  return cycle.cost(name, PUT, CONTENDED)
}
