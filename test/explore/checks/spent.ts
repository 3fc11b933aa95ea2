/**
 * I4: an attempt that is counted was made, where nobody dies between the two, and no worker is told that its start has
 * failed although it has not.
 */
import { parseSortKey } from '../../../lib/core/keys.ts'
import type { State } from '../state/state.ts'
import { IN_A_BATCH } from '../steps/past.ts'
import type { World } from '../world.ts'

export function spentAttempts({ tables, past }: State, { faults }: World): string[] {
  if (faults.crash + faults.slow + faults.replyLost > 0) return []
  const items = [...tables.jobs.values()].flatMap((shard) => [...shard.values()])
  return items.flatMap(({ sk, attempt }) => {
    const position = parseSortKey(sk)
    if (!position.ok || typeof attempt !== 'number' || attempt === 1) return []
    const before = `${position.value.id} (attempt ${attempt - 1})`
    return past.begun.has(before) || past.begun.has(before + IN_A_BATCH)
      ? []
      : [`I4 ${before} is counted, and was not made`]
  })
}
