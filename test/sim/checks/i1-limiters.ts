/**
 * I1: at no moment do the jobs that run use more units of a total or a pool than it has, weights counted. Judged while one
 * configuration has been in force since the oldest of them was claimed.
 */
import type { Plan } from '../workloads/plan.ts'
import type { Check } from './check.ts'
import { readShard } from './keys.ts'
import type { AttemptTruth } from './lineage.ts'

/** What covers a queue: its name, how many units it has, and how many a job of each queue uses. */
export interface Covering {
  readonly name: string
  readonly units: number
  readonly weightOf: (queue: string) => number | undefined
}

type Written = number | { readonly concurrency?: number | undefined } | undefined
const concurrencyOf = (limit: Written): number | undefined =>
  typeof limit === 'object' ? limit.concurrency : limit

type Use = number | { readonly weight?: number | undefined; readonly cost?: number | undefined } | undefined
/** What a job takes, if its queue uses the pool. */
export function useOf(use: Use, what: 'weight' | 'cost'): number | undefined {
  if (use === undefined) return undefined
  const written = typeof use === 'object' ? use[what] : what === 'weight' ? use : undefined
  return written ?? 1
}

/** By what the user has written. */
export function coveringOf({ versions }: Plan, version: number, queue: string): Covering[] {
  const { queues, pools = {} } = (versions[version] ?? versions[0]).input
  const input = queues[queue]
  const total = concurrencyOf(input?.total)
  const own = { name: `total|${queue}`, weightOf: (name: string) => (name === queue ? 1 : undefined) }
  return [
    ...(total === undefined ? [] : [{ ...own, units: total }]),
    ...Object.keys(input?.pools ?? {}).flatMap((pool) => {
      const units = concurrencyOf(pools[pool])
      const weightOf = (name: string) => useOf(queues[name]?.pools?.[pool], 'weight')
      return units === undefined ? [] : [{ name: `pool|${pool}`, units, weightOf }]
    }),
  ]
}

export const usedOf = ({ weightOf }: Covering, attempts: Iterable<AttemptTruth>): number =>
  [...attempts].reduce((sum, { pk }) => sum + (weightOf(readShard(pk).queue) ?? 0), 0)

export const limiters: Check = {
  name: 'I1 totals and pools',
  after(event, { truth, fail }) {
    if (event.kind !== 'attemptStarted') return
    const since = Math.min(...[...truth.running].map(({ claimedAt }) => claimedAt))
    const version = truth.limits.onlyVersion(since, truth.now)
    if (version === undefined) return
    for (const covering of coveringOf(truth.plan, version, readShard(event.pk).queue)) {
      const used = usedOf(covering, truth.running)
      if (used > covering.units) fail(`${covering.name}: ${used} of ${covering.units} units are in use`)
    }
  },
}
