/** The names of limiters: `total|crm`, `pool|gpu`, `tag|model`, `tag|model=gpt-5`, `each|user=ann`, `rate|crm:payload.region=eu`, `rate|crm|acme`. */
import * as z from 'zod'

declare const nameBrand: unique symbol
export type LimiterName = string & { readonly [nameBrand]: true }

export const totalOf = (queue: string): LimiterName => `total|${queue}` as LimiterName
/** Of a partition whose rate counts what jobs cost. Nobody names it: what people set stands in the partition's own item. */
export const rateOfPartition = (queue: string, partition: string | undefined): LimiterName =>
  `rate|${queue}${partition === undefined ? '' : `|${partition}`}` as LimiterName
/** One of a rule has a `:` behind the queue. */
export const isRateOfPartition = (name: LimiterName): boolean => /^rate\|[^|:]*(\||$)/.test(name)
export const poolNamed = (pool: string): LimiterName => `pool|${pool}` as LimiterName
/** Of all jobs that bear the tag, whatever its value is. */
export const tagNamed = (key: string): LimiterName => `tag|${key}` as LimiterName
/** Of the jobs whose tag has this value. */
export const tagValueNamed = (key: string, value: string): LimiterName =>
  `tag|${key}=${encodeValue(value)}` as LimiterName
/** The same where each value has a limiter of its own. */
export const eachNamed = (key: string, value: string): LimiterName =>
  `each|${key}=${encodeValue(value)}` as LimiterName

/** What in a queue may go by a rule of its own. Of its batches only lanes have the name: they are no limiter. */
export type OwnRuleKind = 'rate' | 'batch'

/**
 * Of the jobs for which such a rule of a queue has this value.
 * @param value as in the key of a partition
 */
export const ruledNamed = (kind: OwnRuleKind, rule: string, value: string): LimiterName =>
  `${kind}|${rule}=${value.replaceAll('+', '%2B')}` as LimiterName

interface RateId<QueueName extends string = string> {
  readonly rate: QueueName
  readonly of: string
}

/**
 * A queue's total, a pool, or the limit of a tag: of its key, of one value, or of one where each has its own. Or a queue's rate
 * that goes by a rule of its own, of one value.
 */
export type LimiterId<
  QueueName extends string = string,
  PoolName extends string = string,
  TagKey extends string = string,
> =
  | { readonly total: QueueName }
  | { readonly pool: PoolName }
  | { readonly tag: TagKey; readonly value?: string }
  | { readonly tag: TagKey; readonly each: string }
  | RateId<QueueName>

/** It stands in a key. */
const valueSchema = z
  .string()
  .min(1)
  .max(256)
  .refine((value) => value.isWellFormed())

/** For what comes from code without types. */
export const limiterIdSchema = z.union([
  z.strictObject({ total: z.string() }),
  z.strictObject({ pool: z.string() }),
  z.strictObject({ tag: z.string(), value: z.string().optional() }),
  z.strictObject({ tag: z.string(), each: z.string() }),
  z.strictObject({ rate: z.string(), of: valueSchema }),
])

export function nameOf(id: Exclude<LimiterId, RateId>): LimiterName {
  if ('total' in id) return totalOf(id.total)
  if ('pool' in id) return poolNamed(id.pool)
  if ('each' in id) return eachNamed(id.tag, String(id.each))
  return id.value === undefined ? tagNamed(id.tag) : tagValueNamed(id.tag, String(id.value))
}

/** In the key of a lane `|` and `+` separate. */
const encodeValue = (value: string): string =>
  value.replaceAll('%', '%25').replaceAll('|', '%7C').replaceAll('+', '%2B')

export const decodeValue = (text: string): string =>
  text.replaceAll('%2B', '+').replaceAll('%7C', '|').replaceAll('%25', '%')
