/** Starts of a shared rate, in the window of the limiter's item. */
import type { GrantKey } from '../../core/limits/grant.ts'
import { isNew } from '../../core/shard/expiry.ts'
import type { ShardState } from '../../core/shard/state.ts'
import type { GrantWrite } from '../../ports/store.ts'
import { UpdateExpression } from './expression.ts'
import { sameOverride, sameVersion } from './pass-expression.ts'

export function grantExpression(
  limiter: ShardState,
  { take, drop, expiresAt }: GrantWrite,
): UpdateExpression {
  const update = new UpdateExpression()
  sameVersion(update, limiter)
  sameOverride(update, limiter)
  update.increase(update.path('version'), 1)
  if (!limiter.initialised) {
    update.set(update.path('slots'), {}).set(update.path('window'), Object.fromEntries(take))
  } else {
    for (const [key, units] of take) update.set(update.path('window', key), units)
    for (const key of drop) update.remove(update.path('window', key))
  }
  if (limiter.expiresAt !== undefined || isNew(limiter)) update.set(update.path('expiresAt'), expiresAt)
  return update
}

/** Race: a copy of this call, or the time, has been here. What counts otherwise stays, so no version is needed. */
export function settleExpression([key, units]: GrantKey, bucket: string | undefined): UpdateExpression {
  const update = new UpdateExpression()
  const path = update.path('window', key)
  update.condition(`${path} = ${update.value(units)}`).remove(path)
  if (bucket !== undefined) update.increase(update.path('window', bucket), units)
  return update
}

/** A reply that was lost: nobody else writes these keys. */
export const isGranted = ({ window }: ShardState, { take }: GrantWrite): boolean =>
  take.length > 0 && take.every(([key, units]) => window[key] === units)
