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
  /** How many units are guaranteed to which partition, by `queue|partition`. */
  readonly guaranteed: ReadonlyMap<string, number>
}

const encoded = (tenant: string): string => tenant.replaceAll('%', '%25').replaceAll('|', '%7C')

const NOTHING_GUARANTEED: Covering['guaranteed'] = new Map()

/** By what the user has written. */
export function coveringOf({ versions }: Plan, version: number, queue: string): Covering[] {
  const { queues, pools = {} } = (versions[version] ?? versions[0]).input
  const input = queues[queue]
  const total = input?.total
  const guaranteed = new Map(
    Object.entries(input?.guaranteed ?? {}).map(([tenant, units]) => [`${queue}|${encoded(tenant)}`, units]),
  )
  const weightOf = (name: string) => (name === queue ? 1 : undefined)
  const own = { name: `total|${queue}`, weightOf, guaranteed }
  return [
    ...(total === undefined ? [] : [{ ...own, units: total }]),
    ...Object.keys(input?.pools ?? {}).map((pool) => ({
      name: `pool|${pool}`,
      units: pools[pool]?.concurrency ?? 0,
      weightOf: (name: string) => queues[name]?.pools?.[pool],
      guaranteed: NOTHING_GUARANTEED,
    })),
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
