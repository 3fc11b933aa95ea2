/** The State table in memory, one item a shard. */
import { isDeepStrictEqual } from 'node:util'
import type { ShardKey } from '../../core/keys.ts'
import { isMade } from '../../core/limits/books.ts'
import { isSameFrom, isSameUnits } from '../../core/limits/borrowed.ts'
import type { Grant } from '../../core/limits/grant.ts'
import type { KeptForNext } from '../../core/limits/kept-for-next.ts'
import type { SlowDown } from '../../core/limits/slow-down.ts'
import {
  type ClaimedSlot,
  emptyState,
  isOwnWrite,
  type ShardState,
  type Slot,
} from '../../core/shard/state.ts'
import type { PassWrite, StateStore } from '../../ports/store.ts'
import { mayWriteBooks, withBooks } from './books.ts'
import { memoryDerived } from './derived.ts'
import { memoryGrants } from './grants.ts'
import { countedUp, judgedBy } from './outcomes.ts'
import { memoryQueueSettings } from './queue-settings.ts'
import { isOverriddenAs, overridden, slowedDown } from './set-by-people.ts'
import { memorySweep } from './sweep.ts'
import type { Tables } from './tables.ts'

export const memoryStates = (tables: Tables): StateStore => {
  const write = (state: ShardState): ShardState => {
    tables.states.set(state.shard, state)
    return structuredClone(state)
  }
  const current = (shard: ShardKey): ShardState | undefined => tables.states.get(shard)
  return {
    read: async (shard) => structuredClone(current(shard)),
    pass: async (state, change) => {
      const now = current(state.shard) ?? emptyState(state.shard)
      const started = change.resend.some(({ id, token }) => now.slots[id]?.token !== token)
      const overridden = !isDeepStrictEqual(now.override, state.override)
      if (now.version !== state.version || overridden || started)
        return isOwnWrite(now, change)
          ? { kind: 'written', state: structuredClone(now) }
          : { kind: 'conflict' }
      return { kind: 'written', state: write(applyPass(now, change)) }
    },
    start: async (shard, claim, attempt) => {
      const state = current(shard)
      const slot = state?.slots[claim.id]
      if (state && slot?.token === attempt.token) return { kind: 'started', state: structuredClone(state) }
      if (!state || slot?.token !== claim.token)
        return { kind: 'stale', ...(state ? { state: structuredClone(state) } : {}) }
      const { sentAt: _, startBy: _startBy, ...claimed } = slot as ClaimedSlot
      const shared = attempt.shared ? { shared: attempt.shared } : {}
      const running: Slot = { ...claimed, token: attempt.token, deadline: attempt.deadline, ...shared }
      const slots = { ...state.slots, [claim.id]: running }
      return { kind: 'started', state: write({ ...state, slots, window: withStart(state, attempt.bucket) }) }
    },
    remember: async (shard, bucket) => {
      const state = current(shard)
      if (!state?.initialised) return
      write({ ...state, version: (state.version ?? 0) + 1, window: withStart(state, bucket) })
    },
    release: async (shard, { id, token, jobStands, outcome }) => {
      const state = current(shard)
      if (!state || state.slots[id]?.token !== token)
        return { kind: 'gone', ...(state ? { state: structuredClone(state) } : {}) }
      const amid = jobStands ? { waitingAmid: jobStands, version: (state.version ?? 0) + 1 } : {}
      const counted = outcome ? countedUp(state, outcome) : {}
      const freed = { ...state, ...amid, ...counted, slots: without(state.slots, [id]) }
      return { kind: 'released', state: write(freed) }
    },
    writeBooks: async (owner, change) => {
      const now = current(owner.shard) ?? emptyState(owner.shard)
      if (mayWriteBooks(now, owner, change))
        return { kind: 'written', owner: write(withBooks(now, owner, change)) }
      return isMade(now.books, change)
        ? { kind: 'written', owner: structuredClone(now) }
        : { kind: 'conflict' }
    },
    recordBorrowed: async (state, borrowed, expiresAt) => {
      const now = current(state.shard) ?? emptyState(state.shard)
      if (now.version !== state.version)
        return isSameUnits(now.borrowed, borrowed) ? structuredClone(now) : undefined
      return write({ ...passed(now, expiresAt), borrowed: structuredClone(borrowed) })
    },
    recordBorrowedFrom: async (state, borrowed, expiresAt) => {
      const now = current(state.shard) ?? emptyState(state.shard)
      if (now.version !== state.version)
        return isSameFrom(now.borrowedFrom, borrowed) ? structuredClone(now) : undefined
      return write({ ...passed(now, expiresAt), borrowedFrom: structuredClone(borrowed) })
    },
    fence: async (shard, expiresAt, keeps) => {
      const now = current(shard) ?? { ...emptyState(shard), expiresAt }
      const { override: _override, overrideProblem: _problem, ...state } = now
      write({ ...(keeps ? now : state), version: (state.version ?? 0) + 1 })
    },
    earlierShards: async (queue) => [...(tables.earlierShards.get(queue) ?? [])],
    strand: async (state, strandedSince, expiresAt) => {
      const standing = current(state.shard) ?? emptyState(state.shard)
      const { expiresAt: _expiresAt, dueAt: _dueAt, dueShard: _dueShard, ...now } = standing
      if (now.version !== state.version) return
      write({ ...now, strandedSince, ...(expiresAt === undefined ? {} : { expiresAt }) })
    },
    override: async (owner, limits, expiresAt) => {
      const now = current(owner.shard) ?? emptyState(owner.shard)
      return isOverriddenAs(now, owner) ? write(overridden(now, limits, expiresAt)) : undefined
    },
    slowDown: async (shard, slow, expiresAt) =>
      write(slowedDown(current(shard) ?? emptyState(shard), slow, expiresAt)),
    due: async (group, until) =>
      [...tables.states.values()].flatMap(({ shard, dueShard, dueAt }) =>
        dueShard === group && dueAt !== undefined && dueAt <= until ? [{ shard, dueAt }] : [],
      ),
    ...memoryDerived(tables),
    ...memoryQueueSettings(tables),
    ...memoryGrants(tables),
    ...memorySweep(tables),
  }
}

const passed = (state: ShardState, expiresAt: number | undefined): ShardState => ({
  ...state,
  version: (state.version ?? 0) + 1,
  ...(expiresAt === undefined ? {} : { expiresAt }),
})

function applyPass(state: ShardState, change: PassWrite): ShardState {
  const { waitingAmid: _waitingAmid, held: _held, strandedSince: _since, ...lasting } = state
  const {
    dueAt: _dueAt,
    dueShard: _dueShard,
    expiresAt: _expiresAt,
    slowed,
    granted,
    keepsNext,
    ...others
  } = lasting
  const rest = change.throttling ? judgedBy(others, change.throttling) : others
  const again = change.resend.flatMap(({ id }) => {
    const slot = state.slots[id]
    return slot ? [[id, { ...slot, sentAt: change.sentAt }] as const] : []
  })
  const window = without(state.window, change.forget)
  return {
    ...rest,
    initialised: true,
    version: (state.version ?? 0) + 1,
    slots: {
      ...without(state.slots, change.drop),
      ...Object.fromEntries(again),
      ...structuredClone(change.take),
    },
    window: change.start === undefined ? window : withStart({ ...state, window }, change.start),
    waiting: change.waiting,
    ...(change.waitingAmid ? { waitingAmid: change.waitingAmid } : {}),
    ...(change.held.length > 0 ? { held: structuredClone(change.held) } : {}),
    ...slowedAfter(slowed, change),
    ...grantedAfter(granted, change),
    ...keptAfter(keepsNext, change),
    ...(change.borrowed ? { borrowed: structuredClone(change.borrowed) } : {}),
    ...(change.borrowedFrom ? { borrowedFrom: structuredClone(change.borrowedFrom) } : {}),
    passedBy: change.mark,
    ...(change.dueAt === undefined ? {} : { dueAt: change.dueAt }),
    ...(change.dueShard === undefined ? {} : { dueShard: change.dueShard }),
    ...(change.expiresAt === undefined ? {} : { expiresAt: change.expiresAt }),
  }
}

const slowedAfter = (slowed: SlowDown | undefined, change: PassWrite): Pick<ShardState, 'slowed'> => {
  const after = change.slowed ?? slowed
  return after && after !== 'over' ? { slowed: { ...after } } : {}
}

const keptAfter = (before: KeptForNext | undefined, { keepsNext = before }: PassWrite) =>
  keepsNext && keepsNext !== 'nothing' ? { keepsNext } : {}
const grantedAfter = (before: Grant | undefined, { granted = before }: PassWrite) =>
  granted && granted !== 'over' ? { granted: structuredClone(granted) } : {}

const withStart = ({ window }: ShardState, bucket: string) => ({
  ...window,
  [bucket]: (window[bucket] ?? 0) + 1,
})

function without<T>(map: Readonly<Record<string, T>>, keys: readonly string[]): Record<string, T> {
  return Object.fromEntries(Object.entries(map).filter(([key]) => !keys.includes(key)))
}
