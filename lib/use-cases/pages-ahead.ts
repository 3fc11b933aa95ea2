/**
 * The first of a shard's jobs, read before it is known how many may be claimed: beside what says that, a unit is idle for less. They
 * are read after the shard's item, as in any pass, and whoever has changed that since makes the pass lose.
 */
import { placeOf } from '../core/job/job.ts'
import { parseShard, type ShardKey } from '../core/keys.ts'
import type { PassInput } from '../core/pass/input.ts'
import type { Range } from '../core/pass/ranges.ts'
import { jobsToReadAhead } from '../core/pass/room.ts'
import type { RangePage, RangeQuery } from '../ports/store.ts'
import type { Context } from './context.ts'

/** While a pass reads, others may write, and then it has read for nothing: these ranges are read simultaneously. */
export const READ_TOGETHER = 2

/** A page that was read, and for which query. */
export interface PageAhead {
  readonly query: RangeQuery
  readonly page: RangePage
}

export interface PagesAhead {
  /** Epoch ms before they were read. */
  readonly since: number
  readonly pages: readonly PageAhead[]
  /** The shard has been served since. */
  readonly isOfServed: boolean
}

interface Ahead extends Pick<PassInput, 'state' | 'released'> {
  /** Amid the jobs in flight, too. */
  readonly whole: boolean
  readonly isOfServed: boolean
}

/**
 * `undefined` if it fails: they are read again then. A batch takes many jobs or, if the unit goes to others, none: those of queues
 * with batches are not read ahead.
 */
export async function readAhead(
  { store, clock, config }: Pick<Context, 'store' | 'clock' | 'config'>,
  { state, released, whole, isOfServed }: Ahead,
): Promise<PagesAhead | undefined> {
  const { shard } = state
  if (!takesSingleJobs(config, shard)) return undefined
  const since = clock.now()
  const input = { state, recovered: new Set<never>(), ...(released ? { released } : {}) }
  const { want, ranges } = jobsToReadAhead(input, whole)
  const queries = ranges
    .slice(0, READ_TOGETHER)
    .map((range) => rangeQuery(shard, range, want + range.inFlight.length))
  try {
    const pages = await Promise.all(
      queries.map(async (query) => ({ query, page: await store.jobs.range(query) })),
    )
    return { since, pages, isOfServed }
  } catch {
    return undefined
  }
}

function takesSingleJobs(config: Context['config'], key: ShardKey): boolean {
  const shard = parseShard(key)
  const queue = shard.ok ? placeOf(config, shard.value) : undefined
  return queue?.ok === true && queue.value.batch === undefined
}

export const rangeQuery = (shard: ShardKey, { from, before }: Range, limit: number): RangeQuery => ({
  shard,
  from,
  limit,
  ...(before ? { before } : {}),
})

/**
 * What the query would bring, or the beginning of that: what is missing is behind it, as behind any page. DynamoDB does not look behind
 * a full page either.
 */
export function pageFor(query: RangeQuery, pages: readonly PageAhead[]): RangePage | undefined {
  const { shard, from, before, limit } = query
  const found = pages.find(
    ({ query: read }) => read.shard === shard && read.from === from && read.before === before,
  )
  if (!found) return undefined
  const { items, more } = found.page
  return { items: items.slice(0, limit), more: more || items.length >= limit }
}
