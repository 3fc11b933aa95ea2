/** Limits of tags as people write them: of a key, of a key with one value, or of a key for each value by itself. */
import * as z from 'zod'
import { toRate } from '../limits/input.ts'
import { MAX_TAG_VALUE_LENGTH, TAG_KEY } from '../limits/lane.ts'
import { eachNamed, type LimiterName, tagNamed, tagValueNamed } from '../limits/limiter-name.ts'
import { type RateLimit, withMargin } from '../limits/limits.ts'
import { divided } from '../limits/queue-limiter.ts'
import { counting } from '../limits/shared-rate.ts'
import type { KnownLimiter } from './pools.ts'
import {
  COSTS_BY_DEFAULT,
  COUNTS_NOTHING,
  costsField,
  countsSomething,
  LIMITS_NOTHING,
  limitsSomething,
  sharedFields,
} from './shared-limits-input.ts'

export const tagKey = z
  .string()
  .regex(
    TAG_KEY,
    'the key of a tag begins with a letter or digit and has letters, digits and _ . : -, at most 64',
  )

export const tagValue = z
  .string()
  .min(1, 'the value of a tag is not empty')
  .max(MAX_TAG_VALUE_LENGTH, `the value of a tag has at most ${MAX_TAG_VALUE_LENGTH} characters`)
  .refine((value) => value.isWellFormed(), 'the value of a tag holds half of a character (a lone surrogate)')

const tagLimitSchema = z
  .strictObject({
    key: tagKey,
    /** Only jobs whose tag has this value. Default: all that bear the key. */
    value: tagValue.optional(),
    /** Each value has the limit by itself. Excludes `value`. */
    each: z.literal(true).optional(),
    /** How many such jobs run simultaneously, and how many start in any window, of all queues. */
    ...sharedFields,
    /** Its rate counts what jobs say that they cost, and not how many start. Default: it does. */
    ...costsField,
    /** As how many starts such a job counts, unless what it says counts. Default: one. */
    cost: z.int().min(1, 'a job counts as at least one start').optional(),
  })
  .refine(limitsSomething, LIMITS_NOTHING)
  .refine(countsSomething, COUNTS_NOTHING)
  .refine(({ value, each }) => value === undefined || each === undefined, {
    path: ['each'],
    message: 'one value, or each of them: leave value or each out',
  })
  .refine(({ rateLimit, cost }) => rateLimit !== undefined || cost === undefined, {
    path: ['cost'],
    message: 'without a rate no starts are counted: leave cost or give rateLimit',
  })
  .refine(({ rateLimit, cost = 1 }) => !rateLimit || rateLimit.allowed === 0 || cost <= rateLimit.allowed, {
    path: ['cost'],
    message: 'a job that counts as more starts than the rate allows could never run',
  })
  .transform(
    ({ rateLimit, ...limit }): TagLimit => ({
      ...limit,
      ...(rateLimit ? { rateLimit: withMargin(toRate(rateLimit)) } : {}),
    }),
  )

export interface TagLimitInput<TagKey extends string = string>
  extends Omit<z.input<typeof tagLimitSchema>, 'key'> {
  readonly key: TagKey
}

export const tagsSchema = z
  .array(tagLimitSchema)
  .superRefine((limits, context) => {
    const names = limits.map(({ key, value, each }) => JSON.stringify([key, value, each]))
    for (const [index, name] of names.entries())
      if (names.indexOf(name) < index)
        context.addIssue({ code: 'custom', path: [index], message: 'this tag has a limit already' })
  })
  .default([])

/** The limit of some tags: a number of units, a rate, or both. */
export interface TagLimit<TagKey extends string = string> {
  readonly key: TagKey
  readonly value?: string | undefined
  readonly each?: true | undefined
  readonly concurrency?: number | undefined
  readonly rateLimit?: RateLimit
  readonly costs?: boolean | undefined
  readonly cost?: number | undefined
}

/** The limiter by which a limit covers a job that bears the key with this value, if it does. */
export function limiterOfTag(limit: TagLimit, key: string, value: string): LimiterName | undefined {
  if (limit.key !== key) return undefined
  if (limit.each) return eachNamed(key, value)
  if (limit.value === undefined) return tagNamed(key)
  return limit.value === value ? tagValueNamed(key, value) : undefined
}

/** Whether a limiter of that name is one of this limit. */
export function isOfLimit({ key, value, each }: TagLimit, name: LimiterName): boolean {
  if (each) return name.startsWith(eachNamed(key, ''))
  return name === (value === undefined ? tagNamed(key) : tagValueNamed(key, value))
}

/** What one of these limits has under a limiter's name, if that is of a tag. */
export function limiterOfTags(limits: readonly TagLimit[], name: LimiterName): KnownLimiter | undefined {
  const limit = limits.find((one) => isOfLimit(one, name))
  if (!limit) return undefined
  const { concurrency, rateLimit, cost = 1, costs = COSTS_BY_DEFAULT } = limit
  return {
    name,
    ...(concurrency === undefined ? {} : { units: divided({ name, concurrency, weights: {} }) }),
    ...(rateLimit ? { rate: { name, rateLimit, costs: {}, cost, ...counting(costs) } } : {}),
  }
}
