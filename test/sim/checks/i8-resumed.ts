/**
 * I8: when the resumption of a queue has ended, each of its shards in which jobs waited for it has been woken, or visited; and that
 * at a time at which no function took it for paused any more.
 */
import type { QueuePause } from '../../../lib/core/queue/queue-pauses.ts'
import type { Effect } from '../world/events.ts'
import type { Check, Seen } from './check.ts'
import { readShard } from './keys.ts'

/** A function asks so often what is paused. */
const KNOWN_MS = 1000

interface Reached {
  readonly from: number
  readonly shards: Set<string>
}

export const resumedAreWoken = (): Check => {
  /** Queue that is being resumed → the shards that somebody looks at since all know. */
  const reached = new Map<string, Reached>()
  return {
    name: 'I8 resumed queues',
    before(event, seen) {
      if (event.kind !== 'effect') return
      const { effect } = event
      for (const shard of shardsReached(effect)) {
        const known = reached.get(readShard(shard).queue)
        if (known && seen.truth.now >= known.from) known.shards.add(shard)
      }
      if (effect.op !== 'savePause') return
      const { queue, was, is } = effect
      if (is === undefined && was !== undefined) judge(seen, queue, reached.get(queue)?.shards)
      if (is?.resuming === undefined) reached.delete(queue)
      else if (!isResuming(was)) reached.set(queue, { from: seen.truth.now + KNOWN_MS, shards: new Set() })
    },
  }
}

const isResuming = (pause: QueuePause | undefined): boolean => pause?.resuming !== undefined

function shardsReached(effect: Effect): readonly string[] {
  if (effect.op === 'sendWake')
    return effect.messages.flatMap((message) => ('shard' in message ? [message.shard] : []))
  return effect.op === 'pass' && effect.outcome.kind === 'written' ? [effect.shard] : []
}

function judge({ tables, fail }: Seen, queue: string, reached: ReadonlySet<string> = new Set()): void {
  for (const { shard, waiting } of tables.states.values()) {
    const isLeft = waiting && (tables.jobs.get(shard)?.size ?? 0) > 0 && !reached.has(shard)
    if (isLeft && readShard(shard).queue === queue) fail(`${queue} is resumed, and nobody has woken ${shard}`)
  }
}
