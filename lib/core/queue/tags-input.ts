/** Limits of tags as people write them: of a key, of a key with one value, or of a key for each value by itself. */
import * as z from 'zod'
import { MAX_TAG_VALUE_LENGTH, TAG_KEY } from '../limits/lane.ts'
import { eachNamed, type LimiterName, tagNamed, tagValueNamed } from '../limits/limiter-name.ts'
import { unitsSchema } from './shared-limits-input.ts'

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
    /** How many such jobs run simultaneously, of all queues. */
    concurrency: unitsSchema,
  })
  .refine(({ value, each }) => value === undefined || each === undefined, {
    path: ['each'],
    message: 'one value, or each of them: leave value or each out',
  })

export const tagsSchema = z
  .array(tagLimitSchema)
  .superRefine((limits, context) => {
    const names = limits.map(({ key, value, each }) => JSON.stringify([key, value, each]))
    for (const [index, name] of names.entries())
      if (names.indexOf(name) < index)
        context.addIssue({ code: 'custom', path: [index], message: 'this tag has a limit already' })
  })
  .default([])

/** The limit of some tags. */
export interface TagLimit<TagKey extends string = string> {
  readonly key: TagKey
  readonly value?: string | undefined
  readonly each?: true | undefined
  readonly concurrency: number
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
