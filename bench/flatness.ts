/** Whether a job costs the same however much waits, in its own shard or in others. */
import { type Cost, limitedTo, measureBacklog } from './cases.ts'
import { Cycle } from './cycle.ts'
import type { Bench } from './harness.ts'
import { measureHidden } from './lane-cases.ts'

export interface Flatness {
  readonly what: string
  readonly costs: readonly Cost[]
  /** The largest cost over the smallest, of writes and of reads, whichever is more. */
  readonly ratio: number
}

export const MAX_RATIO = 1.05
const BUDGET = 3
const TWINS_RUN = 41
const PER_INVOCATION = 100

export async function measureFlatness(bench: Bench): Promise<Flatness[]> {
  const waiting = await measureEach([100, 1000, 10_000], (count) =>
    measureBacklog(bench, `${count} jobs waiting`, BUDGET, { perInvocation: PER_INVOCATION, waiting: count }),
  )
  const blocked = await measureEach([10, 1000], (count) =>
    measureBacklog(bench, `${count} other partitions blocked`, BUDGET, {
      perInvocation: PER_INVOCATION,
      blocked: count,
    }),
  )
  const twins = await measureEach([200, 1000], (count) => measureTwins(bench, count))
  const hidden = await measureEach([0, 10_000], (count) => measureHidden(bench, count))
  return [
    flatness('jobs in a lane that is blocked', hidden),
    flatness('backlog of the shard', waiting),
    flatness('blocked partitions', blocked),
    flatness('jobs that share an id', twins),
  ]
}

/** Jobs that share an id run one after the other, although there are slots. */
async function measureTwins(bench: Bench, count: number): Promise<Cost> {
  const scenario = await bench.scenario(limitedTo(10))
  const begin = Date.now() - count
  const items = Array.from({ length: count }, (_, n) =>
    scenario.newJob('customer-1', { id: 'the-same', runAt: begin + n }),
  )
  await scenario.putItems(items)
  const cycle = new Cycle(bench.units)
  await scenario.work(TWINS_RUN, TWINS_RUN, () => cycle.start())
  return cycle.cost(`${count} jobs with one id`, 1, BUDGET)
}

async function measureEach(
  counts: readonly number[],
  measure: (count: number) => Promise<Cost>,
): Promise<Cost[]> {
  const costs: Cost[] = []
  for (const count of counts) costs.push(await measure(count))
  return costs
}

const flatness = (what: string, costs: readonly Cost[]): Flatness => ({
  what,
  costs,
  ratio: Math.max(spread(costs.map(({ writes }) => writes)), spread(costs.map(({ reads }) => reads))),
})

const spread = (numbers: readonly number[]): number => Math.max(...numbers) / Math.min(...numbers)
