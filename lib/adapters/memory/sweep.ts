/** What a sweep reads, in memory. */

import { type ShardsPage, seenShards } from '../../core/shard/seen-shards.ts'
import { stableHash } from '../../core/text/hash.ts'
import type { Glances, ScanPage, ScanQuery, ShardsQuery, StateStore } from '../../ports/store.ts'
import { byBytes } from './order.ts'
import type { Tables } from './tables.ts'

const PAGE = 100

export function memoryShards({ jobs }: Tables, { cursor, limit = PAGE }: ShardsQuery): ShardsPage {
  const shards = [...jobs].filter(([pk]) => cursor === undefined || byBytes(cursor, pk) < 0)
  const keys = shards
    .toSorted(([a], [b]) => byBytes(a, b))
    .flatMap(([pk, items]) => [...items.keys()].toSorted(byBytes).map((sk) => ({ pk, sk })))
  // DynamoDB, when a page is full, does not look whether anything is behind it.
  return seenShards(keys.slice(0, limit), keys.length >= limit)
}

type SweepVerbs = Pick<
  StateStore,
  'scan' | 'glance' | 'sweepCursors' | 'saveSweepCursor' | 'census' | 'saveCensus'
>

export const memorySweep = (tables: Tables): SweepVerbs => ({
  scan: async (query = {}) => scan(tables, query),
  glance: async (shards) => glances(shards.flatMap((shard) => tables.states.get(shard) ?? [])),
  sweepCursors: async () => Object.fromEntries(tables.sweep),
  saveSweepCursor: async (part, cursor) => {
    if (cursor === undefined) tables.sweep.delete(part)
    else tables.sweep.set(part, cursor)
  },
  census: async () => structuredClone(tables.census ?? {}),
  saveCensus: async (record) => {
    tables.census = structuredClone(record)
  },
})

function scan({ states }: Tables, { segment, cursor, limit = states.size + 1 }: ScanQuery): ScanPage {
  const found = [...states.values()]
    // A limiter's item is no shard.
    .filter(({ shard }) => !shard.startsWith('$'))
    .filter(({ shard }) => !segment || stableHash(shard) % segment.total === segment.index)
    .filter(({ shard }) => cursor === undefined || byBytes(cursor, shard) < 0)
    .toSorted((a, b) => byBytes(a.shard, b.shard))
  const next = found.length >= limit ? found[limit - 1] : undefined
  return { ...glances(found.slice(0, limit)), ...(next ? { cursor: next.shard } : {}) }
}

const glances = (states: Glances['states']): Glances => ({ states: structuredClone(states), damaged: [] })
