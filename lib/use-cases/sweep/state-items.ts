/** The State table: dead attempts, claims never started, overdue wake-ups, free slots beside waiting jobs. */
import { isLeftBehind } from '../../core/shard/left-behind.ts'
import type { ShardGlance } from '../../core/shard/state.ts'
import type { Segment } from '../../ports/store.ts'
import { limitsSwept } from '../lending/limits-seen.ts'
import { type SweepContext, type Tally, wakeShards } from './tally.ts'
import type { Walk } from './walk.ts'

/** Read side by side, each with a place of its own: a part of the table that is throttled does not hold up the others. */
const SEGMENTS = 4

export const stateWalks = (context: SweepContext, tally: Tally, pages: number): Walk[] =>
  Array.from({ length: SEGMENTS }, (_, index) => ({
    name: `states ${index + 1} of ${SEGMENTS}`,
    pages: Math.ceil(pages / SEGMENTS),
    readPage: (cursor) => readPage(context, tally, { index, total: SEGMENTS }, cursor),
  }))

async function readPage(
  context: SweepContext,
  tally: Tally,
  segment: Segment,
  cursor: string | undefined,
): Promise<string | undefined> {
  const from = cursor === undefined ? {} : { cursor }
  const page = await context.store.states.scan({ segment, ...from })
  tally.items += page.states.length + page.damaged.length
  for (const { shard, problem } of page.damaged) report(context, tally, shard, problem)
  for (const { shard, overrideProblem } of page.states)
    if (overrideProblem !== undefined)
      report(context, tally, shard, `its override makes no sense, so nothing of it runs: ${overrideProblem}`)
  const now = context.clock.now()
  const shards = page.states.filter((state) => needsAttention(context, state, now))
  await wakeShards(
    context,
    tally,
    shards.map(({ shard }) => ({ shard })),
  )
  return page.cursor
}

/** Nobody but a person can mend it, and until then its shard stands still. */
function report({ events }: SweepContext, { damaged }: Tally, shard: string, problem: string): void {
  damaged.add(shard)
  events.emit({ kind: 'state item damaged', shard, problem })
}

/** The shard of a queue that is not configured needs none: if it has jobs, they are found in the Jobs table. */
function needsAttention({ config }: SweepContext, state: ShardGlance, now: number): boolean {
  const limits = limitsSwept(config, state, now)
  return limits !== undefined && isLeftBehind(state, limits, now)
}
