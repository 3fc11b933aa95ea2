/**
 * I2 over limiters: in no window of `period` do more starts count than a total, a pool or a tag allows, over all queues and shards,
 * in true time, each as many as its job costs. Judged for what was claimed while one configuration has been in force.
 */
import type { LimitOverride } from '../../../lib/core/limits/limits.ts'
import type { QueueInput } from '../../../lib/core/queue/config.ts'
import type { Plan } from '../workloads/plan.ts'
import type { Check } from './check.ts'
import { firstOfCalls } from './flights.ts'
import { asMap, type Covered, coveredBy, tagsOver, useOf } from './i1-limiters.ts'
import { readShard } from './keys.ts'

/** A rate that covers a queue, and how many starts a job of each queue counts as. */
export interface CoveringRate {
  readonly name: string
  readonly allowed: number
  readonly period_ms: number
  readonly margin_ms: number
  /** Absent if the job is not covered. */
  readonly costOf: (job: Covered) => number | undefined
}

type Written = { readonly rateLimit?: WrittenRate | undefined } | number | undefined
interface WrittenRate {
  readonly allowed: number
  readonly period: unknown
  readonly margin?: unknown
}

/** By what the user has written; a run's durations are numbers. */
export function ratesOver({ versions }: Plan, version: number, { pk, item }: Covered): CoveringRate[] {
  const { queues, pools = {}, tags = [] } = (versions[version] ?? versions[0]).input
  const { queue } = readShard(pk)
  const input = queues[queue]
  const isOfQueue = (job: Covered) => {
    if (readShard(job.pk).queue !== queue) return undefined
    return (input?.costs ? ownCost(job.item) : undefined) ?? 1
  }
  const named = new Set([...Object.keys(input?.pools ?? {}), ...poolsNamedBy(item)])
  return [
    ...rateOf(`total|${queue}`, input?.total, isOfQueue),
    ...[...named].flatMap((pool) =>
      rateOf(`pool|${pool}`, pools[pool], (job) => {
        const queue = queues[readShard(job.pk).queue]
        const cost = useOf(queue?.pools?.[pool], 'cost')
        const usual = cost ?? (poolsNamedBy(job.item).includes(pool) ? 1 : undefined)
        // A batch is one start, whatever its jobs say.
        return usual && (queue?.batch ? usual : (ownCost(job.item) ?? usual))
      }),
    ),
    ...ruledOver(input, { pk, item }),
    ...tagsOver(tags, item).flatMap(({ name, limit }) =>
      rateOf(name, limit, (job) =>
        tagsOver(tags, job.item).some((other) => other.name === name)
          ? ((queues[readShard(job.pk).queue]?.batch ? undefined : ownCost(job.item)) ?? limit.cost ?? 1)
          : undefined,
      ),
    ),
  ]
}

/** The rate of a queue that goes by a rule of its own: of the value that a job has, by the documentation of its lane's key. */
function ruledOver(input: QueueInput | undefined, job: Covered): CoveringRate[] {
  const { rateLimit: rate, costs } = input ?? {}
  if (!rate?.partition) return []
  const nameOf = (one: Covered): string => ruledName('rate', rate.partition, one)
  const { queue } = readShard(job.pk)
  const name = nameOf(job)
  return rateOf(name, { rateLimit: rate }, (one) =>
    readShard(one.pk).queue === queue && nameOf(one) === name
      ? ((costs ? ownCost(one.item) : undefined) ?? 1)
      : undefined,
  )
}

type Rule = QueueInput['partition']

/** As far as rules are drawn: by task, by the region of the payload, or by both. */
export function ruledName(kind: 'rate' | 'batch', rule: Rule, { pk, item }: Covered): string {
  const byTask = rule === 'task' || rule?.task === true
  const { region } = asMap<string>(item?.['payload'])
  // Of a payload that is kept outside only its client knew more than the key.
  if (rule !== 'task' && region === undefined)
    return (new RegExp(`\\+(${kind}\\.[^+]*)`).exec(pk)?.[1] ?? `${kind}.none`).replace('.', '|')
  const parts = [
    ...(byTask ? [['task', String(item?.['task'])]] : []),
    ...(rule === 'task' ? [] : [['payload.region', encodeURIComponent(String(region))]]),
  ]
  return `${kind}|${readShard(pk).queue}:${parts.map(([key]) => key).join(',')}=${parts.map(([, value]) => value).join(',')}`
}

/** What a job says that it costs. */
export const ownCost = (item: Covered['item']): number | undefined =>
  typeof item?.['cost'] === 'number' ? item['cost'] : undefined

/** A handler that would begin later than this after its stamp has to be stamped again. */
export const slackOf = ({ margin_ms }: { readonly margin_ms: number }): number => Math.max(1, margin_ms / 2)

/** A job that names a pool counts as one start, unless its queue says something else. */
const poolsNamedBy = (item: Covered['item']): string[] => Object.keys(asMap<number>(item?.['pools']))

function rateOf(name: string, written: Written, costOf: CoveringRate['costOf']): CoveringRate[] {
  if (typeof written !== 'object' || !written.rateLimit) return []
  const { allowed, period, margin } = written.rateLimit
  const period_ms = Number(period)
  const usual_ms = Math.min(1000, Math.max(20, Math.round(period_ms / 40)))
  return [{ name, allowed, period_ms, margin_ms: margin === undefined ? usual_ms : Number(margin), costOf }]
}

export const limiterRates: Check = {
  name: 'I2 totals, pools and tags',
  after(event, { truth, fail }) {
    if (event.kind !== 'attemptStarted') return
    const version = truth.limits.versionInForce(truth.now)
    if (version === undefined) return
    for (const configured of ratesOver(truth.plan, version, event)) {
      const set = truth.limits.limiterSets.get(configured.name)
      const rate = rateSet(configured, set?.limits)
      const obeyedSince = set ? set.since + LONGEST_PASS_MS : Number.NEGATIVE_INFINITY
      const excess_ms = Math.max(0, 2 * truth.plan.maxSkew_ms - (rate.margin_ms - slackOf(rate)))
      const window_ms = rate.period_ms - excess_ms
      const starts = firstOfCalls(truth.attempts)
        .filter(({ startedAt, claimedAt }) => startedAt > truth.now - window_ms && claimedAt > obeyedSince)
        .filter(
          ({ claimedAt }) => truth.limits.onlyVersion(claimedAt - LONGEST_PASS_MS, truth.now) === version,
        )
        .reduce((sum, attempt) => sum + (rate.costOf(coveredBy(attempt)) ?? 0), 0)
      if (starts > rate.allowed)
        fail(
          `${rate.name}: ${starts} starts within ${window_ms} ms; ${rate.allowed} per ${rate.period_ms} ms`,
        )
    }
  },
}

/** What somebody has set holds in its place. */
function rateSet(configured: CoveringRate, limits: LimitOverride | undefined): CoveringRate {
  if (!limits?.rateLimit) return configured
  const { allowed, period_ms } = limits.rateLimit
  return {
    ...configured,
    allowed,
    period_ms,
    margin_ms: Math.min(1000, Math.max(20, Math.round(period_ms / 40))),
  }
}

/** A start is granted before its job is claimed, by a pass that takes its time. */
const LONGEST_PASS_MS = 30_000
