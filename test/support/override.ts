/** Sets the limits of a shard as somebody does who has read nothing else. */
import type { ShardKey } from '../../lib/core/keys.ts'
import type { LimitOverride } from '../../lib/core/limits/limits.ts'
import { emptyState, type ShardState } from '../../lib/core/shard/state.ts'
import type { Store } from '../../lib/ports/store.ts'

export async function override(
  { states }: Pick<Store, 'states'>,
  shard: ShardKey,
  limits: LimitOverride | undefined,
): Promise<ShardState> {
  const written = await states.override((await states.read(shard)) ?? emptyState(shard), limits)
  if (!written) throw new Error('somebody has set a limit meanwhile')
  return written
}
