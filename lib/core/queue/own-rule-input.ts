/** A rule beside that of a queue's partitions, as people write it. */
import { textOf } from './own-rule.ts'
import { partitionSchema } from './partition.ts'

/** It stands in the keys of jobs. */
const LONGEST_RULE = 100

export const ownRuleSchema = partitionSchema.refine(
  (rule) => isShort(textOf(rule)),
  `its keys stand in the keys of jobs: at most ${LONGEST_RULE} characters`,
)

const isShort = (text: string): boolean => text.length <= LONGEST_RULE && text.isWellFormed()
