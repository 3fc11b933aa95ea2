/** The adaptive throttle as people write it. */
import * as z from 'zod'
import { durationBetween } from '../text/duration.ts'
import { ADAPTIVE_DEFAULTS, type AdaptiveRule } from './adaptive.ts'
import { LONGEST_MS } from './limits.ts'

const MOST_OUTCOMES = 100

/** Its shape; `true` takes the defaults. */
export const adaptiveSchema = z
  .union([
    z.literal(true).transform(() => ({})),
    z.strictObject({
      outcomes: z.int().min(1).max(MOST_OUTCOMES).optional(),
      threshold: z.number().gt(0).max(1).optional(),
      factor: z.number().gt(1).max(10).optional(),
      minimumOutcomes: z.int().min(1).max(MOST_OUTCOMES).optional(),
      most: z
        .number()
        .gt(1, 'it is how many times slower at the most: more than 1, or leave adaptive out')
        .max(1000)
        .optional(),
      recovery: durationBetween(1000, LONGEST_MS).optional(),
    }),
  ])
  .transform(toRule)
  .refine(({ minimumOutcomes, outcomes }) => minimumOutcomes <= outcomes, {
    path: ['minimumOutcomes'],
    message: 'so many outcomes are never seen: it is at most `outcomes`',
  })

export type AdaptiveInput = z.input<typeof adaptiveSchema>

type Written = { readonly [Key in keyof AdaptiveRule]?: AdaptiveRule[Key] | undefined } & {
  readonly recovery?: number | undefined
}

function toRule({ recovery, ...written }: Written): AdaptiveRule {
  const given = Object.fromEntries(Object.entries(written).filter(([, value]) => value !== undefined))
  const rule = { ...ADAPTIVE_DEFAULTS, ...given }
  const minimumOutcomes = written.minimumOutcomes ?? Math.min(rule.minimumOutcomes, rule.outcomes)
  return { ...rule, minimumOutcomes, recovery_ms: recovery ?? rule.recovery_ms }
}
