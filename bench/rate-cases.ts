/** The rows of the cost budget for rates that lanes name: of tags, and by a rule of a queue's own. */

import type { Labels } from '../lib/core/job/labels.ts'
import { type Config, defineConfig, type QueueInput } from '../lib/core/queue/config.ts'
import { type Cost, Cycle } from './cycle.ts'
import type { Bench } from './harness.ts'
import { steadyClock } from './steady-clock.ts'

/** So few that the rate lets them all start. */
const FEW = 21
const PUT = 1
/** Of a job in one partition without any limiter, and of each shared rate more. */
const BUDGET = { sparse: 5 + 2, byMessage: 4 + 2, sameInvocation: 3 + 1 }

const RATE = { allowed: 32, period: 1000 } as const
const configOf = (queue: QueueInput): Config =>
  defineConfig({
    tags: [{ key: 'portal', each: true, rateLimit: RATE }],
    queues: { crm: { partition: { payload: 'customer' }, concurrency: 1, timeout: '10s', ...queue } },
  })

interface Case {
  readonly name: string
  readonly config: Config
  readonly labels: Labels
}
const CASES: readonly Case[] = [
  { name: 'a rate of a tag', config: configOf({}), labels: { tags: { portal: 'x' } } },
  {
    name: 'a rate by a rule of its own',
    config: configOf({ rateLimit: { ...RATE, partition: 'task' } }),
    labels: {},
  },
]

export async function measureRates(bench: Bench): Promise<Cost[]> {
  const costs: Cost[] = []
  for (const one of CASES) {
    costs.push(await sparse(bench, one))
    costs.push(await backlog(bench, one, { name: 'by message', perInvocation: 1, budget: BUDGET.byMessage }))
    costs.push(
      await backlog(bench, one, {
        name: 'same invocation',
        perInvocation: FEW,
        budget: BUDGET.sameInvocation,
      }),
    )
  }
  return costs
}

async function sparse(bench: Bench, { name, config, labels }: Case): Promise<Cost> {
  const scenario = await bench.scenario(config, steadyClock())
  // Once the lane has a slot of its partition, it keeps it.
  await scenario.put('customer-1', { labels })
  await scenario.work(1, 1)
  const cycle = new Cycle(bench.units)
  for (let n = 0; n < FEW; n++) {
    await scenario.put('customer-1', { labels })
    await scenario.work(1, 1, () => cycle.start())
  }
  return cycle.cost(`${name}: sparse`, 0, BUDGET.sparse)
}

interface Way {
  readonly name: string
  readonly perInvocation: number
  readonly budget: number
}

async function backlog(
  bench: Bench,
  { name, config, labels }: Case,
  { name: how, perInvocation, budget }: Way,
): Promise<Cost> {
  const scenario = await bench.scenario(config, steadyClock())
  await scenario.putMany('customer-1', FEW + 5, { labels })
  const cycle = new Cycle(bench.units)
  // The first comes by message, and its start is settled; and the lane borrows its slot.
  let starts = 0
  await scenario.work(FEW, perInvocation, () => {
    if (starts++ > 0) cycle.start()
  })
  return cycle.cost(`${name}: backlog, ${how}`, PUT, budget)
}
