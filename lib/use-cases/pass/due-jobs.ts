/** Reads a shard's due jobs in their order: one query for each range, unless delayed or malformed items stand in the way. */
import type { Job } from '../../core/job/job.ts'
import { FIRST_SORT_KEY, firstKeyBehind, type Priority, type ShardKey } from '../../core/keys.ts'
import type { Range } from '../../core/pass/ranges.ts'
import type { JobsToRead } from '../../core/pass/room.ts'
import type { RangePage, RangeQuery } from '../../ports/store.ts'
import type { Context } from '../context.ts'
import { judgeItem } from '../judge.ts'

export interface DueJobs {
  readonly due: readonly Job[]
  /** More jobs may be due than were asked for. */
  readonly more: boolean
  /** Reading ended early, at a number of twins that is more than enough: those behind them have to wait for them. */
  readonly cut?: boolean
  /** When the first of the jobs that were passed over will be due. Complete unless `more`. */
  readonly nextDueAt?: number
  /** The last key that was read; absent if reading came to the end. */
  readonly stoppedAt?: string
}

export interface Wanted extends JobsToRead {
  readonly shard: ShardKey
  readonly now: number
}

/** Ten priorities may each begin with a delayed job. What malformed items need beyond is for the next pass. */
const MAX_PAGES = 25
/** Behind items that share an id there may be many more of them. */
const TWINS_PAGE = 25
/** Only one of the jobs with one id can run: whoever frees the id looks for the next. */
const MAX_TWINS = 100
/** While a pass reads, others may write, and then it has read for nothing: these ranges are read simultaneously. */
const READ_TOGETHER = 2

export async function readDueJobs(context: Context, wanted: Wanted): Promise<DueJobs> {
  const { shard, now, want, ranges } = wanted
  const found = new Found(wanted)
  const query = (range: Range) => rangeQuery(shard, range, found.missingIn(range))
  const pageOf = await readAhead(context, ranges.slice(0, READ_TOGETHER), query)
  let from: string = FIRST_SORT_KEY
  let stoppedAt: string = FIRST_SORT_KEY
  for (let pages = 0; pages < MAX_PAGES + ranges.length - 1; pages++) {
    const range = rangeAt(ranges, from)
    if (!range) break
    const { before } = range
    const page = pageOf.get(range) ?? (await context.store.jobs.range(query(range)))
    const jobs = await Promise.all(page.items.map((item) => judgeItem(context, item)))
    found.add(jobs.filter((job) => job !== undefined))
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
async function readAhead(
  { store }: Context,
  ranges: readonly Range[],
  query: (range: Range) => RangeQuery,
): Promise<ReadonlyMap<Range, RangePage>> {
  return new Map(
    await Promise.all(ranges.map(async (range) => [range, await store.jobs.range(query(range))] as const)),
  )
}

const rangeQuery = (shard: ShardKey, { from, before }: Range, limit: number): RangeQuery => ({
  shard,
  from,
  limit,
  ...(before ? { before } : {}),
})

/** The range that a key stands in, from that key on; or the next one. */
function rangeAt(ranges: readonly Range[], from: string): Range | undefined {
  const range = ranges.find(({ before }) => before === undefined || from < before)
  if (!range || from <= range.from) return range
  return { ...range, from, inFlight: range.inFlight.filter((key) => key >= from) }
}

/** What has been read so far. */
class Found {
  readonly #wanted: Wanted
  readonly #due: Job[] = []
  // Of several items with one id only one can be claimed: the others must not keep those behind them from being read.
  readonly #ids = new Set<string>()
  readonly #held: ReadonlySet<string>
  #nextDueAt = Number.POSITIVE_INFINITY

  constructor(wanted: Wanted) {
    this.#wanted = wanted
    this.#held = new Set(wanted.ranges.flatMap(({ inFlight }) => inFlight))
  }

  /** Ids that are not in flight. */
  get ids(): number {
    return this.#ids.size
  }
  get twins(): number {
    return this.#due.length - this.#ids.size
  }

  missingIn({ inFlight }: Range): number {
    const missing = this.#wanted.want - this.#ids.size + inFlight.length
    return this.twins > 0 ? Math.max(missing, TWINS_PAGE) : missing
  }

  add(jobs: readonly Job[]): void {
    const { now, inFlight } = this.#wanted
    const waiting = jobs.filter(({ key }) => !this.#held.has(key.sk))
    this.#due.push(...waiting.filter(({ runAt }) => runAt <= now))
    for (const { id } of this.#due) if (!inFlight.has(id)) this.#ids.add(id)
    const delayed = jobs.filter(({ runAt }) => runAt > now)
    this.#nextDueAt = Math.min(this.#nextDueAt, ...delayed.map(({ runAt }) => runAt))
  }

  all(): DueJobs {
    const nextDueAt = this.#nextDueAt
    return { due: this.#due, more: false, ...(Number.isFinite(nextDueAt) ? { nextDueAt } : {}) }
  }
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
