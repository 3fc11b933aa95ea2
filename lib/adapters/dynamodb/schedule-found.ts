/** The condition under which a schedule is written or removed: that its place is as it was found. */
import { isDeepEqual } from '../../core/deep-equal.ts'
import { SCHEDULE_ATTRIBUTES } from '../../core/schedule/schedule-item.ts'
import type { FoundVersion, RawSchedule } from '../../ports/schedules.ts'
import { UpdateExpression } from './expression.ts'
import { fromItem, type Item, originalOf, toItem } from './item.ts'

/** DynamoDB takes expressions of 4 KB. The attributes beyond decide nothing. */
const MAX_ATTRIBUTES = 60

export function asFound(found: FoundVersion) {
  const expression = new UpdateExpression()
  if (found === 'absent') isFree(expression)
  else if (typeof found === 'number') isSameVersion(expression, found)
  else isSameByHand(expression, found)
  return expression.buildCondition()
}

/** Race: somebody has made a schedule of this name since there was none. */
const isFree = (expression: UpdateExpression): void =>
  void expression.condition(`attribute_not_exists(${expression.path('pk')})`)

/** Race: somebody has written the schedule since it was read: another firing of it, or a client. */
const isSameVersion = (expression: UpdateExpression, version: number): void =>
  void expression.condition(`${expression.path('version')} = ${expression.value(version)}`)

/**
 * Races: its arrival has come twice, or a client has scheduled the name meanwhile: then it has another version. And somebody has put
 * another item over it since it was read, whose own arrival is still to come: that one must not get lost.
 */
function isSameByHand(expression: UpdateExpression, item: RawSchedule): void {
  const original = originalOf(item)
  const names = Object.keys(original).filter((name) => name !== 'pk')
  expression.condition(`attribute_exists(${expression.path('pk')})`)
  for (const name of versionFirst(names).slice(0, MAX_ATTRIBUTES)) {
    const [path, part] = [expression.path(name), original[name]]
    // The SDK does not give the value of an attribute called __proto__.
    expression.condition(
      part === undefined ? `attribute_exists(${path})` : `${path} = ${expression.attribute(part)}`,
    )
  }
  for (const name of SCHEDULE_ATTRIBUTES.filter((name) => !names.includes(name)))
    expression.condition(`attribute_not_exists(${expression.path(name)})`)
}

/** It tells a schedule from all else, so it is never beyond those that decide. */
const versionFirst = (names: readonly string[]): string[] =>
  names.toSorted((one, other) => Number(other === 'version') - Number(one === 'version'))

/**
 * A lost reply: the SDK has sent the write again, and finds what it wrote; or what another has written word for word, which is as good.
 * Who must not take that for its own marks it.
 */
export const isOwnWrite = (standing: Item | undefined, item: RawSchedule): boolean =>
  standing !== undefined && isDeepEqual(fromItem(standing), fromItem(toItem(item)))
