/** Numbers that come from the rate of an app, and that rate, in memory. */
import type { ShardKey } from '../../core/keys.ts'
import { isNew } from '../../core/shard/expiry.ts'
import { emptyState, type ShardState } from '../../core/shard/state.ts'
import type { StateStore } from '../../ports/store.ts'
import type { Tables } from './tables.ts'

type DerivedVerbs = Pick<StateStore, 'derive' | 'rederive' | 'appRecord' | 'saveAppRecord'>

export const memoryDerived = (tables: Tables): DerivedVerbs => ({
  derive: async (owner, derived, expiresAt) => {
    const now = tables.states.get(owner.shard) ?? emptyState(owner.shard)
    if (now.version !== owner.version) return undefined
    const expiry = isNew(owner) ? { expiresAt } : {}
    return bumped(tables, { ...now, ...expiry, ...(derived ? { derived } : {}) })
  },
  rederive: async (shard: ShardKey, derived) => {
    const now = tables.states.get(shard)
    if (!now || (now.derived && now.derived.generation > derived.generation)) return undefined
    return bumped(tables, { ...now, derived })
  },
  appRecord: async (app) => structuredClone(tables.apps?.get(app)),
  saveAppRecord: async (app, record, before) => {
    tables.apps ??= new Map()
    if (tables.apps.get(app)?.generation !== before?.generation) return false
    tables.apps.set(app, structuredClone(record))
    return true
  },
})

function bumped(tables: Tables, state: ShardState): ShardState {
  const written = structuredClone({ ...state, version: (state.version ?? 0) + 1 })
  tables.states.set(state.shard, written)
  return structuredClone(written)
}
