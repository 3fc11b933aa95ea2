/** What people set at run time, and handlers ask for: each counts as a pass, so that one that has read the item before loses. */
import type { LimitOverride } from '../../core/limits/limits.ts'
import type { SlowDown } from '../../core/limits/slow-down.ts'
import type { ShardState } from '../../core/shard/state.ts'
import { UpdateExpression } from './expression.ts'
import { sameOverride } from './pass-expression.ts'

/** The item stays until a pass has seen it, or may go at `expiresAt`. */
export function overrideExpression(
  owner: ShardState,
  limits: LimitOverride | undefined,
  expiresAt: number | undefined,
): UpdateExpression {
  const change = counted()
  // Race: somebody has set something else since, or has paused it: that is not to be lost.
  sameOverride(change, owner)
  if (limits) change.set(change.path('override'), limits)
  else change.remove(change.path('override'))
  return keptUntil(change, limits ? undefined : expiresAt)
}

/** @param isOverridden whether it is written only to an item with an override, or only to one without; or to any */
export function slowExpression(
  slow: SlowDown | undefined,
  expiresAt: number | undefined,
  isOverridden?: boolean,
): UpdateExpression {
  const change = counted()
  if (slow) change.set(change.path('slowed'), slow)
  else change.remove(change.path('slowed'))
  const is = isOverridden ? 'attribute_exists' : 'attribute_not_exists'
  // Race: somebody has set a limit since, and the item has to stay; or has taken it back.
  if (isOverridden !== undefined) change.condition(`${is}(${change.path('override')})`)
  return keptUntil(change, isOverridden ? undefined : expiresAt)
}

function counted(): UpdateExpression {
  const change = new UpdateExpression()
  return change.increase(change.path('version'), 1)
}

const keptUntil = (change: UpdateExpression, expiresAt: number | undefined): UpdateExpression =>
  expiresAt === undefined
    ? change.remove(change.path('expiresAt'))
    : change.set(change.path('expiresAt'), expiresAt)
