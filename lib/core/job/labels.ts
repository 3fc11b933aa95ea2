/** The tags and pools of a job, as anybody may have written them. */
import * as z from 'zod'
import { weightsSchema } from '../queue/limiters-input.ts'
import { MOST_UNITS } from '../queue/shared-limits-input.ts'
import { tagKey, tagValue } from '../queue/tags-input.ts'
import { describeIssues } from '../text/issues.ts'
import { type Parsed, parsed, refused } from '../text/parsed.ts'

/** What the limits of single jobs go by. */
export interface Labels {
  readonly tags?: Readonly<Record<string, string>> | undefined
  /** How many units the job uses of which pools, beside what its queue says or instead of that. */
  readonly pools?: Readonly<Record<string, number>> | undefined
}

export const labelsOf = ({ tags, pools }: Labels): Labels => ({
  ...(tags ? { tags } : {}),
  ...(pools ? { pools } : {}),
})

const MOST_TAGS = 50

/** Only those that have a limit count; the others are for people. */
export const tagsOfJobSchema = z
  .record(tagKey, tagValue)
  .refine((tags) => Object.keys(tags).length <= MOST_TAGS, `a job has at most ${MOST_TAGS} tags`)

/** Of each pool at most so many units as a pool can have. */
export const jobPoolsSchema = weightsSchema.refine(
  (pools) => Object.values(pools).every((weight) => weight <= MOST_UNITS),
  `a job takes at most ${MOST_UNITS} units of a pool`,
)

const labelsSchema = z.object({ tags: tagsOfJobSchema.optional(), pools: jobPoolsSchema.optional() })

export function readLabels(item: object): Parsed<Labels> {
  const labels = labelsSchema.safeParse(item)
  return labels.success ? parsed(labels.data) : refused(describeIssues(labels.error))
}
