/**
 * I8: when the resumption of a queue has ended, or the wake-ups after its limits were raised, each of its shards in which jobs waited for it has
 * been woken, or visited; and that at a time at which no function went by what was set before.
 */
import { isDeepStrictEqual } from 'node:util'
import type { WokenSoFar } from '../../../lib/core/queue/queue-pauses.ts'
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
  /** Queue that is being resumed, or whose limits are raised → the shards that somebody looks at since all know. */
  const reached = new Map<string, Reached>()
  return {
    name: 'I8 resumed queues',
    before(event, seen) {
      if (event.kind !== 'effect') return
      const { effect } = event
      for (const shard of shardsReached(effect)) {
        for (const what of ['savePause', 'saveLimits']) {
          const known = reached.get(`${what} ${readShard(shard).queue}`)
          if (known && seen.truth.now >= known.from) known.shards.add(shard)
        }
      }
      if (effect.op !== 'savePause' && effect.op !== 'saveLimits') return
      const name = `${effect.op} ${effect.queue}`
      if (isDeepStrictEqual(effect.was, effect.is)) return
      const [was, is] = wakingOf(effect)
      if (was && !is && !isPausedAnew(effect)) judge(seen, effect.queue, reached.get(name)?.shards)
      if (!is) reached.delete(name)
      else if (!was || is.cursor === undefined)
        reached.set(name, { from: seen.truth.now + KNOWN_MS, shards: new Set() })
    },
  }
}

type Said = Extract<Effect, { op: 'savePause' | 'saveLimits' }>

const wakingOf = (said: Said): readonly (WokenSoFar | undefined)[] =>
  said.op === 'savePause' ? [said.was?.resuming, said.is?.resuming] : [said.was?.waking, said.is?.waking]

const isPausedAnew = (said: Said): boolean => said.op === 'savePause' && said.is !== undefined

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
