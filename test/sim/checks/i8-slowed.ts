/** I8: nothing is claimed before the slow-down of its partition ends, or of a total or a pool that covers it, whoever has asked for it. */

import type { Tables } from '../../../lib/adapters/memory/tables.ts'
import type { ShardKey } from '../../../lib/core/keys.ts'
import type { Check } from './check.ts'
import { isWritten } from './claims.ts'
import { coveringOf } from './i1-limiters.ts'
import { ownerOf } from './keys.ts'
import type { Truth } from './truth.ts'

/** A pass over a shard that borrows reads the other's item first; nobody fences it. */
const PASS_MS = 60_000

export const slowedStartsNothing = (): Check => {
  const asked = new Map<ShardKey, { readonly until: number; readonly at: number }>()
  return {
    name: 'I8 slowed down',
    after(event, { truth, tables, fail }) {
      if (event.kind !== 'effect' || !isWritten(event.effect)) return
      const { shard, change } = event.effect
      for (const item of [ownerOf(shard), ...limitersOver(truth, shard)]) {
        const known = asked.get(item)
        learn(tables, item, truth.now)
        if (!known || Object.keys(change.take).length === 0) continue
        if (isLimiter(item) && asked.get(item)?.until !== known.until) continue
        const grace = item === shard ? 0 : PASS_MS
        if (truth.now > known.at + grace && truth.now + 2 * truth.plan.maxSkew_ms < known.until)
          fail(
            `${shard} claims ${Object.keys(change.take)}, ${known.until - truth.now} ms before the slow-down of ${item} ends`,
          )
      }
    },
  }

  /** People lift those of limiters, and none of partitions. */
  function learn({ states }: Tables, item: ShardKey, at: number): void {
    const until = states.get(item)?.slowed?.until
    if (until === undefined && isLimiter(item)) asked.delete(item)
    if (until !== undefined && until !== asked.get(item)?.until) asked.set(item, { until, at })
  }
}

const isLimiter = (item: ShardKey): boolean => item.startsWith('$limiter|')

/** While nobody goes by another configuration. */
function limitersOver({ plan, limits, now }: Truth, pk: string): ShardKey[] {
  const version = limits.onlyVersion(now - PASS_MS, now)
  const names = version === undefined ? [] : [...coveringOf(plan, version, { pk }).keys()]
  return names.map((name) => `$limiter|${name}` as ShardKey)
}
