/** A queue's rate as people write it: of its partitions, or by a rule of its own. */
import { limitFields } from '../limits/input.ts'
import { ownRuleSchema } from './own-rule-input.ts'

/** The rule of its own: each of its values has the rate by itself, whatever the partitions of its jobs. */
export const ruledRateSchema = limitFields('leave it out for no limit')
  .rateLimit.unwrap()
  .extend({ partition: ownRuleSchema.optional() })
