/** What a job costs, as anybody may have written it. */
import * as z from 'zod'
import { MOST_ALLOWED } from '../limits/limits.ts'

export const costSchema = z
  .int()
  .min(1, 'a job costs 1 or more')
  .max(MOST_ALLOWED, `a job costs at most ${MOST_ALLOWED}`)
