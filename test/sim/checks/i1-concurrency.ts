/**
 * I1: at no moment do more handlers of a partition run than its concurrency. While the limit changes: than the largest
 * limit in force since the oldest of them was claimed, for a claim once made may start.
 */
import type { Check } from './check.ts'
import { isWritten } from './claims.ts'
import { readShard } from './keys.ts'
import { shareOf } from './limits.ts'

export const concurrency: Check = {
  name: 'I1 concurrency',
  after(event, { truth, fail }) {
    if (event.kind !== 'runStarted') return
    const { partition } = readShard(event.pk)
    const running = truth.runningIn(partition)
    const since = Math.min(...running.map(({ claimedAt }) => claimedAt))
    const most = Math.max(
      ...truth.limits.ofPartition(partition, since, truth.now).map((limit) => limit.concurrency),
    )
    if (running.length > most) fail(`${running.length} handlers of ${partition} run, the limit is ${most}`)
  },
}

/** I8: no pass takes a slot beyond the shard's share of the limit that holds now, whatever held before. */
export const share: Check = {
  name: 'I8 share of the limit in force',
  after(event, { truth, fail }) {
    if (event.kind !== 'effect' || !isWritten(event.effect)) return
    const { shard, change, outcome } = event.effect
    if (Object.keys(change.take).length === 0) return
    const { queue, index = 0 } = readShard(shard)
    const count = truth.limits.shardCount(queue)
    const shares = truth.limits
      .of(shard, truth.now, truth.now)
      .map((limit) => shareOf(limit.concurrency, index, count))
    const taken = Object.keys(outcome.state.slots).length
    if (taken > Math.max(...shares))
      fail(`${shard} holds ${taken} slots, its share is ${Math.max(...shares)}`)
  },
}
