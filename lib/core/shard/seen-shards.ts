/** What one page of the Jobs table shows of its shards. */

/** A shard of the Jobs table, and the sort keys of its items as they stand there: either may be no key of ours. */
export interface SeenShard {
  readonly shard: string
  readonly keys: readonly string[]
  /** These are all of its items. */
  readonly whole: boolean
}

export interface ShardsPage {
  readonly shards: readonly SeenShard[]
  /** The shard behind which the next page begins; absent behind the last one. */
  readonly cursor?: string
}

/**
 * A page may end within a shard. That one is left to the next page, which begins with it and so can see all of it;
 * only a shard that fills a whole page is seen in part, and passed over.
 */
export function seenShards(
  keys: readonly { readonly pk: string; readonly sk: string }[],
  more: boolean,
): ShardsPage {
  const shards = [...Map.groupBy(keys, ({ pk }) => pk)].map(
    ([shard, items]): SeenShard => ({ shard, keys: items.map(({ sk }) => sk), whole: true }),
  )
  const [first, ...others] = shards
  if (!more || !first) return { shards }
  if (others.length === 0) return { shards: [{ ...first, whole: false }], cursor: first.shard }
  const seen = shards.slice(0, -1)
  return { shards: seen, cursor: seen.at(-1)?.shard ?? first.shard }
}
