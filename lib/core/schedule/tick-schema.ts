/** What a job's item says of the tick that has made it. Anybody may have written it. */
import * as z from 'zod'
import { isValidInstant } from '../text/instant.ts'
import type { TickOfJob } from './schedule.ts'

/** A job, and its item. */
export interface FromTick {
  /** The tick that has made it, if a schedule has. */
  readonly schedule?: TickOfJob
}

const instant = z.number().refine(isValidInstant, 'is no time: epoch ms up to the year 9999')
const MOST_NEXT = 5

/** What a later version has added does not matter: its jobs are run by an earlier one, too, while a deploy is under way. */
export const tickOfJobSchema: z.ZodType<TickOfJob> = z.object({
  task: z.string().min(1),
  name: z.string().min(1),
  at: instant,
  previous: instant.exactOptional(),
  next: z.array(instant).max(MOST_NEXT),
  moved_ms: z.int().exactOptional(),
  isManual: z.literal(true).exactOptional(),
  onFailure: z.enum(['commit', 'wait']).exactOptional(),
})
