/** Reads a shard's due jobs in their order: one query, unless delayed or malformed items stand in the way. */
import type { Job } from '../core/job.ts'
import type { Priority, ShardKey } from '../core/keys.ts'
import type { Context } from './context.ts'
import { readJob } from './retire.ts'

export interface DueJobs {
  readonly due: readonly Job[]
  /** More jobs may be due than were asked for. */
  readonly more: boolean
  /** When the first of the jobs that were passed over will be due. Complete unless `more`. */
  readonly nextDueAt?: number
}

const FIRST = '0#'
/** Far more pages than ten priorities and a page full of malformed items need. */
const MAX_PAGES = 1000
/** Behind items that share an id there may be many more of them. */
const TWINS_PAGE = 25

export async function readDueJobs(
  context: Context,
  shard: ShardKey,
  now: number,
  want: number,
): Promise<DueJobs> {
  const due: Job[] = []
  // Of several items with one id only one can be claimed: the others must not keep those behind them from being read.
  const ids = new Set<string>()
  let nextDueAt = Number.POSITIVE_INFINITY
  let from = FIRST
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const page = await context.store.jobs.range({
      shard,
      from,
      limit: Math.max(want - ids.size, due.length > ids.size ? TWINS_PAGE : 1),
    })
    const jobs = (await Promise.all(page.items.map((item) => readJob(context, item)))).filter(
      (job) => job !== undefined,
    )
    due.push(...jobs.filter(({ runAt }) => runAt <= now))
    for (const { id } of due) ids.add(id)
    nextDueAt = Math.min(nextDueAt, ...jobs.filter(({ runAt }) => runAt > now).map(({ runAt }) => runAt))
    const next = page.more ? continuation(page.items.at(-1)?.sk, jobs.at(-1), now) : undefined
    if (next === undefined) return result(due, false, nextDueAt)
    if (ids.size >= want) return result(due, true, nextDueAt)
    from = next
  }
  return result(due, true, nextDueAt)
}

/** Behind the last item; behind a delayed one all others of its priority are delayed too and can be skipped. */
function continuation(
  lastKey: string | undefined,
  lastJob: Job | undefined,
  now: number,
): string | undefined {
  if (lastKey === undefined) return undefined
  if (lastJob && lastJob.key.sk === lastKey && lastJob.runAt > now) return afterPriority(lastJob.priority)
  return `${lastKey}\u0000`
}

const afterPriority = (priority: Priority): string | undefined =>
  priority === 9 ? undefined : `${priority + 1}#`

const result = (due: readonly Job[], more: boolean, nextDueAt: number): DueJobs =>
  Number.isFinite(nextDueAt) ? { due, more, nextDueAt } : { due, more }
