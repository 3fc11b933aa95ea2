/**
 * The rows of the cost budget for what goes with a write that is made anyway: a slow-down, the outcomes that the adaptive throttle
 * counts, and what `why` knows. Beside the same job without, each costs nothing.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { TaskOutcome } from '../lib/core/job/ending.ts'
import { type Config, defineConfig, type QueueInput } from '../lib/core/queue/config.ts'
import { whyPartition } from '../lib/use-cases/operate/why.ts'
import { type Cost, Cycle } from './cycle.ts'
import type { Bench, Scenario } from './harness.ts'

const JOBS = 41
const CUSTOMER = 'customer-1'
const PUT = 1
const SPARSE = 5
const BACKLOG = 3
/** Claimed, started and given back. */
const ATTEMPT_MORE = 3

const configOf = (queue: QueueInput): Config =>
  defineConfig({
    queues: { crm: { partition: { payload: 'customer' }, concurrency: 1, timeout: '10s', ...queue } },
  })
const PLAIN = configOf({})
/** So patient that the outcomes here never make it slower. */
const ADAPTIVE = configOf({
  adaptive: { threshold: 1, outcomes: 20 },
  retry: { attempts: 2, backoff: 1, jitter: 0 },
})

export async function measureThrottles(bench: Bench): Promise<Cost[]> {
  return [
    await slowedDown(bench),
    await adaptive(bench, 'outcomes are counted: sparse', SPARSE, sparse),
    await adaptive(bench, 'outcomes are counted: backlog, same invocation', BACKLOG, backlog),
    await explained(bench),
  ]
}

/** As long as a slow-down lasts at least. */
const SLOWED_MS = 1000
const SLOWED_JOBS = 6

/** Each job is asked to come again, comes again, and ends. */
async function slowedDown(bench: Bench): Promise<Cost> {
  const scenario = await bench.scenario(PLAIN)
  const cycle = new Cycle(bench.units)
  for (let n = 0; n < SLOWED_JOBS; n++) {
    await scenario.put(CUSTOMER)
    await scenario.work(1, 1, undefined, slowed)
    await sleep(SLOWED_MS + 100)
    await scenario.work(1, 1, () => cycle.start())
  }
  return cycle.cost('slowed down once, and tried again: sparse', 0, SPARSE + ATTEMPT_MORE)
}

const slowed = (): TaskOutcome => ({ kind: 'slowed', until: Date.now() + SLOWED_MS, reason: 'HTTP 429' })

type Way = (scenario: Scenario, cycle: Cycle) => Promise<number>

/** Some of the outcomes that it remembers have failed, so that it has something to remember. */
async function adaptive(bench: Bench, name: string, budget: number, way: Way): Promise<Cost> {
  const scenario = await bench.scenario(ADAPTIVE)
  await scenario.put(CUSTOMER)
  let failures = 1
  await scenario.work(2, 1, undefined, () =>
    failures-- > 0 ? { kind: 'failed', error: 'no' } : { kind: 'succeeded' },
  )
  const cycle = new Cycle(bench.units)
  return cycle.cost(name, await way(scenario, cycle), budget)
}

/** @returns what has been put before the measurement began, in units a job */
async function sparse(scenario: Scenario, cycle: Cycle): Promise<number> {
  for (let n = 0; n < JOBS; n++) {
    await scenario.put(CUSTOMER)
    await scenario.work(1, 1, () => cycle.start())
  }
  return 0
}

async function backlog(scenario: Scenario, cycle: Cycle): Promise<number> {
  await scenario.putMany(CUSTOMER, JOBS + 10)
  await scenario.work(JOBS, JOBS, () => cycle.start())
  return PUT
}

/** The notes of what holds the jobs go with each pass, and asking for them writes nothing. */
async function explained(bench: Bench): Promise<Cost> {
  const scenario = await bench.scenario(PLAIN)
  await scenario.putMany(CUSTOMER, JOBS + 10)
  const { crm } = scenario.context.config.queues
  if (!crm) throw new Error('there is no queue')
  const cycle = new Cycle(bench.units)
  for (let n = 0; n < JOBS; n++) {
    await scenario.work(1, 1, () => cycle.start())
    const why = await whyPartition(scenario.context, crm, CUSTOMER)
    if (!JSON.stringify(why).includes('slots'))
      throw new Error('nothing holds the jobs, so nothing was measured')
  }
  return cycle.cost('`why` knows and is asked: backlog, by message', PUT, BACKLOG + 1)
}
