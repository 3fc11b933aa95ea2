/** The store in memory: for tests and simulations. Every operation is atomic, as DynamoDB's are. */
import { isDeepStrictEqual } from 'node:util'
import { isSameItem, JUDGED_ATTRIBUTES, type RawItem } from '../../core/job/job.ts'
import type { ShardKey } from '../../core/keys.ts'
import {
  type ClaimedSlot,
  emptyState,
  isOwnWrite,
  type ShardState,
  type Slot,
} from '../../core/shard/state.ts'
import type { HistoryStore, JobStore, NotThere, PassWrite, StateStore, Store } from '../../ports/store.ts'
import { memoryShards, memorySweep } from './sweep.ts'
import { deleteJob, emptyTables, placeOfLetter, putJob, putLetter, type Tables } from './tables.ts'

export const memoryStore = (tables: Tables = emptyTables()): Store => ({
  jobs: memoryJobs(tables),
  states: memoryStates(tables),
  history: memoryHistory(tables),
})

const memoryJobs = (tables: Tables): JobStore => ({
  put: async (item) => {
    const found = tables.jobs.get(item.pk)?.get(item.sk)
    if (found) return isSameItem(found, item) ? 'exists' : 'taken'
    putJob(tables, item)
    return 'put'
  },
  putBatch: async (items) => {
    for (const item of items) putJob(tables, item)
    return []
  },
  get: async ({ pk, sk }) => structuredClone(tables.jobs.get(pk)?.get(sk)),
  range: async ({ shard, from, before, limit }) => {
    const isBehind = (sk: string) => (before === undefined ? isBefore(':', sk) : !isBefore(sk, before))
    const items = sorted(tables, shard).filter(({ sk }) => !isBefore(sk, from) && !isBehind(sk))
    // DynamoDB, when a page is full, does not look whether anything is behind it.
    return { items: structuredClone(items.slice(0, limit)), more: items.length >= limit }
  },
  remove: async (item) => {
    const notThere = whatIsThere(tables, item)
    if (notThere) return notThere
    deleteJob(tables, item)
    return 'removed'
  },
  replace: async (item, next) => {
    const notThere = whatIsThere(tables, item)
    if (notThere) return notThere
    if (tables.jobs.get(next.pk)?.has(next.sk)) return 'occupied'
    deleteJob(tables, item)
    putJob(tables, next)
    return 'replaced'
  },
  bury: async (item, letter) => {
    const names = letter.reason === 'refused' ? Object.keys(item) : []
    const notThere = whatIsThere(tables, item, names)
    if (notThere) return notThere
    deleteJob(tables, item)
    putLetter(tables, letter)
    return 'buried'
  },
  shards: async (query = {}) => memoryShards(tables, query),
  moveOut: async ({ shard, version }, item, target) => {
    if (tables.states.get(shard)?.version !== version) return 'passed'
    const notThere = whatIsThere(tables, item)
    if (notThere) return notThere
    if ('job' in target && tables.jobs.get(target.job.pk)?.has(target.job.sk)) return 'occupied'
    deleteJob(tables, item)
    if ('job' in target) putJob(tables, target.job)
    else putLetter(tables, target.letter)
    return 'moved'
  },
})

/** If something else stands under the item's key, or nothing: what. */
function whatIsThere(tables: Tables, item: RawItem, further: readonly string[] = []): NotThere | undefined {
  const found = tables.jobs.get(item.pk)?.get(item.sk)
  if (!found) return 'gone'
  const names = [...JUDGED_ATTRIBUTES, ...further]
  return names.every((name) => isDeepStrictEqual(found[name], item[name])) ? undefined : 'changed'
}

const sorted = (tables: Tables, shard: string): RawItem[] =>
  [...(tables.jobs.get(shard)?.values() ?? [])].sort((a, b) => (isBefore(a.sk, b.sk) ? -1 : 1))

/** DynamoDB orders texts by their UTF-8 bytes. */
const isBefore = (a: string, b: string): boolean => Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0

const memoryStates = (tables: Tables): StateStore => {
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
    start: async (shard, claim, run) => {
      const state = current(shard)
      const slot = state?.slots[claim.id]
      if (state && slot?.token === run.token) return { kind: 'started', state: structuredClone(state) }
      if (!state || slot?.token !== claim.token)
        return { kind: 'stale', ...(state ? { state: structuredClone(state) } : {}) }
      const { sentAt: _, ...claimed } = slot as ClaimedSlot
      const shared = run.shared ? { shared: run.shared } : {}
      const running: Slot = { ...claimed, token: run.token, deadline: run.deadline, ...shared }
      const slots = { ...state.slots, [claim.id]: running }
      return { kind: 'started', state: write({ ...state, slots, window: withStart(state, run.bucket) }) }
    },
    remember: async (shard, bucket) => {
      const state = current(shard)
      if (!state?.initialised) return
      write({ ...state, version: (state.version ?? 0) + 1, window: withStart(state, bucket) })
    },
    release: async (shard, { id, token, jobStands }) => {
      const state = current(shard)
      if (!state || state.slots[id]?.token !== token)
        return { kind: 'gone', ...(state ? { state: structuredClone(state) } : {}) }
      const amid = jobStands ? { waitingAmid: jobStands, version: (state.version ?? 0) + 1 } : {}
      return { kind: 'released', state: write({ ...state, ...amid, slots: without(state.slots, [id]) }) }
    },
    adopt: async (state, shards, expiresAt) => {
      const now = current(state.shard) ?? emptyState(state.shard)
      if (now.version !== state.version) return undefined
      const layout = { shards, settled: false }
      const expiry = expiresAt === undefined ? {} : { expiresAt }
      return write({ ...now, version: (now.version ?? 0) + 1, layout, ...expiry })
    },
    strand: async (state, strandedSince, expiresAt) => {
      const standing = current(state.shard) ?? emptyState(state.shard)
      const { expiresAt: _expiresAt, dueAt: _dueAt, dueShard: _dueShard, ...now } = standing
      if (now.version !== state.version) return
      write({ ...now, strandedSince, ...(expiresAt === undefined ? {} : { expiresAt }) })
    },
    registerLayout: async (queue, shards) => {
      const layouts = (tables.layouts.get(queue) ?? new Set()).add(shards)
      tables.layouts.set(queue, layouts)
      return [...layouts]
    },
    override: async (shard, limits) => {
      const { override: _override, expiresAt: _expiresAt, ...state } = current(shard) ?? emptyState(shard)
      write({
        ...state,
        version: (state.version ?? 0) + 1,
        ...(limits ? { override: structuredClone(limits) } : {}),
      })
    },
    due: async (group, until) =>
      [...tables.states.values()].flatMap(({ shard, dueShard, dueAt }) =>
        dueShard === group && dueAt !== undefined && dueAt <= until ? [{ shard, dueAt }] : [],
      ),
    ...memorySweep(tables),
  }
}

function applyPass(state: ShardState, change: PassWrite): ShardState {
  const { waitingAmid: _waitingAmid, strandedSince: _since, ...lasting } = state
  const { dueAt: _dueAt, dueShard: _dueShard, expiresAt: _expiresAt, ...rest } = lasting
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
    layout: change.layout,
    passedBy: change.mark,
    ...(change.dueAt === undefined ? {} : { dueAt: change.dueAt }),
    ...(change.dueShard === undefined ? {} : { dueShard: change.dueShard }),
    ...(change.expiresAt === undefined ? {} : { expiresAt: change.expiresAt }),
  }
}

const withStart = ({ window }: ShardState, bucket: string) => ({
  ...window,
  [bucket]: (window[bucket] ?? 0) + 1,
})

function without<T>(map: Readonly<Record<string, T>>, keys: readonly string[]): Record<string, T> {
  return Object.fromEntries(Object.entries(map).filter(([key]) => !keys.includes(key)))
}

/** Few, so that whoever reads letters has to ask for a second page. */
const LETTERS_A_PAGE = 10

const memoryHistory = (tables: Tables): HistoryStore => ({
  bury: async (letter) => putLetter(tables, letter),
  letters: async (pk, cursor) => {
    const letters = tables.history
      .filter((letter) => letter.pk === pk && (cursor === undefined || isBefore(cursor, letter.sk)))
      .sort((a, b) => (isBefore(a.sk, b.sk) ? -1 : 1))
    const page = structuredClone(letters.slice(0, LETTERS_A_PAGE))
    const last = page.at(-1)
    return { letters: page, ...(last && letters.length > page.length ? { cursor: last.sk } : {}) }
  },
  putBack: async (letter, job) => {
    const place = placeOfLetter(tables, letter)
    if (place === -1) return 'gone'
    if (tables.jobs.get(job.pk)?.has(job.sk)) return 'occupied'
    tables.history.splice(place, 1)
    putJob(tables, job)
    return 'put'
  },
})
