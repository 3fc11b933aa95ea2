/** Reads a shard's due jobs in their order: one query, unless delayed, malformed or large items stand in the way. */
import type { Job } from '../../core/job/job.ts'
import {
  FIRST_SORT_KEY,
  firstKeyBehind,
  type Priority,
  type ShardKey,
  type SortKey,
} from '../../core/keys.ts'
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
}

export interface Reading {
  readonly shard: ShardKey
  readonly now: number
  /** How many jobs of different ids are wanted. */
  readonly want: number
  /** Keys of jobs in flight that are too large to be passed over, in their order. */
  readonly skip: readonly SortKey[]
}

/** Ten priorities may each begin with a delayed job. What malformed items need beyond is for the next pass. */
const MAX_PAGES = 25
/** Behind items that share an id there may be many more of them. */
const TWINS_PAGE = 25
/** Only one of the jobs with one id can run: whoever frees the id looks for the next. */
const MAX_TWINS = 100

export async function readDueJobs(context: Context, reading: Reading): Promise<DueJobs> {
  const { shard, now, want, skip } = reading
  const due: Job[] = []
  // Of several items with one id only one can be claimed: the others must not keep those behind them from being read.
  const ids = new Set<string>()
  let nextDueAt = Number.POSITIVE_INFINITY
  let from: string = FIRST_SORT_KEY
  for (let pages = 0; pages < MAX_PAGES + skip.length; pages++) {
    const before = skip.find((key) => key >= from)
    const limit = Math.max(want - ids.size, due.length > ids.size ? TWINS_PAGE : 1)
    const page = await context.store.jobs.range({ shard, from, limit, ...(before ? { before } : {}) })
    const jobs = (await Promise.all(page.items.map((item) => judgeItem(context, item)))).filter(
      (job) => job !== undefined,
    )
    due.push(...jobs.filter(({ runAt }) => runAt <= now))
    for (const { id } of due) ids.add(id)
    nextDueAt = Math.min(nextDueAt, ...jobs.filter(({ runAt }) => runAt > now).map(({ runAt }) => runAt))
    const next = page.more
      ? continuation(page.items.at(-1)?.sk, jobs.at(-1), now)
      : before && firstKeyBehind(before)
    if (next === undefined) return result(due, nextDueAt)
    if (ids.size >= want) return { ...result(due, nextDueAt), more: true }
    if (due.length - ids.size >= MAX_TWINS) return { ...result(due, nextDueAt), more: true, cut: true }
    from = next
  }
  // Malformed items filled the pages, and are gone: the next pass, which comes as soon as this one ends, goes on.
  return { ...result(due, now), more: true, cut: true }
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

const result = (due: readonly Job[], nextDueAt: number): DueJobs => ({
  due,
  more: false,
  ...(Number.isFinite(nextDueAt) ? { nextDueAt } : {}),
})
