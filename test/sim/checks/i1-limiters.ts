/**
 * I1: at no moment do the jobs that run use more units of a total, a pool or a tag than it has, weights counted. Judged while
 * one configuration has been in force since the oldest of them was claimed.
 */
import type { RawItem } from '../../../lib/core/job/job.ts'
import type { QueueInput } from '../../../lib/core/queue/config.ts'
import type { TagLimitInput } from '../../../lib/core/queue/tags-input.ts'
import type { Plan } from '../workloads/plan.ts'
import type { Check } from './check.ts'
import { firstOfCalls } from './flights.ts'
import { readShard } from './keys.ts'
import type { AttemptTruth } from './lineage.ts'

/** A job, as far as limiters go by it. */
export interface Covered {
  readonly pk: string
  readonly item?: RawItem | undefined
}

/** What covers a job: how many units it has, and how many the job uses. */
export interface Covering {
  readonly units: number
  readonly weight: number
  /** How many units are guaranteed to which partition, by `queue|partition`. */
  readonly guaranteed: ReadonlyMap<string, number>
}

const encoded = (tenant: string): string => tenant.replaceAll('%', '%25').replaceAll('|', '%7C')

const NOTHING_GUARANTEED: Covering['guaranteed'] = new Map()

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

/** By what the user has written, in the configuration and in the job: the pools that it takes units of, and their weights. */
function weightsOf(input: QueueInput | undefined, item: RawItem | undefined): Record<string, number> {
  const ofQueue = Object.entries(input?.pools ?? {}).map(([pool, use]) => [pool, useOf(use, 'weight') ?? 1])
  return { ...Object.fromEntries(ofQueue), ...asMap<number>(item?.['pools']) }
}

/** What covers a job. A limiter with a rate alone has no units: see `i2-limiters.ts`. */
export function coveringOf(
  { versions }: Plan,
  version: number,
  { pk, item }: Covered,
): Map<string, Covering> {
  const { queue: name } = readShard(pk)
  const { queues, pools = {}, tags: limits = [] } = (versions[version] ?? versions[0]).input
  const covering = new Map<string, Covering>()
  const total = concurrencyOf(queues[name]?.total)
  if (total !== undefined)
    covering.set(`total|${name}`, { units: total, weight: 1, guaranteed: guaranteedIn(name, queues[name]) })
  for (const [pool, weight] of Object.entries(weightsOf(queues[name], item))) {
    const known = pools[pool]
    if (known && known.concurrency === undefined) continue
    covering.set(`pool|${pool}`, {
      units: known?.concurrency ?? 0,
      weight,
      guaranteed: NOTHING_GUARANTEED,
    })
  }
  for (const { name, limit } of tagsOver(limits, item))
    if (limit.concurrency !== undefined)
      covering.set(name, { units: limit.concurrency, weight: 1, guaranteed: NOTHING_GUARANTEED })
  return covering
}

/** The limits of tags that cover a job, each with the name of its limiter, by the documentation of its item's key. */
export const tagsOver = (
  limits: readonly TagLimitInput[],
  item: RawItem | undefined,
): { readonly name: string; readonly limit: TagLimitInput }[] =>
  Object.entries(asMap<string>(item?.['tags'])).flatMap(([key, value]) =>
    limits
      .filter((limit) => limit.key === key && (limit.value ?? value) === value)
      .map((limit) => ({ name: tagName(limit, value), limit })),
  )

function tagName({ key, value, each }: TagLimitInput, ofJob: string): string {
  if (each) return `each|${key}=${encodeURIComponent(ofJob)}`
  return value === undefined ? `tag|${key}` : `tag|${key}=${value}`
}

const guaranteedIn = (queue: string, input: QueueInput | undefined): Covering['guaranteed'] =>
  new Map(
    Object.entries(input?.guaranteed ?? {}).map(([tenant, units]) => [`${queue}|${encoded(tenant)}`, units]),
  )

export const asMap = <T>(value: unknown): Record<string, T> =>
  typeof value === 'object' && value !== null ? (value as Record<string, T>) : {}

export const coveredBy = ({ pk, standing }: AttemptTruth): Covered => ({ pk, item: standing?.item })

/** How many units of it these attempts use. */
export function usedOf(plan: Plan, version: number, name: string, attempts: Iterable<AttemptTruth>): number {
  let used = 0
  for (const attempt of firstOfCalls(attempts))
    used += coveringOf(plan, version, coveredBy(attempt)).get(name)?.weight ?? 0
  return used
}

export const limiters: Check = {
  name: 'I1 totals, pools and tags',
  after(event, { truth, fail }) {
    if (event.kind !== 'attemptStarted') return
    const since = Math.min(...[...truth.running].map(({ claimedAt }) => claimedAt))
    const version = truth.limits.onlyVersion(since, truth.now)
    if (version === undefined) return
    for (const [name, { units }] of coveringOf(truth.plan, version, event)) {
      const used = usedOf(truth.plan, version, name, truth.running)
      const set = truth.limits.limiterSets.get(name)
      const most = set && set.since < since ? Math.min(units, set.limits.concurrency ?? units) : units
      if (used > most) fail(`${name}: ${used} of ${most} units are in use`)
    }
  },
}
