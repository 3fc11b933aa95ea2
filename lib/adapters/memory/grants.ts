/** Starts of a shared rate in memory, in the window of the limiter's item. */
import { isDeepStrictEqual } from 'node:util'
import { isNew } from '../../core/shard/expiry.ts'
import { emptyState } from '../../core/shard/state.ts'
import type { StateStore } from '../../ports/store.ts'
import type { Tables } from './tables.ts'

export const memoryGrants = ({
  states,
}: Pick<Tables, 'states'>): Pick<StateStore, 'grantStarts' | 'settleStart'> => ({
  grantStarts: async (limiter, { take, drop, expiresAt }) => {
    const now = states.get(limiter.shard) ?? emptyState(limiter.shard)
    if (now.version !== limiter.version || !isDeepStrictEqual(now.override, limiter.override)) {
      const isOwn = take.length > 0 && take.every(([key, units]) => now.window[key] === units)
      return isOwn ? { kind: 'written', limiter: structuredClone(now) } : { kind: 'conflict' }
    }
    const window = Object.fromEntries(Object.entries(now.window).filter(([key]) => !drop.includes(key)))
    const after = {
      ...now,
      initialised: true,
      version: (now.version ?? 0) + 1,
      window: { ...window, ...Object.fromEntries(take) },
      ...(limiter.expiresAt !== undefined || isNew(limiter) ? { expiresAt } : {}),
    }
    states.set(limiter.shard, after)
    return { kind: 'written', limiter: structuredClone(after) }
  },
  settleStart: async (limiter, [key, units], bucket) => {
    const now = states.get(limiter)
    if (now?.window[key] !== units) return
    const { [key]: _, ...window } = now.window
    const made = bucket === undefined ? {} : { [bucket]: (window[bucket] ?? 0) + units }
    states.set(limiter, { ...now, window: { ...window, ...made } })
  },
})
