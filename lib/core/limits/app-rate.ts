/**
 * A queue whose concurrency comes from the rate of an app: what the configuration says of it, what somebody has set at run
 * time, and the number that a partition keeps.
 */
import * as z from 'zod'
import { type AppRate, appRateSchema, maxConcurrentPerPartition } from './derived.ts'

/** Where a queue's concurrency comes from. */
export interface Derivation {
  readonly app: string
  /** As configured. */
  readonly rate: AppRate
  /** A partition never has less. */
  readonly floor: number
}

/** The number that a partition's plain shard keeps. */
export const derivedLimitSchema = z.strictObject({
  concurrency: z.int().min(1),
  /** What the configuration said when it was computed: if that has changed, it is computed anew. */
  from: z.string(),
  /** Which rate set at run time it knows of. */
  generation: z.int().min(0),
})
export type DerivedLimit = z.infer<typeof derivedLimitSchema>

/** The rate of an app as it was set at run time: one item of the State table. */
export const appRecordSchema = z.strictObject({
  rate: appRateSchema,
  /** What was configured when it was set. A configuration that says something else is newer, and wins. */
  configured: appRateSchema,
  /** Counts the rates that have been set. */
  generation: z.int().min(1),
  by: z.string().exactOptional(),
  reason: z.string().exactOptional(),
  /** How many partitions have the new number so far, and where to go on. */
  done: z.int().min(0),
  cursor: z.string().exactOptional(),
  /** Every partition has it. */
  isComplete: z.boolean(),
})
export type AppRecord = z.infer<typeof appRecordSchema>

export const isSameRate = (one: AppRate, other: AppRate): boolean =>
  one.rate === other.rate && one.frequency_s === other.frequency_s

/** What a number was computed from, as far as the configuration says it. */
const fingerprint = ({ app, rate, floor }: Derivation): string =>
  `${app} ${rate.rate}/${rate.frequency_s} s, at least ${floor}`

/** The floor is applied here, where the number is kept, and nowhere else. */
export const derivedNumber = (rate: AppRate, { floor }: Pick<Derivation, 'floor'>): number =>
  Math.max(floor, maxConcurrentPerPartition(rate))

/** What a partition keeps: by the rate set at run time, unless the configured one has been changed since. */
export function derivedLimit(derivation: Derivation, record: AppRecord | undefined): DerivedLimit {
  const isSet = record !== undefined && isSameRate(record.configured, derivation.rate)
  return {
    concurrency: derivedNumber(isSet ? record.rate : derivation.rate, derivation),
    from: fingerprint(derivation),
    generation: record?.generation ?? 0,
  }
}

/** Whether what a partition keeps was computed by this configuration. */
export const isDerivedHere = (derivation: Derivation, kept: DerivedLimit | undefined): boolean =>
  kept?.from === fingerprint(derivation)

/** Whether what a partition keeps came from this app, by whatever configuration. A false yes costs a computation. */
export const isDerivedFrom = (app: string, kept: DerivedLimit | undefined): boolean =>
  kept?.from.startsWith(`${app} `) ?? false

/**
 * What a partition keeps whose queue is not configured now: no configuration has computed it, so if a deploy brings the queue
 * back, its first pass computes it by the rate of that time.
 */
export const outdated = ({ concurrency }: DerivedLimit, { generation }: AppRecord): DerivedLimit => ({
  concurrency,
  from: '',
  generation,
})
