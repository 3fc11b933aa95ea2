/** Whether a job costs the same however much waits, in its own shard or in others. */
import { type Cost, measureBacklog } from './cases.ts'
import type { Bench } from './harness.ts'

export interface Flatness {
  readonly what: string
  readonly costs: readonly Cost[]
  /** The largest cost over the smallest, of writes and of reads, whichever is more. */
  readonly ratio: number
}

export const MAX_RATIO = 1.05
const BUDGET = 3
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
  return [flatness('backlog of the shard', waiting), flatness('blocked partitions', blocked)]
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
