/** Reads a shard's due jobs in their order: one query for each range, unless delayed or malformed items stand in the way. */
import type { Job, RawItem } from '../../core/job/job.ts'
import { FIRST_SORT_KEY, firstKeyBehind, type Priority } from '../../core/keys.ts'
import type { Range } from '../../core/pass/ranges.ts'
import type { RangePage, RangeQuery } from '../../ports/store.ts'
import type { Context } from '../context.ts'
import { type PageAhead, pageFor, READ_TOGETHER, rangeQuery } from '../pages-ahead.ts'
import { type DueJobs, Found, type Wanted } from './found-jobs.ts'

/** Ten priorities may each begin with a delayed job. What malformed items need beyond is for the next pass. */
const MAX_PAGES = 25
/** Only one of the jobs with one id can run: whoever frees the id looks for the next. */
const MAX_TWINS = 100

/** What a reading makes of a page: the jobs that its items stand for, and those of them that may still start. */
export interface Judged {
  readonly jobs: readonly (Job | undefined)[]
  readonly living: readonly Job[]
}
export type Judge = (items: readonly RawItem[], found: Found) => Promise<Judged | 'stale'>

/** `'stale'`: jobs that are not to start any more could not be ended, for the shard is not as it was read. */
export async function readDueJobs(
  context: Pick<Context, 'store'>,
  wanted: Wanted,
  judge: Judge,
): Promise<DueJobs | 'stale'> {
  const { now, want, ranges } = wanted
  const { shard } = wanted.state
  const found = new Found(wanted)
  const query = (range: Range) => rangeQuery(shard, range, found.missingIn(range))
  const pageOf = await firstPages(context, ranges.slice(0, READ_TOGETHER), query, wanted.pages)
  let from: string = FIRST_SORT_KEY
  let stoppedAt: string = FIRST_SORT_KEY
  for (let pages = 0; pages < MAX_PAGES + ranges.length - 1; pages++) {
    const range = rangeAt(ranges, from)
    if (!range) break
    const { before } = range
    const page = pageOf.get(range) ?? (await context.store.jobs.range(query(range)))
    const judged = await judge(page.items, found)
    if (judged === 'stale') return 'stale'
    const { jobs, living } = judged
    found.add(living)
    const last = page.more ? page.items.at(-1)?.sk : before
    const next = page.more ? continuation(last, jobs.at(-1), now) : before
    if (last === undefined || next === undefined) return found.all()
    stoppedAt = last
    if (found.ids >= want) return { ...found.all(), more: true, stoppedAt }
    if (found.twins >= MAX_TWINS) return { ...found.all(), more: true, cut: true, stoppedAt }
    from = next
  }
  // Malformed items filled the pages, and are gone: the next pass, which comes as soon as this one ends, goes on.
  return { ...found.all(), nextDueAt: now, more: true, cut: true, stoppedAt }
}

/** In front of the jobs in flight there is mostly nothing: what is behind them had better not wait for the answer. */
async function firstPages(
  { store }: Pick<Context, 'store'>,
  ranges: readonly Range[],
  queryOf: (range: Range) => RangeQuery,
  pages: readonly PageAhead[] = [],
): Promise<ReadonlyMap<Range, RangePage>> {
  const pageOf = async (query: RangeQuery) => pageFor(query, pages) ?? (await store.jobs.range(query))
  return new Map(
    await Promise.all(ranges.map(async (range) => [range, await pageOf(queryOf(range))] as const)),
  )
}

/** The range that a key stands in, from that key on; or the next one. */
function rangeAt(ranges: readonly Range[], from: string): Range | undefined {
  const range = ranges.find(({ before }) => before === undefined || from < before)
  if (!range || from <= range.from) return range
  return { ...range, from, inFlight: range.inFlight.filter((key) => key >= from) }
}

/** Behind the last item; behind a delayed one all others of its priority are delayed too and can be skipped. */
function continuation(
  lastKey: string | undefined,
  lastJob: Job | undefined,
  now: number,
): string | undefined {
  if (lastKey === undefined) return undefined
  if (lastJob && lastJob.key.sk === lastKey && lastJob.runAt > now) return afterPriority(lastJob.priority)
  return firstKeyBehind(lastKey)
}

const afterPriority = (priority: Priority): string | undefined =>
  priority === 9 ? undefined : `${priority + 1}#`
