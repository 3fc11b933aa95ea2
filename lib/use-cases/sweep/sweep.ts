/**
 * The net under everything. Every few minutes it goes on through the State table and the Jobs table, and wakes shards
 * that somebody should have looked at long ago: it finds what a lost message, a dead worker, a dead dispatcher or a
 * dropped arrival left behind. So it does, once an hour, with the Schedules table. Each is read a bounded number of pages at a time,
 * and the next sweep goes on there.
 */
import { sweptAsSet } from '../as-set.ts'
import { CensusTaker } from './census.ts'
import { JOBS, jobsWalk } from './job-shards.ts'
import { keepLimiters } from './limiters.ts'
import { sweepSchedules } from './schedules.ts'
import { stateWalks } from './state-items.ts'
import { newTally, type SweepContext, type Tally } from './tally.ts'
import { fail, type Walk, walkOn } from './walk.ts'

export interface SweepBudget {
  /** How long the function still has. */
  readonly remaining_ms: () => number
  /**
   * Pages of the State table. One has 1 MB and costs 128 read units: 16,384 a sweep, $18 a month for one every five
   * minutes, and only with more than 128 MB of items. A million of 500 bytes are gone through in four sweeps.
   */
  readonly statePages: number
  /**
   * Pages of the Jobs table. One has 100 items, or 1 MB of larger ones, and costs 0.5 read units for each 4 KB of them;
   * a state item of up to 4 KB, for each shard on it, costs 0.5 more. A full sweep is 11,300 read units for 20,000
   * shards of one small job ($12 a month), and 35,600 at the very worst ($38), with 10 KB a job.
   */
  readonly jobPages: number
  /**
   * Pages of the Schedules table. One has 500 items and costs 45 read units where an item has 700 bytes: a million schedules are gone
   * through in two hours, for $0.01.
   */
  readonly schedulePages: number
}

const BUDGET: SweepBudget = {
  remaining_ms: () => Number.POSITIVE_INFINITY,
  statePages: 128,
  jobPages: 200,
  schedulePages: 100,
}

/** Returns how many shards were woken. */
export async function sweep(configured: SweepContext, budget: Partial<SweepBudget> = {}): Promise<number> {
  const context = await sweptAsSet(configured)
  const { remaining_ms, statePages, jobPages, schedulePages } = { ...BUDGET, ...budget }
  const tally = newTally()
  const cursors = await context.store.states.sweepCursors()
  const go = (walk: Walk) => walkOn(context, tally, { ...walk, from: cursors[walk.name] }, remaining_ms)
  const walks = stateWalks(context, tally, statePages)
  const [isTimeForSchedules] = await Promise.all([
    sweepSchedules(context, tally, { places: cursors, pages: schedulePages, remaining_ms }),
    keepLimiters(context),
    ...walks.map(go),
    withCensus(context, tally, cursors[JOBS], (census) => go(jobsWalk(context, tally, jobPages, census))),
  ])
  report(context, tally, walks.length + (isTimeForSchedules ? 2 : 1))
  return tally.sent
}

/** People are told what was counted; nothing depends on it, so the sweep goes on without. */
async function withCensus(
  context: SweepContext,
  tally: Tally,
  from: string | undefined,
  walk: (census: CensusTaker | undefined) => Promise<string | undefined>,
): Promise<void> {
  const failed = (error: unknown) => fail(context, tally, { name: 'census' }, error)
  const census = await CensusTaker.begin(context, from).catch(failed)
  const cursor = await walk(census ?? undefined)
  if (cursor !== undefined || tally.ended.has(JOBS)) await census?.keep(cursor).catch(failed)
}

function report({ events }: SweepContext, tally: Tally, parts: number): void {
  const { items, jobShards, pages, sent, ended, failed, damaged } = tally
  const stranded = [...tally.stranded.values()].reduce((sum, shards) => sum + shards, 0)
  if (stranded > 0) events.emit({ kind: 'shards stranded', count: stranded, ofQueue: tally.stranded })
  const counts = { items, jobShards, pages, woken: sent, stranded, damaged: damaged.size }
  events.emit({ kind: 'swept', ...counts, parts, ended: [...ended], failed: [...failed] })
}
