/** A queue's rate as people write it: of its partitions, or by a rule of its own. */
import { limitFields } from '../limits/input.ts'
import { partitionSchema } from './partition.ts'
import { textOf } from './rate-rule.ts'

/** It stands in the keys of jobs. */
const LONGEST_RULE = 100

/** The rule of its own: each of its values has the rate by itself, whatever the partitions of its jobs. */
export const ruledRateSchema = limitFields('leave it out for no limit')
  .rateLimit.unwrap()
  .extend({
    partition: partitionSchema
      .refine(
        (rule) => isShort(textOf(rule)),
        `its keys stand in the keys of jobs: at most ${LONGEST_RULE} characters`,
      )
      .optional(),
  })

const isShort = (text: string): boolean => text.length <= LONGEST_RULE && text.isWellFormed()
