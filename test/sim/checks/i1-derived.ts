/** I1: the number that a partition keeps of its app's rate is never below the floor of its queue. */
import type { Check } from './check.ts'
import { isWritten } from './claims.ts'
import { readShard } from './keys.ts'

export const neverBelowTheFloor: Check = {
  name: 'I1 floors of apps',
  after(event, { truth, fail }) {
    if (event.kind !== 'effect' || !isWritten(event.effect)) return
    const { shard, outcome } = event.effect
    const { derived } = outcome.state
    if (!derived) return
    const { queue } = readShard(shard)
    // Of any version: a deploy has it computed anew, and a roll-back, too.
    const floors = truth.plan.versions.map(({ input }) => input.queues[queue]?.floor ?? 1)
    if (derived.concurrency < Math.min(...floors))
      fail(`${shard} keeps ${derived.concurrency} slots, and has ${Math.min(...floors)} at the least`)
  },
}
