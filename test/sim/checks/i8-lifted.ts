/** I8: when the call has returned that lifts what somebody has set for a limiter, all have been woken that stood in its lines as it was written. */
import type { Tables } from '../../../lib/adapters/memory/tables.ts'
import type { Effect } from '../world/events.ts'
import type { Check } from './check.ts'
import { isWritten } from './claims.ts'

interface Lift {
  /** The shards that stood in line, in the limiter's own item or in one of its chunks. */
  readonly waiting: readonly string[]
  /** Those that have been woken, or visited. */
  readonly reached: Set<string>
}

export const liftedAreWoken = (): Check => {
  /** Each by the number of its invocation. */
  const lifts = new Map<number, Lift>()
  return {
    name: 'I8 lifted',
    after(event, { tables, fail }) {
      if (event.kind === 'limiterTold') {
        const { waiting, reached } = lifts.get(event.by.id) ?? { waiting: [], reached: new Set() }
        lifts.delete(event.by.id)
        const left = new Set(linesOf(tables, `$limiter|${event.name}`))
        for (const shard of waiting)
          if (left.has(shard) && !reached.has(shard))
            fail(`${event.name} is lifted, and nobody has woken ${shard}, which waits for it`)
      }
      if (event.kind !== 'effect') return
      const { effect, by } = event
      // Whoever has been visited since has seen what holds now.
      if (isWritten(effect)) for (const { reached } of lifts.values()) reached.add(effect.shard)
      const limiter = by.fn === 'admin' ? written(effect) : undefined
      if (limiter) lifts.set(by.id, { waiting: linesOf(tables, limiter), reached: new Set() })
      if (effect.op !== 'sendWake') return
      for (const message of effect.messages)
        if ('shard' in message) lifts.get(by.id)?.reached.add(message.shard)
    },
  }
}

const written = (effect: Effect): string | undefined =>
  effect.op === 'override' && effect.shard.startsWith('$limiter|') ? effect.shard : undefined

function linesOf({ states }: Tables, limiter: string): string[] {
  const items = [...states].filter(([key]) => key === limiter || key.startsWith(`${limiter}|#`))
  return items.flatMap(([, { books }]) => Object.keys(books?.slots.line ?? {}))
}
