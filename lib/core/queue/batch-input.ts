/** `batch` as people write it: several jobs of a partition are one attempt. */
import * as z from 'zod'
import type { BatchRule } from '../limits/batch-rule.ts'
import { durationBetween } from '../text/duration.ts'
import { MAX_DELAY_MS } from '../times.ts'
import { ownRuleSchema } from './own-rule-input.ts'

/** The slot lists its jobs, some 60 bytes each, and each write of a slot is paid by the KB. */
const MOST_JOBS = 100

export const batchFields = {
  /**
   * Up to `size` jobs of a partition are one attempt: one slot, one start of the rate, one call of the handler, which says
   * what has become of each. One that is not full starts when one of its jobs has been due for `wait`. Default: each
   * job by itself.
   */
  batch: z
    .strictObject({
      size: z
        .int()
        .min(2, 'is 2 or more; leave batch out for jobs by themselves')
        .max(MOST_JOBS, `is at most ${MOST_JOBS}`),
      /** Default: it takes what is due, and waits for no more. At most 15 minutes. */
      wait: durationBetween(0, MAX_DELAY_MS).default(0),
      /** Which jobs of a partition may be in one batch, written like `partition`. Default: all. */
      by: ownRuleSchema.optional(),
    })
    .optional(),
}

export const batchOf = ({
  batch,
}: {
  readonly batch?: { readonly size: number; readonly wait: number } | undefined
}): { readonly batch?: BatchRule } => (batch ? { batch: { size: batch.size, wait_ms: batch.wait } } : {})
