/**
 * A rate that goes by a rule of its own: a queue's partitions are one customer's each, say, and the API that all call counts by
 * region. Then no partition has a rate. Each value of the rule has a limiter that grants the starts, like that of a pool,
 * and its name stands in the lane of each job: `crm|acme|+rate.crm:payload.region=eu`. The name has the rule in it. So
 * another rule makes other limiters, and functions of a deploy's two configurations leave each other's lanes alone.
 */
import { isDeepEqual } from '../deep-equal.ts'
import { InvalidJobError } from '../errors.ts'
import { toRate } from '../limits/input.ts'
import { type Lane, type LanePart, partsOfLane } from '../limits/lane.ts'
import { type LimiterId, type LimiterName, nameOf, rateNamed } from '../limits/limiter-name.ts'
import { type RateLimit, withMargin } from '../limits/limits.ts'
import { type Parsed, parsed, refused } from '../text/parsed.ts'
import { encodePartition } from '../text/partition-value.ts'
import { type PartitionRule, partitionOf } from './partition.ts'
import type { KnownLimiter } from './pools.ts'

export interface RateRule {
  /** The queue and the rule, as the names of its limiters have them: `crm:payload.region`. */
  readonly key: string
  readonly rule: PartitionRule
  readonly rateLimit: RateLimit
  /** So many of the jobs of one value can be in flight, if each takes as long as it may. */
  readonly mostInFlight: number
}

interface Queue {
  readonly partition?: PartitionRule | undefined
  readonly rateLimit?:
    | (Parameters<typeof toRate>[0] & { readonly partition?: PartitionRule | undefined })
    | undefined
  readonly timeout: number
}

/** One that goes by the queue's own rule is a rate of its partitions, as if it named none. */
export function rateRuleOf(name: string, { partition, rateLimit, timeout }: Queue): RateRule | undefined {
  const rule = rateLimit?.partition
  if (!rateLimit || !rule || isDeepEqual(rule, partition)) return undefined
  const rate = withMargin(toRate(rateLimit))
  const windows = 1 + Math.ceil(timeout / rate.period_ms)
  return { key: `${name}:${textOf(rule)}`, rule, rateLimit: rate, mostInFlight: rate.allowed * windows }
}

/** What a rule looks at, in the order in which it does. */
export const textOf = ({ task, source, keys }: PartitionRule): string =>
  [...(task ? ['task'] : []), ...keys.map((key) => `${source}.${key}`)].map(encodeRule).join(',')

/** `=` ends a rule, `,` parts its values, and `|` and `+` parts of the key of a lane. */
const encodeRule = (text: string): string =>
  encodePartition(text).replaceAll('+', '%2B').replaceAll('=', '%3D').replaceAll(',', '%2C')

type Queues = Readonly<Record<string, { readonly rateRule?: RateRule; readonly costs?: true }>>

const ruleOf = (queues: Queues, queue: string): RateRule | undefined =>
  Object.hasOwn(queues, queue) ? queues[queue]?.rateRule : undefined

const isOfRule = ({ key }: RateRule, name: LimiterName): boolean => name.startsWith(rateNamed(key, ''))

/** What a queue has under a limiter's name, if that is of the rate of one of its values. */
export function limiterOfRules(queues: Queues, name: LimiterName): KnownLimiter | undefined {
  const [, queue = ''] = /^rate\|([^:]+):/.exec(name) ?? []
  const rule = ruleOf(queues, queue)
  if (!rule || !isOfRule(rule, name)) return undefined
  const counting = queues[queue]?.costs ? {} : { countsStarts: true as const }
  return { name, rate: { name, rateLimit: rule.rateLimit, costs: {}, ...counting } }
}

/** The limiter that somebody names; none if the queue's rate has no rule of its own. */
export function limiterNameOf(queues: Queues, id: LimiterId): LimiterName | undefined {
  if (!('rate' in id)) return nameOf(id)
  const rule = ruleOf(queues, id.rate)
  return rule && rateNamed(rule.key, encodePartition(String(id.of)))
}

/** A job, as far as a rule may ask for it. */
export interface Ruled {
  /** Without it, nothing is known but where the job lies. */
  readonly task?: string
  /** Absent if it is kept outside of the job's item. */
  readonly payload?: unknown
  readonly meta?: unknown
}

/** @param lane where the job lies: whoever put it there knew its payload */
export function ratePartOf(
  rule: RateRule,
  { task, payload, meta }: Ruled,
  lane: Lane | undefined,
): Parsed<LanePart> {
  const isHidden = task === undefined || (rule.rule.source === 'payload' && payload === undefined)
  if (isHidden) return writtenIn(rule, lane)
  try {
    const value = partitionOf(rule.rule, { task, payload, meta }, 'the rate of its queue goes by it')
    return parsed({ limiter: rateNamed(rule.key, value), weight: 1 })
  } catch (error) {
    if (!(error instanceof InvalidJobError)) throw error
    return refused(error.message)
  }
}

function writtenIn(rule: RateRule, lane: Lane | undefined): Parsed<LanePart> {
  const parts = lane === undefined ? undefined : partsOfLane(lane)
  const part = parts?.ok ? parts.value.find(({ limiter }) => isOfRule(rule, limiter)) : undefined
  if (part) return parsed(part)
  return refused(
    `the rate of its queue goes by a payload that is kept outside of the item, and its pk does not say the value: put it back ` +
      `(redrive) or enqueue it with a client, or end its pk with +rate.${rule.key}=<value>`,
  )
}

/**
 * Of a job of which only the value is known.
 * @param value as in the key of a partition
 */
export const lanePartOf = (rule: RateRule, value: string): LanePart => ({
  limiter: rateNamed(rule.key, value),
  weight: 1,
})
