/** What a pass has done to jobs, said after the write that made it true. */
import { withWaits } from '../../core/job/wait.ts'
import type { Decision, PassInput } from '../../core/pass/decide.ts'
import type { Context } from '../context.ts'

/** Nothing of jobs that are held by what held them before: a shard with a backlog is passed over all the time. */
export function tellOfPass(
  { events }: Pick<Context, 'events'>,
  { state, now }: Pick<PassInput, 'state' | 'now'>,
  { claims, holds, change }: Decision,
): void {
  for (const claim of claims)
    for (const each of [claim.job, ...(claim.others ?? [])])
      events.emit({ kind: 'job claimed', job: withWaits(each, claim), claimedAt: now })
  const [before, after] = [state.held?.at(-1), change.held.at(-1)]
  if (after && (after.since !== before?.since || after.by !== before.by))
    events.emit({ kind: 'jobs held', shard: state.shard, holds })
}
