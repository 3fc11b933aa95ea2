/** The write of what a shard has borrowed, past its passes: any pass that has read the shard before it loses. */
import type { ShardState } from '../../core/shard/state.ts'
import { UpdateExpression } from './expression.ts'
import { sameVersion } from './pass-expression.ts'

export function borrowedExpression(
  state: ShardState,
  written: Readonly<Record<string, unknown>>,
  expiresAt: number | undefined,
): UpdateExpression {
  const update = new UpdateExpression()
  sameVersion(update, state)
  update.increase(update.path('version'), 1)
  for (const [name, value] of Object.entries(written)) update.set(update.path(name), value)
  for (const name of ['shards', 'unsettled']) update.remove(update.path(name))
  if (expiresAt !== undefined) update.set(update.path('expiresAt'), expiresAt)
  return update
}
