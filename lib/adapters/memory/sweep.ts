/** What a sweep reads, in memory. */
import { type ShardsPage, seenShards } from '../../core/seen-shards.ts'
import type { ShardsQuery } from '../../ports/store.ts'
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

/** DynamoDB orders texts by their UTF-8 bytes. */
const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))
