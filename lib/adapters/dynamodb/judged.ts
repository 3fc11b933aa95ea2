/**
 * The condition under which a job's item may be deleted or moved: that it is the one that was judged.
 *
 * Race: between reading and writing somebody has corrected the item, or put another job under its key. It must stay.
 * And two recoveries of one job, or one whose reply was lost: only the first finds the item in its place.
 */
import { isOfWork, JUDGED_ATTRIBUTES, type RawItem } from '../../core/job/job.ts'
import type { UpdateExpression } from './expression.ts'
import { originalOf } from './item.ts'

/** DynamoDB takes expressions of 4 KB. The attributes beyond decide nothing. */
const MAX_ATTRIBUTES = 60

/**
 * `'job'`: the item is the job that was read. Attributes of its owner, such as one that tells how far a handler has
 * come, may have changed. `'work'`: nor does it matter whether somebody has cancelled it. `'item'`: it is the very item,
 * whatever was wrong with it.
 */
export type Sameness = 'job' | 'work' | 'item'

export function isStill(item: RawItem, sameness: Sameness, expression: UpdateExpression): UpdateExpression {
  const original = originalOf(item)
  // Race: the job is cancelled while it ends. If its work is done, it is; any other ending has to see the mark.
  const counts = (name: string) => sameness !== 'work' || isOfWork(name)
  const names = Object.keys(original).filter((name) => name !== 'pk' && name !== 'sk' && counts(name))
  const [judged, others] = [names.filter(isJudged), names.filter((name) => !isJudged(name))]
  expression.condition(`attribute_exists(${expression.path('pk')})`)
  for (const name of [...judged, ...(sameness === 'item' ? others : [])].slice(0, MAX_ATTRIBUTES)) {
    const [path, part] = [expression.path(name), original[name]]
    // The SDK does not give the value of an attribute called __proto__.
    expression.condition(
      part === undefined ? `attribute_exists(${path})` : `${path} = ${expression.attribute(part)}`,
    )
  }
  for (const name of JUDGED_ATTRIBUTES.filter((name) => counts(name) && !names.includes(name)))
    expression.condition(`attribute_not_exists(${expression.path(name)})`)
  return expression
}

const isJudged = (name: string): boolean => JUDGED_ATTRIBUTES.includes(name)
