/**
 * I1: at no moment do more handlers of a partition run than its concurrency. While the limit changes: than the largest
 * limit in force since the oldest of them was claimed, for a claim once made may start.
 */
import type { Check } from './check.ts'
import { isWritten } from './claims.ts'
import { firstOfCalls } from './flights.ts'
import { readShard } from './keys.ts'

export const concurrency: Check = {
  name: 'I1 concurrency',
  after(event, { truth, fail }) {
    if (event.kind !== 'attemptStarted') return
    const { partition } = readShard(event.pk)
    const running = truth.runningIn(partition)
    const since = Math.min(...running.map(({ claimedAt }) => claimedAt))
    const most = Math.max(
      ...truth.limits.ofPartition(partition, since, truth.now).map((limit) => limit.concurrency),
    )
    const calls = firstOfCalls(running).length
    if (calls > most) fail(`${calls} handlers of ${partition} run, the limit is ${most}`)
  },
}

/** I8: no pass takes a slot while the partition has as many as the limit that holds now, whatever held before. */
export const admitted: Check = {
  name: 'I8 nothing is admitted above the limit in force',
  after(event, { truth, tables, fail }) {
    if (event.kind !== 'effect' || !isWritten(event.effect)) return
    const { shard, change } = event.effect
    if (Object.keys(change.take).length === 0) return
    const { partition } = readShard(shard)
    const inFlight = [...tables.states.values()]
      .filter((state) => readShard(state.shard).partition === partition)
      .reduce((sum, { slots }) => sum + Object.keys(slots).length, 0)
    const most = Math.max(
      ...truth.limits.ofPartition(partition, truth.now, truth.now).map((limit) => limit.concurrency),
    )
    if (inFlight > most)
      fail(`${shard} claims: ${inFlight} of ${partition} are in flight, the limit is ${most}`)
  },
}
