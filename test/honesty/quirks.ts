/**
 * Where an engine differs from memory, or from DynamoDB, and why it does not matter. The comparison makes no exception
 * for any of these: operations are generated as the port's callers make them, and so they do not come up.
 */
export interface Quirk {
  readonly engine: 'memory' | 'dynoxide' | 'DynamoDB Local' | 'DynamoDB'
  readonly what: string
  readonly why: string
}

export const QUIRKS: readonly Quirk[] = [
  {
    engine: 'memory',
    what: 'a page of `range` holds as many items as were asked for; the engines end a page at 1 MB',
    why: 'the contract suite has such items, and a caller only goes by `more`',
  },
  {
    engine: 'memory',
    what: 'takes keys, items and sets that DynamoDB refuses: empty, too long, too large, of mixed types',
    why: 'test/fuzz/strict-store.ts puts DynamoDB’s rules before it; nothing that the product writes breaks them',
  },
  {
    engine: 'memory',
    what: 'a batch may name a key twice, and a job may be replaced by one with its own key; the engines refuse that call',
    why: '`putAll` sends a key once, and the next attempt always has a later time',
  },
  {
    engine: 'dynoxide',
    what: 'never refuses a write that meets a transaction (TransactionConflict)',
    why: 'the simulation does; a race that is refused counts here as one that did not happen',
  },
  {
    engine: 'dynoxide',
    what: 'finds nothing in a segment of a scan whose cursor names no item (any more)',
    why: 'only state items are scanned in segments: here the next sweep begins that segment again',
  },
  {
    engine: 'DynamoDB Local',
    what: 'has not refused a write that meets a transaction in any run so far',
    why: 'as above',
  },
  {
    engine: 'DynamoDB Local',
    what: 'says that nothing is behind a full page whose last key is exactly `:`, the end of every range; dynoxide and memory do not',
    why: 'both are true to the port, and an item with that key is refused when it arrives',
  },
  {
    engine: 'DynamoDB',
    what: 'an index and a scan may show an older state, and a batch is no transaction; the engines here are always current',
    why: 'the port promises no more, the simulation shows stale ones, and races leave these operations out',
  },
]
