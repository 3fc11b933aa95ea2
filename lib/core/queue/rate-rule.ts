/**
 * A rate that goes by a rule of its own: a queue's partitions are one customer's each, say, and the API that all call counts by
 * region. Then no partition has a rate. Each value of the rule has a limiter that grants the starts, like that of a pool,
 * and its name stands in the lane of each job: `crm|acme|+rate.crm:payload.region=eu`.
 */
import { isDeepEqual } from '../deep-equal.ts'
import { toRate } from '../limits/input.ts'
import { type LimiterId, type LimiterName, nameOf, ruledNamed } from '../limits/limiter-name.ts'
import { type RateLimit, withMargin } from '../limits/limits.ts'
import { counting } from '../limits/shared-rate.ts'
import { encodePartition } from '../text/partition-value.ts'
import { isOfRule, type OwnRule, ownRule } from './own-rule.ts'
import type { PartitionRule } from './partition.ts'
import type { KnownLimiter } from './pools.ts'

export interface RateRule extends OwnRule {
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
  return { ...ownRule('rate', name, rule), rateLimit: rate, mostInFlight: rate.allowed * windows }
}

type Queues = Readonly<Record<string, { readonly rateRule?: RateRule; readonly costs?: true }>>

const ruleOf = (queues: Queues, queue: string): RateRule | undefined =>
  Object.hasOwn(queues, queue) ? queues[queue]?.rateRule : undefined

/** What a queue has under a limiter's name, if that is of the rate of one of its values. */
export function limiterOfRules(queues: Queues, name: LimiterName): KnownLimiter | undefined {
  const [, queue = ''] = /^rate\|([^:]+):/.exec(name) ?? []
  const rule = ruleOf(queues, queue)
  if (!rule || !isOfRule(rule, name)) return undefined
  const counted = counting(queues[queue]?.costs === true)
  return { name, rate: { name, rateLimit: rule.rateLimit, costs: {}, ...counted } }
}

/** The limiter that somebody names; none if the queue's rate has no rule of its own. */
export function limiterNameOf(queues: Queues, id: LimiterId): LimiterName | undefined {
  if (!('rate' in id)) return nameOf(id)
  const rule = ruleOf(queues, id.rate)
  return rule && ruledNamed('rate', rule.key, encodePartition(String(id.of)))
}
