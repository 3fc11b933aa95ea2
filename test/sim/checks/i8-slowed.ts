/** I8: nothing of a partition is claimed before its slow-down ends, and a job that has asked for it has spent nothing. */
import type { ShardKey } from '../../../lib/core/keys.ts'
import type { Check } from './check.ts'
import { isWritten } from './claims.ts'
import { ownerOf } from './keys.ts'

/** A pass over a shard that borrows reads the plain one first; nobody fences it. */
const PASS_MS = 60_000

export const slowedStartsNothing = (): Check => {
  const asked = new Map<ShardKey, { readonly until: number; readonly at: number }>()
  return {
    name: 'I8 slowed down',
    after(event, { truth, tables, fail }) {
      if (event.kind !== 'effect' || !isWritten(event.effect)) return
      const { shard, change } = event.effect
      const owner = ownerOf(shard)
      const slowed = tables.states.get(owner)?.slowed
      const known = asked.get(owner)
      if (slowed && slowed.until !== known?.until) asked.set(owner, { until: slowed.until, at: truth.now })
      if (!known || Object.keys(change.take).length === 0) return
      const grace = owner === shard ? 0 : PASS_MS
      if (truth.now > known.at + grace && truth.now + 2 * truth.plan.maxSkew_ms < known.until)
        fail(
          `${shard} claims ${Object.keys(change.take)}, ${known.until - truth.now} ms before its slow-down ends`,
        )
    },
  }
}
