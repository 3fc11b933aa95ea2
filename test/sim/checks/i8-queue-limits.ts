/**
 * I8: what limits of all partitions of a queue promise. Whoever has read them claims nothing above; once the call has returned nobody
 * does, but for a pass that takes longer than a second. That what waits goes on when they are raised is judged by `i7-progress.ts`
 * and `i8-resumed.ts`.
 */
import type { Check, Seen } from './check.ts'
import { isWritten } from './claims.ts'
import { readShard } from './keys.ts'
import { longestPass } from './limits.ts'
import { KNOWN_MS, limitsIn } from './queue-limits.ts'
import { Readings } from './readings.ts'

interface SetLimit {
  readonly concurrency: number
  /** Since when the item says so. */
  readonly at: number
  /** When whoever has set it was told so first. */
  heardAt?: number
}

export const limitsOfQueuesHold = (): Check => {
  const set = new Map<string, SetLimit>()
  const readings = new Readings()
  return {
    name: 'I8 limits of queues',
    before(event, seen) {
      readings.see(event, seen.truth.now)
    },
    after(event, seen) {
      if (event.kind === 'queueLimitsSet') {
        const limit = set.get(event.queue)
        if (limit) limit.heardAt ??= seen.truth.now
      }
      if (event.kind !== 'effect') return
      const { effect, by } = event
      if (effect.op === 'saveLimits')
        note(set, effect.queue, limitsIn(effect.is)?.concurrency, seen.truth.now)
      if (!isWritten(effect) || Object.keys(effect.change.take).length === 0) return
      if (seen.truth.troubled.has(by)) return
      judge(set.get(readShard(effect.shard).queue), effect.shard, readings.of(by, effect), seen)
    },
  }
}

function note(set: Map<string, SetLimit>, queue: string, concurrency: number | undefined, at: number): void {
  if (concurrency === undefined) set.delete(queue)
  else if (set.get(queue)?.concurrency !== concurrency) set.set(queue, { concurrency, at })
}

/** @param readAt when the pass read its shard; afterwards it asked what is set for queues */
function judge(
  limit: SetLimit | undefined,
  shard: string,
  readAt: number | undefined,
  { truth, tables, fail }: Seen,
): void {
  if (!limit) return
  const { queue, partition } = readShard(shard)
  const since = readAt ?? truth.now - longestPass(truth.plan)
  const isKnown = since > limit.at + KNOWN_MS
  const isQuick = readAt !== undefined && limit.heardAt !== undefined && truth.now - readAt <= KNOWN_MS
  if (!isKnown && !isQuick) return
  const items = [...tables.states.values()].filter((state) => readShard(state.shard).partition === partition)
  // What is set for the partition comes after that, and so does what was set while the pass was under way.
  if (items.some(({ override, overrideProblem }) => override || overrideProblem !== undefined)) return
  const inFlight = items.reduce((sum, { slots }) => sum + Object.keys(slots).length, 0)
  if (inFlight > limit.concurrency)
    fail(
      `${shard} claims: ${inFlight} are in flight, and ${limit.concurrency} are set for queue ${queue} since ${truth.now - limit.at} ms`,
    )
}
