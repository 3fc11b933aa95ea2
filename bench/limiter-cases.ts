/** The rows of the cost budget for what limits a queue beside its partitions: its total, and the pools that it shares. */
import { type Config, defineConfig, type QueueInput } from '../lib/core/queue/config.ts'
import { type Cost, Cycle } from './cycle.ts'
import type { Bench } from './harness.ts'
import { steadyClock } from './steady-clock.ts'

const JOBS = 41
const PUT = 1
/** Of a job in one partition without any limiter: sparse, and in a backlog in the same invocation. */
const ALONE = { sparse: 5, backlog: 3 }
const MORE_SPARSE = 2
const MORE_BACKLOG = 0.2
const CONTENDED = 5.2
const MORE_CONTENDED = 1.2

const RATED = { rateLimit: { allowed: 32, period: 1000 } } as const
const configOf = (queue: QueueInput<never, 'api' | 'disk' | 'calls' | 'tokens'>): Config =>
  defineConfig({
    pools: { api: { concurrency: 4 }, disk: { concurrency: 4 }, calls: RATED, tokens: RATED },
    queues: { crm: { partition: { payload: 'customer' }, concurrency: 1, timeout: '10s', ...queue } },
  })

const TOTAL = configOf({ total: 4 })
const LARGE = configOf({ total: 1000 })
const RATE = configOf({ total: RATED })
const RATE_OF_POOL = configOf({ pools: { calls: 1 } })
const TWO_RATES = configOf({ total: RATED, pools: { calls: 1 } })
const THREE_RATES = configOf({ total: RATED, pools: { calls: 1, tokens: 1 } })
/** The same for a partition whose rate counts what its jobs cost. */
const COSTS = configOf({ ...RATED, costs: true })
const BOTH = configOf({ total: 4, pools: { api: 2 } })
/** Each lets as many run as the others, so that partitions wait for all of them. */
const TWO = configOf({ total: 4, pools: { api: 1 } })
const THREE = configOf({ total: 4, pools: { api: 1, disk: 1 } })

export async function measureLimiters(bench: Bench): Promise<Cost[]> {
  return [
    await sparse(bench, 'a total: sparse', TOTAL, 1),
    await sparse(bench, 'a total and a pool: sparse', BOTH, 2),
    await backlog(bench, 'a total, nobody else waits: backlog, same invocation', TOTAL, 1),
    await backlog(bench, 'a total and a pool: backlog, same invocation', BOTH, 2),
    await sparse(bench, 'a total that lies in chunks: sparse', LARGE, 1),
    await backlog(bench, 'a total that lies in chunks: backlog, same invocation', LARGE, 1),
    ...(await allOf(bench, 'a shared rate', RATE)),
    ...(await allOf(bench, 'a rate that counts costs', COSTS)),
    await contended(bench, 'a total that many partitions wait for: backlog, same invocation', TOTAL, 1),
  ]
}

/** The same for several of each. */
export async function measureSeveral(bench: Bench): Promise<Cost[]> {
  return [
    ...(await allOf(bench, 'a rate of a pool', RATE_OF_POOL)),
    ...(await allOf(bench, 'two shared rates', TWO_RATES, 2)),
    await byMessage(bench, 'three shared rates: backlog, by message', THREE_RATES, 3),
    await sameInvocation(bench, 'three shared rates: backlog, same invocation', THREE_RATES, 3),
    await contended(bench, 'a total and a pool that many wait for: backlog, same invocation', TWO, 2),
    await contended(bench, 'a total and two pools that many wait for: backlog, same invocation', THREE, 3),
  ]
}

/** What a start costs in each way in which a job can come to it. */
const allOf = async (bench: Bench, what: string, config: Config, rates = 1): Promise<Cost[]> => [
  await sparse(bench, `${what}: sparse`, config, rates),
  await byMessage(bench, `${what}: backlog, by message`, config, rates),
  await sameInvocation(bench, `${what}: backlog, same invocation`, config, rates),
]

async function sparse(bench: Bench, name: string, config: Config, limiters: number): Promise<Cost> {
  const scenario = await bench.scenario(config, steadyClock())
  const cycle = new Cycle(bench.units)
  for (let n = 0; n < JOBS; n++) {
    await scenario.put('customer-1')
    await scenario.work(1, 1, () => cycle.start())
  }
  return cycle.cost(name, 0, ALONE.sparse + MORE_SPARSE * limiters)
}

async function backlog(bench: Bench, name: string, config: Config, limiters: number): Promise<Cost> {
  const scenario = await bench.scenario(config, steadyClock())
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

async function byMessage(bench: Bench, name: string, config: Config, rates = 1): Promise<Cost> {
  const scenario = await bench.scenario(config, steadyClock())
  await scenario.putMany('customer-1', FEW + 5)
  const cycle = new Cycle(bench.units)
  await scenario.work(FEW, 1, () => cycle.start())
  return cycle.cost(name, PUT, BY_MESSAGE + MORE_BY_MESSAGE * rates)
}

async function sameInvocation(bench: Bench, name: string, config: Config, rates = 1): Promise<Cost> {
  const scenario = await bench.scenario(config, steadyClock())
  await scenario.putMany('customer-1', FEW + 5)
  const cycle = new Cycle(bench.units)
  // The first comes by message, and its start is settled.
  let starts = 0
  await scenario.work(FEW, FEW, () => {
    if (starts++ > 0) cycle.start()
  })
  return cycle.cost(name, PUT, ALONE.backlog + MORE_IN_INVOCATION * rates)
}

const WAITING = 12

/** Each job is followed by one of another partition: the unit goes with the invocation. */
async function contended(bench: Bench, name: string, config: Config, limiters: number): Promise<Cost> {
  const scenario = await bench.scenario(config, steadyClock())
  for (let n = 0; n < WAITING; n++) await scenario.putMany(`customer-${n}`, JOBS)
  const cycle = new Cycle(bench.units)
  await scenario.work(5 * JOBS, JOBS, () => cycle.start())
  return cycle.cost(name, PUT, CONTENDED + MORE_CONTENDED * (limiters - 1))
}
